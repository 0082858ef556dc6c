import { findPurchaseEvent } from "../../datasets/purchaseEvent";
import { InputError } from "../../errors/errors";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { PurchaseParameters } from "../../datasets/purchaseEvent";

/** What the host posted for a buyer. */
export interface GrantedKey {
  /** For `openKey`, with the private key that belongs to the public one of the purchase. */
  readonly encryptedKey: Hex;
  /** The epoch of the dataset's key. */
  readonly keyEpoch: bigint;
}

/**
 * The dataset's key as the host posted it with a licence, from the events. The chain cannot tell whether it is any
 * good. Throws `InputError` if the licence was not granted, or `ErgonError` RPC.
 *
 * @example
 * const { encryptedKey } = await getGrantedKey(client, { market, id });
 */
export async function getGrantedKey(
  client: ErgonClient,
  parameters: PurchaseParameters,
): Promise<GrantedKey> {
  const granted = await findPurchaseEvent<GrantedKey>(client, "LicenceGranted", parameters);
  if (granted === undefined) throw new InputError(`licence ${parameters.id} was not granted`);
  const { encryptedKey, keyEpoch } = granted;
  return { encryptedKey, keyEpoch };
}
