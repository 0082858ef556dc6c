import { abi } from "../../contracts";
import { changeJob } from "../../jobs/outcome";
import { packJob } from "../../jobs/pack";
import { callOf } from "../../send";
import type { ErgonClient } from "../../client";
import type { ForJob, JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { JobRecord } from "../../types/job";

/** An open job whose deadline is over. */
export interface ExpireJobParameters {
  readonly job: JobRecord;
}

/** The call of `expireJob`. */
export function expireJobCall(
  addresses: Addresses,
  { job: { id, job } }: ForJob<ExpireJobParameters>,
): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("expire", [id, packJob(job)]),
  );
}

/**
 * Ends an open job whose deadline is over; the provider pays the whole price from the bond. Anyone
 * may call. Throws `ErgonRevertError`: `JobEscrowNotExpired` (retryable), `JobsStale`.
 *
 * @example
 * await expireJob(client, { job });
 */
export function expireJob(
  client: ErgonClient,
  parameters: ExpireJobParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(client, parameters.job, expireJobCall(client.addresses, parameters), options);
}
