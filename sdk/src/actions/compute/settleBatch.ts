import { abi } from "../../contracts";
import { itemsOf, sendBatch } from "../../jobs/batch";
import { recordsAfter } from "../../jobs/outcome";
import { packJob } from "../../jobs/pack";
import { callOf } from "../../send";
import type { ErgonClient } from "../../client";
import type { BatchOutcome } from "../../jobs/batch";
import type { JobRef } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { JobRecord } from "../../types/job";

/** The call of `settleBatch`. */
export function settleBatchCall(addresses: Addresses, jobs: readonly JobRef[]): Call {
  const items = jobs.map(({ id, job }) => ({ id, job: packJob(job) }));
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("settleBatch", [items]),
  );
}

/**
 * Settles many jobs in one transaction; one that cannot be settled is skipped with its reason. Anyone
 * may call.
 *
 * @example
 * const { items } = await settleBatch(client, jobs);
 */
export async function settleBatch(
  client: ErgonClient,
  jobs: readonly JobRecord[],
  options?: SendOptions,
): Promise<BatchOutcome> {
  const call = settleBatchCall(client.addresses, jobs);
  const { skipped, transaction } = await sendBatch(client, call, options);
  const records = recordsAfter(transaction, client.addresses.jobEscrow, jobs);
  const items = itemsOf(jobs.length, skipped, (index) => records.get(jobs[index].id));
  return { items, transaction };
}
