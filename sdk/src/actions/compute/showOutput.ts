import { abi } from "../../contracts";
import { changeJob } from "../../jobs/outcome";
import { packJob } from "../../jobs/pack";
import { callOf } from "../../send";
import type { OutputOpening } from "../../jobs/opening";
import type { ErgonClient } from "../../client";
import type { ForJob, JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { DemandKind, JobRecord } from "../../types/job";

/** A demand, and the piece with its openings. */
export interface ShowOutputParameters {
  readonly job: JobRecord;
  readonly kind: DemandKind;
  readonly opening: OutputOpening;
}

/** The call of `showOutput`. */
export function showOutputCall(
  addresses: Addresses,
  { job: { id, job }, kind, opening }: ForJob<ShowOutputParameters>,
): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("showOutput", [id, packJob(job), kind, opening]),
  );
}

/**
 * Shows a piece that was demanded; anyone may call. Throws `ErgonRevertError`: `DemandsNotPending`,
 * `DemandsTooLate`, `DemandsWrongOpening`, `DemandsWrongWordCount`, `JobsStale`.
 *
 * @example
 * await showOutput(worker, { job, kind, opening: openOutput(outputs, demand.piece) });
 */
export function showOutput(
  client: ErgonClient,
  parameters: ShowOutputParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(client, parameters.job, showOutputCall(client.addresses, parameters), options);
}
