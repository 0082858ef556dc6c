import { findPurchaseEvent } from "../../datasets/purchaseEvent";
import { InputError } from "../../errors/errors";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { PurchaseParameters } from "../../datasets/purchaseEvent";

/**
 * The public key that a buyer named, which a host seals the dataset's key to; the market checked nothing but its
 * length. Throws `InputError` if nobody made the purchase, or `ErgonError` RPC.
 *
 * @example
 * const publicKey = await getBuyerKey(host, { market, id });
 */
export async function getBuyerKey(
  client: ErgonClient,
  parameters: PurchaseParameters,
): Promise<Hex> {
  const bought = await findPurchaseEvent<{ readonly publicKey: Hex }>(
    client,
    "LicenceBought",
    parameters,
  );
  if (bought === undefined) throw new InputError(`nobody made purchase ${parameters.id}`);
  return bought.publicKey;
}
