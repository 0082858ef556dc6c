import { marketAt } from "../../datasets/contract";
import { InputError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { asAddress } from "../../types/address";
import { PurchaseStatus } from "../../types/dataset";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";

/** Which purchase at which market. */
export interface GetLicenceParameters {
  readonly market: Address;
  readonly id: bigint;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** A purchase and, once it is granted, its licence. Times are seconds since 1970. */
export interface Licence {
  readonly id: bigint;
  readonly blockNumber: number;
  readonly status: PurchaseStatus;
  readonly buyer: Address;
  /** Payment-token units. */
  readonly price: bigint;
  /** The last second at which the host can grant. */
  readonly deadline: bigint;
  /** Seconds from the grant. */
  readonly licenceTerm: bigint;
  /** The dataset's part of the price, in basis points. */
  readonly potShareBps: bigint;
  /** Whose the licence is; undefined unless it was granted, like the two below. */
  readonly holder?: Address;
  /** The last second of the licence. */
  readonly expiresAt?: bigint;
  /** The epoch of the key that it was granted with. */
  readonly keyEpoch?: bigint;
  /** Whether its holder has access at that block. */
  readonly valid: boolean;
}

/**
 * A purchase of access as of one block. Throws `InputError` if nobody made it, or `ErgonError` RPC.
 *
 * @example
 * const { holder, valid } = await getLicence(client, { market, id });
 */
export async function getLicence(
  client: ErgonClient,
  { market, id, ...rest }: GetLicenceParameters,
): Promise<Licence> {
  const latest = () => translated(() => client.provider.getBlockNumber());
  const blockTag = rest.blockNumber ?? (await latest());
  const purchase = await translated(() => marketAt(client, market).purchaseOf(id, { blockTag }));
  const status = purchase.status as PurchaseStatus;
  if (status === PurchaseStatus.None) throw new InputError(`nobody made purchase ${id}`);
  const { price, deadline, licenceTerm, potShareBps } = purchase;
  const buyer = asAddress(purchase.buyer);
  const sale = { id, blockNumber: blockTag, status, buyer, price, deadline, licenceTerm };
  if (status !== PurchaseStatus.Granted) return { ...sale, potShareBps, valid: false };
  return { ...sale, potShareBps, ...(await grantedOf(client, { market, id, blockTag })) };
}

interface At {
  readonly market: Address;
  readonly id: bigint;
  readonly blockTag: number;
}

async function grantedOf(client: ErgonClient, { market, id, blockTag }: At) {
  const contract = marketAt(client, market);
  return translated(async () => {
    const licence = await contract.licenceOf(id, { blockTag });
    const holder = asAddress(licence.holder);
    const valid = await contract.isValid(id, holder, { blockTag });
    return { holder, expiresAt: licence.expiresAt, keyEpoch: licence.keyEpoch, valid };
  });
}
