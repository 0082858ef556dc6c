import { sendCall } from "../send";
import { ErgonError } from "../errors/errors";
import { sameHex } from "../types/address";
import { parseJobEvent } from "./events";
import { applyEvent } from "./reducer";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../client";
import type { Call, SendOptions } from "../send";
import type { Address } from "../types/address";
import type { JobEvent, JobRecord } from "../types/job";

/** What calls about a job need of its record. */
export type JobRef = Pick<JobRecord, "id" | "job">;

/** Parameters about a job of which id and state suffice. */
export type ForJob<Parameters> = Omit<Parameters, "job"> & { readonly job: JobRef };

/** What a transaction made of a job. */
export interface JobOutcome {
  readonly job: JobRecord;
  readonly transaction: TransactionReceipt;
}

/** Events of the escrow about jobs in a receipt, in order. */
export function jobEventsIn(transaction: TransactionReceipt, escrow: Address): JobEvent[] {
  return transaction.logs
    .filter((log) => sameHex(log.address, escrow))
    .flatMap((log) => parseJobEvent(log) ?? []);
}

/**
 * The jobs of `known` and those opened, after the events of a receipt. Throws `ErgonError`
 * JOB_INCONSISTENT if a record of `known` was out of date.
 */
export function recordsAfter(
  transaction: TransactionReceipt,
  escrow: Address,
  known: readonly JobRecord[] = [],
): Map<bigint, JobRecord> {
  const records = new Map(known.map((record) => [record.id, record]));
  for (const event of jobEventsIn(transaction, escrow)) {
    const record = records.get(event.id);
    if (record !== undefined || event.name === "JobOpened") {
      records.set(event.id, applyEvent(record, event));
    }
  }
  return records;
}

/** Sends a call that opens one job. */
export async function openJob(
  client: ErgonClient,
  call: Call,
  options?: SendOptions,
): Promise<JobOutcome> {
  const transaction = await sendCall(client, call, options);
  const [job] = recordsAfter(transaction, client.addresses.jobEscrow).values();
  if (job !== undefined) return { job, transaction };
  throw new ErgonError("JOB_INCONSISTENT", "the transaction opened no job", false);
}

/** Sends a call about one job. */
export async function changeJob(
  client: ErgonClient,
  job: JobRecord,
  call: Call,
  options?: SendOptions,
): Promise<JobOutcome> {
  const transaction = await sendCall(client, call, options);
  const records = recordsAfter(transaction, client.addresses.jobEscrow, [job]);
  return { job: records.get(job.id) ?? job, transaction };
}
