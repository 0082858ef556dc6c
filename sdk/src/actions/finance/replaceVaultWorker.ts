import { abi } from "../../contracts";
import { changeJob } from "../../jobs/outcome";
import { packJob } from "../../jobs/pack";
import { callOf } from "../../send";
import type { ErgonClient } from "../../client";
import type { ForJob, JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Address } from "../../types/address";
import type { JobRecord } from "../../types/job";

/** A job whose provider is a vault, and its new worker. */
export interface ReplaceVaultWorkerParameters {
  readonly job: JobRecord;
  readonly worker: Address;
}

/** The call of `replaceVaultWorker`. */
export function replaceVaultWorkerCall(parameters: ForJob<ReplaceVaultWorkerParameters>): Call {
  const { worker } = parameters;
  const { id, job } = parameters.job;
  return callOf(job.provider, () =>
    abi.stakeVault.encodeFunctionData("replaceWorker", [id, packJob(job), worker]),
  );
}

/**
 * Replaces the key that delivers a vault's job, hands it back and plays its disputes. Call from the vault's
 * operator. Throws `ErgonRevertError`: `VaultNotOperator`, `JobEscrowWorkerUnnamed`,
 * `JobEscrowReplacedLately` (retryable), `JobsStale`.
 *
 * @example
 * await replaceVaultWorker(operator, { job, worker: newKey.address });
 */
export function replaceVaultWorker(
  client: ErgonClient,
  parameters: ReplaceVaultWorkerParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return changeJob(client, parameters.job, replaceVaultWorkerCall(parameters), options);
}
