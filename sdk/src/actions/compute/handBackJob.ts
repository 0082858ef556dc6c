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
export interface HandBackJobParameters {
  readonly job: JobRecord;
}

/** The call of `handBackJob`. */
export function handBackJobCall(
  addresses: Addresses,
  { job: { id, job } }: ForJob<HandBackJobParameters>,
): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("handBack", [id, packJob(job)]),
  );
}

/**
 * Ends an open job for its provider, who pays the elapsed share of the price from the bond; free in
 * the first tenth of the turnaround unless the provider called `fill`. Call from the worker or the
 * provider. Throws `ErgonRevertError`: `JobEscrowTooLate`, `JobsUnauthorized`, `JobsStale`.
 *
 * @example
 * await handBackJob(worker, { job });
 */
export function handBackJob(
  client: ErgonClient,
  parameters: HandBackJobParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(client, parameters.job, handBackJobCall(client.addresses, parameters), options);
}
