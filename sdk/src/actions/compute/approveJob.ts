import { abi } from "../../contracts";
import { changeJob } from "../../jobs/outcome";
import { packJob } from "../../jobs/pack";
import { callOf } from "../../send";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { ForJob, JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { JobRecord } from "../../types/job";

/** A delivered job. */
export interface ApproveJobParameters {
  readonly job: JobRecord;
  /** The client's signature of an approval; none if the client calls. */
  readonly approval?: Hex;
}

/** The call of `approveJob`. */
export function approveJobCall(
  addresses: Addresses,
  { job: { id, job }, approval = "0x" }: ForJob<ApproveJobParameters>,
): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("approve", [id, packJob(job), approval]),
  );
}

/**
 * Pays the price of a delivered job before its window is over; bond and contest stay. Without a
 * verifier the job ends. Call from the client, or from anyone with its signature. Throws
 * `ErgonRevertError`: `JobEscrowPriceSpent`, `JobEscrowInvalidApproval`, `JobsStale`.
 *
 * @example
 * await approveJob(client, { job });
 */
export function approveJob(
  client: ErgonClient,
  parameters: ApproveJobParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(client, parameters.job, approveJobCall(client.addresses, parameters), options);
}
