import { abi } from "../../contracts";
import { marketEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Which market. */
export interface RotateKeyParameters {
  readonly market: Address;
}

/** A new epoch of keys. */
export interface RotateKeyOutcome {
  /** Of the key that licences are granted with from now on. */
  readonly keyEpoch: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `rotateKey`. */
export function rotateKeyCall({ market }: RotateKeyParameters): Call {
  return callOf(market, () => abi.accessMarket.encodeFunctionData("rotateKey"));
}

/**
 * Says, as the host, that the dataset has a new key. Have its files encrypted for it before. Throws
 * `ErgonRevertError`: `AccessMarketNotHost`.
 *
 * @example
 * const { keyEpoch } = await rotateKey(host, { market });
 */
export async function rotateKey(
  client: ErgonClient,
  { market }: RotateKeyParameters,
): Promise<RotateKeyOutcome> {
  const transaction = await sendCall(client, rotateKeyCall({ market }));
  const { keyEpoch } = marketEventIn<Omit<RotateKeyOutcome, "transaction">>(
    transaction,
    market,
    "KeyRotated",
  );
  return { keyEpoch, transaction };
}
