import { itemsOf, sendBatch } from "../../jobs/batch";
import { recordsAfter } from "../../jobs/outcome";
import { deliverJobCall } from "./deliverJob";
import type { ErgonClient } from "../../client";
import type { BatchOutcome } from "../../jobs/batch";
import type { SendOptions } from "../../send";
import type { DeliverJobParameters } from "./deliverJob";

/**
 * Delivers many jobs of one worker in one transaction; one that fails is skipped with its reason.
 *
 * @example
 * const { items } = await deliverBatch(worker, [{ job: first, outputRoot }, { job: second, outputRoot: other }]);
 */
export async function deliverBatch(
  client: ErgonClient,
  parameters: readonly DeliverJobParameters[],
  options?: SendOptions,
): Promise<BatchOutcome> {
  const calls = parameters.map((item) => deliverJobCall(client.addresses, item));
  const { skipped, transaction } = await sendBatch(client, calls, options);
  const known = parameters.map(({ job }) => job);
  const records = recordsAfter(transaction, client.addresses.jobEscrow, known);
  const items = itemsOf(calls.length, skipped, (index) => records.get(known[index].id));
  return { items, transaction };
}
