import { abi } from "../../contracts";
import { changeJob } from "../../jobs/outcome";
import { packJob } from "../../jobs/pack";
import { callOf } from "../../send";
import type { ErgonClient } from "../../client";
import type { ForJob, JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { DemandKind, JobRecord } from "../../types/job";

/** A demand whose time is over. */
export interface LapseDemandParameters {
  readonly job: JobRecord;
  readonly kind: DemandKind;
}

/** The call of `lapseDemand`. */
export function lapseDemandCall(
  addresses: Addresses,
  { job: { id, job }, kind }: ForJob<LapseDemandParameters>,
): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("lapseDemand", [id, packJob(job), kind]),
  );
}

/**
 * Ends a demand that was not answered in time: its payment goes back, and the whole price to the
 * client if it is in escrow. Anyone may call. Throws `ErgonRevertError`: `DemandsNotPending`,
 * `DemandsTooEarly` (retryable), `JobsStale`.
 *
 * @example
 * await lapseDemand(client, { job, kind: DemandKind.Client });
 */
export function lapseDemand(
  client: ErgonClient,
  parameters: LapseDemandParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(client, parameters.job, lapseDemandCall(client.addresses, parameters), options);
}
