import { itemsOf, sendBatch } from "../../jobs/batch";
import { recordsAfter } from "../../jobs/outcome";
import { settleJobCall } from "./settleJob";
import type { ErgonClient } from "../../client";
import type { BatchOutcome } from "../../jobs/batch";
import type { SendOptions } from "../../send";
import type { SettleJobParameters } from "./settleJob";

/**
 * Settles many jobs in one transaction; one that fails is skipped with its reason. Anyone may call.
 *
 * @example
 * const { items } = await settleBatch(client, jobs.map((job) => ({ job })));
 */
export async function settleBatch(
  client: ErgonClient,
  parameters: readonly SettleJobParameters[],
  options?: SendOptions,
): Promise<BatchOutcome> {
  const calls = parameters.map((item) => settleJobCall(client.addresses, item));
  const { skipped, transaction } = await sendBatch(client, calls, options);
  const known = parameters.map(({ job }) => job);
  const records = recordsAfter(transaction, client.addresses.jobEscrow, known);
  const items = itemsOf(calls.length, skipped, (index) => records.get(known[index].id));
  return { items, transaction };
}
