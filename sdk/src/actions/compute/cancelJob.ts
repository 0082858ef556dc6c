import { abi } from "../../contracts";
import { changeJob } from "../../jobs/outcome";
import { packJob } from "../../jobs/pack";
import { callOf } from "../../send";
import type { ErgonClient } from "../../client";
import type { ForJob, JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { JobRecord } from "../../types/job";

/** An open job. */
export interface CancelJobParameters {
  readonly job: JobRecord;
}

/** The call of `cancelJob`. */
export function cancelJobCall(
  addresses: Addresses,
  { job: { id, job } }: ForJob<CancelJobParameters>,
): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("cancel", [id, packJob(job)]),
  );
}

/**
 * Ends an open job for its client, who pays the elapsed share of the price, at least the ask's
 * cancel share. Throws `ErgonRevertError`: `JobEscrowTooLate`, `JobsUnauthorized`, `JobsStale`.
 *
 * @example
 * await cancelJob(client, { job });
 */
export function cancelJob(
  client: ErgonClient,
  parameters: CancelJobParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(client, parameters.job, cancelJobCall(client.addresses, parameters), options);
}
