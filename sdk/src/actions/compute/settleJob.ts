import { abi } from "../../contracts";
import { changeJob } from "../../jobs/outcome";
import { packJob } from "../../jobs/pack";
import { callOf } from "../../send";
import type { ErgonClient } from "../../client";
import type { ForJob, JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { JobRecord } from "../../types/job";

/** A delivered job whose window is over. */
export interface SettleJobParameters {
  readonly job: JobRecord;
}

/** The call of `settleJob`. */
export function settleJobCall(
  addresses: Addresses,
  { job: { id, job } }: ForJob<SettleJobParameters>,
): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("settle", [id, packJob(job)]),
  );
}

/**
 * Ends a delivered job: pays the price, unless that happened, and gives the bond back. Anyone may
 * call. Throws `ErgonRevertError`: `JobEscrowContestable` (retryable; of a frozen job about which no game
 * is live, after `unfreezeJob`), `DemandsPending` (retryable), `JobsStale`.
 *
 * @example
 * const { job: settled } = await settleJob(client, { job });
 */
export function settleJob(
  client: ErgonClient,
  parameters: SettleJobParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(client, parameters.job, settleJobCall(client.addresses, parameters), options);
}
