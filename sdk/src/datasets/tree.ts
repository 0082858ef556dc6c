import { abi } from "../contracts";
import { InputError } from "../errors/errors";
import { translated } from "../errors/translate";
import { logsIn } from "../jobs/logs";
import { asHex, sameHex } from "../types/address";
import { listPadding, listProof } from "../../../tensor/src/index";
import { datasetAt } from "./contract";
import { parseDatasetLog } from "./events";
import type { Hex } from "../../../tensor/src/index";
import type { ErgonClient } from "../client";
import type { Address } from "../types/address";
import type { DatasetShape } from "../types/dataset";

/** Which contribution of which dataset. */
export interface DatasetSiblingsParameters {
  readonly dataset: Address;
  /** The root of its slot. */
  readonly slot: Hex;
}

const TOPICS = ["Contributed" as const, "ContributionLeft" as const].map(
  (name) => abi.dataDAO.getEvent(name).topicHash,
);

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
  const given: Hex[] = [];
  const left = new Set<string>();
  const filter = { address: dataset, topics: [TOPICS] };
  for await (const log of logsIn(client, filter, { from: client.fromBlock, to })) {
    const name = parseDatasetLog(log)?.name;
    const of = asHex(log.topics[1].toLowerCase());
    if (name === "Contributed") given.push(of);
    else left.add(of);
  }
  const index = given.findIndex((other) => sameHex(other, slot));
  if (index === -1) throw new InputError(`nobody gave ${slot} to ${dataset}`);
  return listProof(leavesOf(shape, given, left), index);
}

/** All slots of a dataset: those that are free, or that somebody left, are zero. */
function leavesOf(
  { slots, slotRows, rowWords }: DatasetShape,
  given: readonly Hex[],
  left: ReadonlySet<string>,
): Hex[] {
  const empty = listPadding(Number(slotRows + rowWords));
  return Array.from({ length: 2 ** Number(slots) }, (_, i) => {
    const taken = i < given.length && !left.has(given[i]);
    return taken ? given[i] : empty;
  });
}
