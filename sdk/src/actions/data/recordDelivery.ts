import { abi } from "../../contracts";
import { packJob } from "../../jobs/pack";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";
import type { JobRef } from "../../jobs/outcome";

/** The epoch's job, delivered. */
export interface RecordDeliveryParameters {
  readonly dataset: Address;
  readonly job: JobRef;
}

/** What was taken down. */
export interface RecordDeliveryOutcome {
  readonly epochId: bigint;
  /** The list root of the ids of the job's outputs. */
  readonly outputRoot: Hex;
  readonly transaction: TransactionReceipt;
}

/** The call of `recordDelivery`. */
export function recordDeliveryCall(parameters: RecordDeliveryParameters): Call {
  const { dataset, job } = parameters;
  return callOf(dataset, () =>
    abi.dataDAO.encodeFunctionData("recordDelivery", [packJob(job.job)]),
  );
}

/**
 * Takes down what the worker delivered, after the delivery and before the job is settled; anyone may call.
 * Throws `ErgonRevertError`: `EpochsWrongStatus`, `EpochsWrongDelivery`.
 *
 * @example
 * const job = await getJob(client, { id: jobId });
 * await recordDelivery(client, { dataset, job });
 */
export async function recordDelivery(
  client: ErgonClient,
  parameters: RecordDeliveryParameters,
): Promise<RecordDeliveryOutcome> {
  const transaction = await sendCall(client, recordDeliveryCall(parameters));
  const event = datasetEventIn<Omit<RecordDeliveryOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "ValuesDelivered",
  );
  const { epochId, outputRoot } = event;
  return { epochId, outputRoot, transaction };
}
