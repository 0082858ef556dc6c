import { batchCall, itemsOf, sendBatch } from "../../jobs/batch";
import { recordsAfter } from "../../jobs/outcome";
import { deliverJobCall } from "./deliverJob";
import type { ErgonClient } from "../../client";
import type { BatchOutcome } from "../../jobs/batch";
import type { ForJob } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { DeliverJobParameters } from "./deliverJob";

/** The call of `deliverBatch`. */
export function deliverBatchCall(
  addresses: Addresses,
  deliveries: readonly ForJob<DeliverJobParameters>[],
): Call {
  return batchCall(
    addresses,
    deliveries.map((delivery) => deliverJobCall(addresses, delivery)),
  );
}

/**
 * Delivers many jobs of one worker in one transaction; one that fails is skipped with its reason.
 *
 * @example
 * const { items } = await deliverBatch(worker, [{ job, outputRoot }, { job: other, outputRoot }]);
 */
export async function deliverBatch(
  client: ErgonClient,
  deliveries: readonly DeliverJobParameters[],
  options?: SendOptions,
): Promise<BatchOutcome> {
  const call = deliverBatchCall(client.addresses, deliveries);
  const { skipped, transaction } = await sendBatch(client, call, options);
  const known = deliveries.map(({ job }) => job);
  const records = recordsAfter(transaction, client.addresses.jobEscrow, known);
  const items = itemsOf(known.length, skipped, (index) => records.get(known[index].id));
  return { items, transaction };
}
