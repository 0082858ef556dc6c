import { abi } from "../../contracts";
import { changeJob } from "../../jobs/outcome";
import { packJob } from "../../jobs/pack";
import { callOf } from "../../send";
import type { ErgonClient } from "../../client";
import type { ForJob, JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { JobRecord, Piece } from "../../types/job";

/** A delivered job, and what its worker must show. */
export interface DemandOutputParameters {
  readonly job: JobRecord;
  readonly piece: Piece;
}

/** The call of `demandOutput`. */
export function demandOutputCall(
  addresses: Addresses,
  { job: { id, job }, piece }: ForJob<DemandOutputParameters>,
): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("demandOutput", [id, packJob(job), piece]),
  );
}

/**
 * Demands that a piece of an output is shown on chain, and pays for it from the caller's claims. Call
 * before the window ends and the price is paid. Throws `ErgonRevertError`: `DemandsClosed`,
 * `DemandsPending`, `DemandsInvalidPiece`, `JobsUnauthorized`, `JobsStale`.
 *
 * @example
 * await demandOutput(client, { job, piece: { unit: 0n, firstWord: 0n, wordsLog2: 5n } });
 */
export function demandOutput(
  client: ErgonClient,
  parameters: DemandOutputParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(client, parameters.job, demandOutputCall(client.addresses, parameters), options);
}
