import { abi } from "../../contracts";
import { batchCall, itemsOf, sendBatch } from "../../jobs/batch";
import { recordsAfter } from "../../jobs/outcome";
import { callOf } from "../../send";
import { sameHex } from "../../types/address";
import { fillJobCall } from "./fillJob";
import type { ErgonClient } from "../../client";
import type { BatchOutcome } from "../../jobs/batch";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { FillJobParameters } from "./fillJob";

/** The call of `fillBatch`: what one client and one provider pay is pulled at once. */
export function fillBatchCall(addresses: Addresses, fills: readonly FillJobParameters[]): Call {
  if (!samePayers(fills)) {
    return batchCall(
      addresses,
      fills.map((fill) => fillJobCall(addresses, fill)),
    );
  }
  const items = fills.map(({ ask, askSignature = "0x", bid, bidSignature = "0x" }) => {
    return { ask, askSignature, bid, bidSignature };
  });
  return callOf(addresses.jobEscrow, () => abi.jobEscrow.encodeFunctionData("fillBatch", [items]));
}

/**
 * Opens many jobs in one transaction; a pair of orders that does not become a job is skipped with its
 * reason. Jobs of one client and one provider share their fate if one of the two cannot pay. Throws
 * `ErgonRevertError`: `ERC6909InsufficientBalance`, `ERC6909InsufficientAllowance`.
 *
 * @example
 * const { items } = await fillBatch(provider, [{ ask, bid, bidSignature }, { ask, bid: other, … }]);
 */
export async function fillBatch(
  client: ErgonClient,
  fills: readonly FillJobParameters[],
  options?: SendOptions,
): Promise<BatchOutcome> {
  const call = fillBatchCall(client.addresses, fills);
  const { skipped, transaction } = await sendBatch(client, call, options);
  const opened = recordsAfter(transaction, client.addresses.jobEscrow).values();
  const items = itemsOf(fills.length, skipped, () => opened.next().value);
  return { items, transaction };
}

function samePayers(fills: readonly FillJobParameters[]): boolean {
  return fills.every(
    ({ ask, bid }) =>
      sameHex(ask.provider, fills[0].ask.provider) && sameHex(bid.client, fills[0].bid.client),
  );
}
