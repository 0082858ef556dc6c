import { abi } from "../contracts";
import { ErgonError, ErgonRevertError } from "../errors/errors";
import { decodeRevert } from "../errors/revert";
import { translated } from "../errors/translate";
import { signerOf } from "../client";
import { callOf, sendCall } from "../send";
import { sameHex } from "../types/address";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../client";
import type { Call, SendOptions } from "../send";
import type { Addresses } from "../types/address";
import type { JobRecord } from "../types/job";

/** What a batch made of one item: the job, or why the item was skipped. */
export type BatchItem =
  | { readonly done: true; readonly job: JobRecord }
  | { readonly done: false; readonly error: ErgonRevertError };

/** What a batch made of its items, in their order. */
export interface BatchOutcome {
  readonly items: readonly BatchItem[];
  readonly transaction: TransactionReceipt;
}

/** One call of the escrow that makes many; one that fails is skipped and spoils no other. */
export function batchCall(addresses: Addresses, calls: readonly Call[]): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("batch", [calls.map(({ data }) => data)]),
  );
}

/** Sends a batch and gives the reasons of the items that were skipped, by index. */
export async function sendBatch(
  client: ErgonClient,
  call: Call,
  options: SendOptions = {},
): Promise<{ skipped: ReadonlyMap<number, ErgonRevertError>; transaction: TransactionReceipt }> {
  const gasLimit = options.gasLimit ?? (await batchGas(client, call));
  const transaction = await sendCall(client, call, { ...options, gasLimit });
  const skipped = new Map<number, ErgonRevertError>();
  for (const log of transaction.logs) {
    if (!sameHex(log.address, client.addresses.jobEscrow)) continue;
    const event = abi.jobEscrow.parseLog(log);
    if (event?.name !== "BatchItemSkipped") continue;
    const { index, reason } = event.args as unknown as { index: bigint; reason: string };
    skipped.set(Number(index), new ErgonRevertError(decodeRevert(reason)));
  }
  return { skipped, transaction };
}

/** The items of a batch, with `jobOf` giving the job of an item that was not skipped. */
export function itemsOf(
  count: number,
  skipped: ReadonlyMap<number, ErgonRevertError>,
  jobOf: (index: number) => JobRecord | undefined,
): BatchItem[] {
  return Array.from({ length: count }, (_, index) => {
    const error = skipped.get(index);
    if (error !== undefined) return { done: false, error };
    const job = jobOf(index);
    if (job !== undefined) return { done: true, job };
    throw new ErgonError("JOB_INCONSISTENT", `item ${index} left no event`, false);
  });
}

/**
 * Gas for a batch. An item that runs out of gas is skipped and the batch succeeds, so an estimate,
 * which seeks the least gas that succeeds, may be too low: it can miss the fifth of the gas that is
 * refunded at the end and the 64th that a call keeps back.
 */
async function batchGas(client: ErgonClient, call: Call): Promise<bigint> {
  const estimate = await translated(() => signerOf(client).estimateGas({ ...call }));
  return (estimate * 3n) / 2n;
}
