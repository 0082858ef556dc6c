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

/** An open job and its outputs. */
export interface DeliverJobParameters {
  readonly job: JobRecord;
  /** List root of the units' output ids. */
  readonly outputRoot: Hex;
  /** All units asked unless given. */
  readonly units?: bigint;
  /** The client's signature of an approval, which pays at once; one that is not valid counts as none. */
  readonly approval?: Hex;
}

/** The call of `deliverJob`. */
export function deliverJobCall(
  addresses: Addresses,
  {
    job: { id, job },
    outputRoot,
    units = job.units,
    approval = "0x",
  }: ForJob<DeliverJobParameters>,
): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("deliver", [id, packJob(job), outputRoot, units, approval]),
  );
}

/**
 * Commits to the outputs of the first `units` units, once; the others are handed back. Call from
 * the job's worker until its deadline. Throws `ErgonRevertError`: `JobEscrowTooLate`,
 * `JobEscrowInvalidUnits`, `JobsUnauthorized`, `JobsStale`.
 *
 * @example
 * await deliverJob(worker, { job, outputRoot: listRoot(outputIds) });
 */
export function deliverJob(
  client: ErgonClient,
  parameters: DeliverJobParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(client, parameters.job, deliverJobCall(client.addresses, parameters), options);
}
