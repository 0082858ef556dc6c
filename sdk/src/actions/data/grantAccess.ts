import { abi } from "../../contracts";
import { marketEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** The dataset's key for a buyer. */
export interface GrantAccessParameters {
  readonly market: Address;
  /** Of the purchase. */
  readonly id: bigint;
  /** By ECIES to the buyer's public key. */
  readonly encryptedKey: Hex;
}

/** A licence, and who got its price. */
export interface GrantAccessOutcome {
  /** Seconds since 1970; the last second of the licence. */
  readonly expiresAt: bigint;
  /** The epoch of the key. */
  readonly keyEpoch: bigint;
  /** What the dataset got, in payment-token units. */
  readonly toPot: bigint;
  /** Got the rest. */
  readonly treasury: Address;
  readonly transaction: TransactionReceipt;
}

/** The call of `grantAccess`. */
export function grantAccessCall(parameters: GrantAccessParameters): Call {
  const { market, id, encryptedKey } = parameters;
  return callOf(market, () => abi.accessMarket.encodeFunctionData("grant", [id, encryptedKey]));
}

/**
 * Gives the buyer its licence, as the host, and pays out the price. Throws `ErgonRevertError`:
 * `AccessMarketNotHost`, `AccessMarketNotPending`, `AccessMarketGrantTooLate`, `AccessMarketKeyMissing`.
 *
 * @example
 * const { expiresAt } = await grantAccess(host, { market, id, encryptedKey });
 */
export async function grantAccess(
  client: ErgonClient,
  parameters: GrantAccessParameters,
): Promise<GrantAccessOutcome> {
  const transaction = await sendCall(client, grantAccessCall(parameters));
  const event = marketEventIn<Omit<GrantAccessOutcome, "transaction">>(
    transaction,
    parameters.market,
    "LicenceGranted",
  );
  const { expiresAt, keyEpoch, toPot, treasury } = event;
  return { expiresAt, keyEpoch, toPot, treasury, transaction };
}
