import { abi } from "../../contracts";
import { parseDatasetLog } from "../../datasets/events";
import { translated } from "../../errors/translate";
import { logsIn } from "../../jobs/logs";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";

/** Which dataset, and as of which block. */
export interface GetContributionsParameters {
  readonly dataset: Address;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** A contribution as it was given. */
export interface GivenContribution {
  /** The root of its slot, which names it. */
  readonly slot: Hex;
  readonly owner: Address;
  /** Of its slot among all slots. */
  readonly index: bigint;
  /** Points in the slot. */
  readonly count: bigint;
  /** What the data are, as the community names it. */
  readonly schema: Hex;
  /** Where they are found. */
  readonly uri: string;
  /** Whether it left the dataset. */
  readonly left: boolean;
}

const TOPICS = ["Contributed" as const, "ContributionLeft" as const].map(
  (name) => abi.dataDAO.getEvent(name).topicHash,
);

/**
 * All contributions that were ever given to a dataset, by their index, from its events. Throws `ErgonError` RPC.
 *
 * @example
 * const given = await getContributions(client, { dataset });
 */
export async function getContributions(
  client: ErgonClient,
  { dataset, ...rest }: GetContributionsParameters,
): Promise<GivenContribution[]> {
  const latest = () => translated(() => client.provider.getBlockNumber());
  const to = rest.blockNumber ?? (await latest());
  const given = new Map<string, GivenContribution>();
  const filter = { address: dataset, topics: [TOPICS] };
  for await (const log of logsIn(client, filter, { from: client.fromBlock, to })) {
    const event = parseDatasetLog(log);
    const { slot } = event?.fields as unknown as GivenContribution;
    const before = given.get(slot);
    if (before !== undefined) given.set(slot, { ...before, left: true });
    else given.set(slot, { ...(event?.fields as unknown as GivenContribution), left: false });
  }
  return [...given.values()];
}
