import { getContributions } from "../actions/data/getContributions";
import { InputError } from "../errors/errors";
import { translated } from "../errors/translate";
import { sameHex } from "../types/address";
import { listPadding, listProof } from "../../../tensor/src/index";
import { datasetAt } from "./contract";
import type { Hex } from "../../../tensor/src/index";
import type { GivenContribution } from "../actions/data/getContributions";
import type { ErgonClient } from "../client";
import type { Address } from "../types/address";
import type { DatasetShape } from "../types/dataset";

/** Which contribution of which dataset. */
export interface DatasetSiblingsParameters {
  readonly dataset: Address;
  /** The root of its slot. */
  readonly slot: Hex;
}

/**
 * The siblings from a contribution's slot to the root of all points, bottom-up, of the newest block, computed
 * from the dataset's events. Throws `InputError` if nobody gave the contribution, and `ErgonError` RPC.
 *
 * @example
 * const siblings = await datasetSiblings(client, { dataset, slot });
 */
export async function datasetSiblings(
  client: ErgonClient,
  { dataset, slot }: DatasetSiblingsParameters,
): Promise<Hex[]> {
  const to = await translated(() => client.provider.getBlockNumber());
  const contract = datasetAt(client, dataset);
  const shape = await translated(() => contract.shape({ blockTag: to }));
  const given = await getContributions(client, { dataset, blockNumber: to });
  const index = given.findIndex((other) => sameHex(other.slot, slot));
  if (index === -1) throw new InputError(`nobody gave ${slot} to ${dataset}`);
  return listProof(leavesOf(shape, given), index);
}

/** All slots of a dataset: those that are free, or that somebody left, are zero. */
function leavesOf(
  { slots, slotRows, rowWords }: DatasetShape,
  given: readonly GivenContribution[],
): Hex[] {
  const empty = listPadding(Number(slotRows + rowWords));
  return Array.from({ length: 2 ** Number(slots) }, (_, i) => {
    const contribution = given.at(i);
    return contribution === undefined || contribution.left ? empty : contribution.slot;
  });
}
