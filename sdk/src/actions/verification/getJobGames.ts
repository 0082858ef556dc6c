import { wordOf } from "../../eip712/approval";
import { translated } from "../../errors/translate";
import { CHALLENGED_TOPIC } from "../../games/events";
import { logsIn } from "../../jobs/logs";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";

/** Which games. */
export interface GetJobGamesParameters {
  readonly jobId: bigint;
  /** Anybody unless given. */
  readonly challenger?: Address;
  /** The first block that is looked at; the client's `fromBlock` unless given. */
  readonly fromBlock?: number;
  /** The last one; the newest unless given. */
  readonly blockNumber?: number;
}

/**
 * The ids of the games about a job, over or not, in the order in which they began. Throws
 * `ErgonError` RPC.
 *
 * @example
 * const ids = await getJobGames(client, { jobId: 7n });
 */
export async function getJobGames(
  client: ErgonClient,
  { jobId, challenger, fromBlock = client.fromBlock, blockNumber }: GetJobGamesParameters,
): Promise<bigint[]> {
  const to = blockNumber ?? (await translated(() => client.provider.getBlockNumber()));
  const by = challenger === undefined ? null : wordOf(BigInt(challenger));
  const filter = {
    address: client.addresses.optimisticVerifier,
    topics: [CHALLENGED_TOPIC, null, wordOf(jobId), by],
  };
  const ids: bigint[] = [];
  for await (const log of logsIn(client, filter, { from: fromBlock, to })) {
    ids.push(BigInt(log.topics[1]));
  }
  return ids;
}
