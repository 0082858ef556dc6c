import { abi } from "../../contracts";
import { changeJob } from "../../jobs/outcome";
import { packJob } from "../../jobs/pack";
import { callOf } from "../../send";
import type { ErgonClient } from "../../client";
import type { ForJob, JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { JobRecord } from "../../types/job";

/** A frozen job whose window is over, and no game about which is live. */
export interface UnfreezeJobParameters {
  readonly job: JobRecord;
}

/** The call of `unfreezeJob`. */
export function unfreezeJobCall(
  addresses: Addresses,
  { job: { id, job } }: ForJob<UnfreezeJobParameters>,
): Call {
  return callOf(addresses.optimisticVerifier, () =>
    abi.optimisticVerifier.encodeFunctionData("unfreeze", [id, packJob(job)]),
  );
}

/**
 * Lets a job settle whose challenges were all lost before its window was over; a game that ends later
 * does so by itself. Anyone may call. Throws `ErgonRevertError`: `OptimisticVerifierTooEarly`
 * (retryable), `OptimisticVerifierLiveGames` (retryable), `VerdictsNotFrozen`, `TracesForeignJob`.
 *
 * @example
 * const { job: unfrozen } = await unfreezeJob(client, { job });
 */
export function unfreezeJob(
  client: ErgonClient,
  parameters: UnfreezeJobParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(client, parameters.job, unfreezeJobCall(client.addresses, parameters), options);
}
