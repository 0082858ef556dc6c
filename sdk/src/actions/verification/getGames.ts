import { wordOf } from "../../eip712/approval";
import { translated } from "../../errors/translate";
import { CHALLENGED_TOPIC } from "../../games/events";
import { logsIn, rangesBackwards } from "../../jobs/logs";
import { ZERO_HASH } from "../../types/address";
import { getDispute } from "./getDispute";
import { getGame } from "./getGame";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";
import type { GameRecord } from "../../types/game";

/** The games of one job, or of one challenger. */
export type GetGamesParameters = ({ readonly jobId: bigint } | { readonly challenger: Address }) & {
  /** The newest block unless given; one that the node still has the state of. */
  readonly blockNumber?: number;
};

/**
 * The games that are not over, in the order in which they began, of a job or of a challenger. Those of
 * a challenger are looked for in all blocks since the client's `fromBlock`. Throws `ErgonError` like
 * `getGame`.
 *
 * @example
 * const games = await getGames(client, { jobId: 7n });
 */
export async function getGames(
  client: ErgonClient,
  parameters: GetGamesParameters,
): Promise<GameRecord[]> {
  const blockNumber =
    parameters.blockNumber ?? (await translated(() => client.provider.getBlockNumber()));
  const records: GameRecord[] = [];
  for (const id of await beganBy(client, parameters, blockNumber)) {
    const at = { blockTag: blockNumber };
    const stored = await translated(() => client.optimisticVerifier.gameHash(id, at));
    if (stored !== ZERO_HASH) records.push(await getGame(client, { id, blockNumber }));
  }
  return records;
}

/** The ids of games that began up to a block, the oldest first. */
async function beganBy(
  client: ErgonClient,
  parameters: GetGamesParameters,
  blockNumber: number,
): Promise<bigint[]> {
  if ("jobId" in parameters) {
    const { jobId } = parameters;
    const { games, live } = await getDispute(client, { jobId, blockNumber });
    return live === 0n ? [] : challengedIn(client, [null, wordOf(jobId)], blockNumber, games);
  }
  return challengedIn(client, [null, null, wordOf(BigInt(parameters.challenger))], blockNumber);
}

/** Searches backwards until `wanted` games were found. */
async function challengedIn(
  client: ErgonClient,
  topics: (string | null)[],
  to: number,
  wanted?: bigint,
): Promise<bigint[]> {
  const filter = {
    address: client.addresses.optimisticVerifier,
    topics: [CHALLENGED_TOPIC, ...topics],
  };
  let ids: bigint[] = [];
  for (const range of rangesBackwards(client, to)) {
    const older: bigint[] = [];
    for await (const log of logsIn(client, filter, range)) older.push(BigInt(log.topics[1]));
    ids = [...older, ...ids];
    if (BigInt(ids.length) === wanted) return ids;
  }
  return ids;
}
