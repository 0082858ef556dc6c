import { abi } from "../../contracts";
import { allowClaims } from "../../payments/allow";
import { marketAt } from "../../datasets/contract";
import { translated } from "../../errors/translate";
import { asAddress } from "../../types/address";
import { marketEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** What the client pays at the most, and for which key. */
export interface BuyAccessParameters {
  readonly market: Address;
  /** Payment-token units. */
  readonly maxPrice: bigint;
  /** Seconds since 1970; the last second at which the client buys. */
  readonly deadline: bigint;
  /** A compressed point of secp256k1, of 33 bytes. */
  readonly publicKey: Hex;
}

/** A purchase that waits for the host. */
export interface BuyAccessOutcome {
  /** Of the purchase, and of its licence. */
  readonly id: bigint;
  /** Payment-token units. */
  readonly price: bigint;
  /** Seconds since 1970; the last second at which the host can grant. */
  readonly deadline: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `buyAccess`, without the allowance. */
export function buyAccessCall(parameters: BuyAccessParameters): Call {
  const { market, maxPrice, deadline, publicKey } = parameters;
  return callOf(market, () =>
    abi.accessMarket.encodeFunctionData("buy", [maxPrice, deadline, publicKey]),
  );
}

/**
 * Pays for a licence at the present price with claims of the client. If the market is allowed too few of
 * them, it is allowed `maxPrice` first, in a transaction of its own. Throws `ErgonRevertError`:
 * `AccessMarketTooLate`, `AccessMarketInvalidKey`, `AccessMarketPriceTooHigh` (retryable),
 * `ERC6909InsufficientBalance`.
 *
 * @example
 * const { price: maxPrice } = await getAccessMarket(client, { market });
 * const { id } = await buyAccess(client, { market, maxPrice, deadline, publicKey });
 */
export async function buyAccess(
  client: ErgonClient,
  parameters: BuyAccessParameters,
): Promise<BuyAccessOutcome> {
  const { market, maxPrice: amount } = parameters;
  const token = asAddress(await translated(() => marketAt(client, market).token()));
  await allowClaims(client, { token, module: market, amount });
  const transaction = await sendCall(client, buyAccessCall(parameters));
  const event = marketEventIn<Omit<BuyAccessOutcome, "transaction">>(
    transaction,
    parameters.market,
    "LicenceBought",
  );
  const { id, price, deadline } = event;
  return { id, price, deadline, transaction };
}
