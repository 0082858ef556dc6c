import { wordOf } from "../../eip712/approval";
import { ErgonError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { JOB_TOPICS, parseJobEvent } from "../../jobs/events";
import { jobHash } from "../../jobs/hash";
import { logsIn, rangesBackwards } from "../../jobs/logs";
import { applyEvent } from "../../jobs/reducer";
import { ZERO_HASH } from "../../types/address";
import type { ErgonClient } from "../../client";
import type { JobEvent, JobRecord } from "../../types/job";

/** Which job, and as of which block. */
export interface GetJobParameters {
  readonly id: bigint;
  /** The newest block unless given; one that the node still has the state of. */
  readonly blockNumber?: number;
}

/**
 * A job with its state, from its events, compared with what the escrow stores. Throws `ErgonError`
 * JOB_UNKNOWN (no such job since the client's `fromBlock`), JOB_INCONSISTENT (events and state
 * differ, as they may during a reorganisation; retryable) or RPC.
 *
 * @example
 * const job = await getJob(client, { id: 7n });
 */
export async function getJob(
  client: ErgonClient,
  { id, blockNumber }: GetJobParameters,
): Promise<JobRecord> {
  const block = blockNumber ?? (await translated(() => client.provider.getBlockNumber()));
  const events = await eventsOf(client, id, block);
  const record = events.reduce<JobRecord | undefined>(applyEvent, undefined);
  if (record === undefined) {
    throw new ErgonError("JOB_UNKNOWN", `job ${id} was not opened up to block ${block}`, false);
  }
  await requireStored(client, record, block);
  return record;
}

/**
 * The events about one job up to a block, in order; none if it was not opened since the client's
 * `fromBlock`. Throws `ErgonError` RPC.
 *
 * @example
 * const events = await getJobEvents(client, { id: 7n });
 */
export async function getJobEvents(
  client: ErgonClient,
  { id, blockNumber }: GetJobParameters,
): Promise<JobEvent[]> {
  const block = blockNumber ?? (await translated(() => client.provider.getBlockNumber()));
  return eventsOf(client, id, block);
}

/** Searches backwards, since most jobs that are asked for are young. */
async function eventsOf(client: ErgonClient, id: bigint, block: number): Promise<JobEvent[]> {
  const filter = {
    address: client.addresses.jobEscrow,
    topics: [[...JOB_TOPICS], wordOf(id)],
  };
  let events: JobEvent[] = [];
  for (const range of rangesBackwards(client, block)) {
    const older: JobEvent[] = [];
    for await (const log of logsIn(client, filter, range)) {
      const event = parseJobEvent(log);
      if (event !== undefined) older.push(event);
    }
    events = [...older, ...events];
    if (events.length > 0 && events[0].name === "JobOpened") return events;
  }
  return [];
}

async function requireStored(
  client: ErgonClient,
  { id, job, end }: JobRecord,
  blockTag: number,
): Promise<void> {
  const stored = await translated(() => client.jobEscrow.jobHash(id, { blockTag }));
  const expected = end === undefined ? jobHash(job) : ZERO_HASH;
  if (stored === expected) return;
  const message = `the events of job ${id} up to block ${blockTag} give ${expected}, not ${stored}`;
  throw new ErgonError("JOB_INCONSISTENT", message, true);
}
