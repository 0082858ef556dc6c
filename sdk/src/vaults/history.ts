import { zeroPadValue } from "ethers";
import { abi } from "../contracts";
import { ErgonError } from "../errors/errors";
import { translated } from "../errors/translate";
import { wordOf } from "../eip712/approval";
import { JOB_TOPICS, OPENED_TOPIC } from "../jobs/events";
import { logsIn } from "../jobs/logs";
import type { Filter, Log } from "ethers";
import type { ErgonClient } from "../client";
import type { BlockRange } from "../jobs/logs";
import type { Address } from "../types/address";

/** Ids of jobs in one query of logs. */
const JOBS_PER_QUERY = 100;

const STAKE_TOPICS = (["Staked", "Unstaked"] as const).map(
  (name) => abi.jobEscrow.getEvent(name).topicHash,
);
const RESTORED_TOPIC = abi.jobEscrow.getEvent("HeldBondRestored").topicHash;

/**
 * All logs about a vault, its stake and its jobs, in the order of the chain. Throws `ErgonError` RPC.
 */
export async function vaultLogs(
  client: ErgonClient,
  vault: Address,
  range: BlockRange,
): Promise<Log[]> {
  const address = client.addresses.jobEscrow;
  const account = zeroPadValue(vault, 32);
  const collect = (filter: Pick<Filter, "address" | "topics">) => collected(client, filter, range);
  const [own, stake, restored, opened] = await Promise.all([
    collect({ address: vault }),
    collect({ address, topics: [STAKE_TOPICS, account] }),
    collect({ address, topics: [RESTORED_TOPIC, null, account] }),
    collect({ address, topics: [OPENED_TOPIC, null, null, account] }),
  ]);
  const ids = opened.map((log) => wordOf(BigInt(log.topics[1])));
  const changes: Log[] = [];
  for (let first = 0; first < ids.length; first += JOBS_PER_QUERY) {
    const some = ids.slice(first, first + JOBS_PER_QUERY);
    changes.push(...(await collect({ address, topics: [[...JOB_TOPICS], some] })));
  }
  const logs = [...own, ...stake, ...restored, ...changes];
  return logs.sort((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
}

/** The times of blocks, in seconds since 1970. Throws `ErgonError` RPC. */
export async function blockTimes(
  client: ErgonClient,
  blocks: Iterable<number>,
): Promise<ReadonlyMap<number, bigint>> {
  const times = new Map<number, bigint>();
  for (const number of new Set(blocks)) {
    const block = await translated(() => client.provider.getBlock(number));
    if (block === null) throw new ErgonError("RPC", `the node has no block ${number}`, true);
    times.set(number, BigInt(block.timestamp));
  }
  return times;
}

async function collected(
  client: ErgonClient,
  filter: Pick<Filter, "address" | "topics">,
  range: BlockRange,
): Promise<Log[]> {
  const logs: Log[] = [];
  for await (const log of logsIn(client, filter, range)) logs.push(log);
  return logs;
}
