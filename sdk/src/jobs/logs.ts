import { toErgonError } from "../errors/translate";
import type { Filter, Log } from "ethers";
import type { ErgonClient } from "../client";

/** A range of blocks, both ends included. */
export interface BlockRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Logs of the blocks `from` to `to`, in order, in queries of at most the client's `logRange` blocks;
 * a query that the node refuses is cut in half. Throws `ErgonError` RPC.
 */
export async function* logsIn(
  client: Pick<ErgonClient, "provider" | "logRange">,
  filter: Pick<Filter, "address" | "topics">,
  { from, to }: BlockRange,
): AsyncGenerator<Log> {
  for (let start = from; start <= to; start += client.logRange) {
    const end = Math.min(start + client.logRange - 1, to);
    yield* await query(client, filter, { from: start, to: end });
  }
}

/** The ranges that `logsIn` queries, the newest first. */
export function* rangesBackwards(
  client: Pick<ErgonClient, "logRange" | "fromBlock">,
  to: number,
): Generator<BlockRange> {
  for (let end = to; end >= client.fromBlock; end -= client.logRange) {
    yield { from: Math.max(end - client.logRange + 1, client.fromBlock), to: end };
  }
}

async function query(
  client: Pick<ErgonClient, "provider" | "logRange">,
  filter: Pick<Filter, "address" | "topics">,
  { from, to }: BlockRange,
): Promise<Log[]> {
  try {
    return await client.provider.getLogs({ ...filter, fromBlock: from, toBlock: to });
  } catch (error) {
    // nodes limit the span or the number of results, each with words of its own
    if (from === to) throw toErgonError(error);
  }
  const middle = Math.floor((from + to) / 2);
  const older = await query(client, filter, { from, to: middle });
  return [...older, ...(await query(client, filter, { from: middle + 1, to }))];
}
