import { abi } from "../../contracts";
import { changeJob } from "../../jobs/outcome";
import { packJob } from "../../jobs/pack";
import { callOf } from "../../send";
import type { ErgonClient } from "../../client";
import type { ForJob, JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Address, Addresses } from "../../types/address";
import type { JobRecord } from "../../types/job";

/** A job and its new worker. */
export interface ReplaceWorkerParameters {
  readonly job: JobRecord;
  readonly worker: Address;
}

/** The call of `replaceWorker`. */
export function replaceWorkerCall(
  addresses: Addresses,
  { job: { id, job }, worker }: ForJob<ReplaceWorkerParameters>,
): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("replaceWorker", [id, packJob(job), worker]),
  );
}

/**
 * Replaces the key that delivers, hands back and plays disputes. Call from the provider. Throws
 * `ErgonRevertError`: `JobEscrowWorkerUnnamed`, `JobsUnauthorized`, `JobsStale`.
 *
 * @example
 * await replaceWorker(provider, { job, worker: newKey.address });
 */
export function replaceWorker(
  client: ErgonClient,
  parameters: ReplaceWorkerParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(
    client,
    parameters.job,
    replaceWorkerCall(client.addresses, parameters),
    options,
  );
}
