import { marketAt } from "../../datasets/contract";
import { translated } from "../../errors/translate";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";

/** Which market, and as of which block. */
export interface AccessPriceParameters {
  readonly market: Address;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/**
 * The price of a licence, in payment-token units. It falls with time, and rises with every purchase. Throws
 * `InputError` for an address without a contract, `ErgonRevertError` for another contract, or `ErgonError` RPC.
 *
 * @example
 * const price = await accessPrice(client, { market });
 */
export function accessPrice(
  client: ErgonClient,
  { market, blockNumber }: AccessPriceParameters,
): Promise<bigint> {
  const at = { blockTag: blockNumber ?? "latest" };
  return translated(() => marketAt(client, market).price(at));
}
