import { itemsOf, sendBatch } from "../../jobs/batch";
import { recordsAfter } from "../../jobs/outcome";
import { fillJobCall } from "./fillJob";
import type { ErgonClient } from "../../client";
import type { BatchOutcome } from "../../jobs/batch";
import type { SendOptions } from "../../send";
import type { FillJobParameters } from "./fillJob";

/**
 * Opens many jobs in one transaction; a pair of orders that fails is skipped with its reason.
 *
 * @example
 * const { items } = await fillBatch(provider, bids.map((bid) => ({ ask, ...bid })));
 */
export async function fillBatch(
  client: ErgonClient,
  fills: readonly FillJobParameters[],
  options?: SendOptions,
): Promise<BatchOutcome> {
  const calls = fills.map((fill) => fillJobCall(client.addresses, fill));
  const { skipped, transaction } = await sendBatch(client, calls, options);
  const opened = recordsAfter(transaction, client.addresses.jobEscrow).values();
  const items = itemsOf(fills.length, skipped, () => opened.next().value);
  return { items, transaction };
}
