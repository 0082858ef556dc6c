import { translated } from "../../errors/translate";
import { packJob } from "../../jobs/pack";
import type { ErgonClient } from "../../client";
import type { JobRef } from "../../jobs/outcome";

/** Which job, and as of which block. */
export interface GetChallengeBondParameters {
  readonly job: JobRef;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/**
 * The bond of the next challenge of a job, in payment-token units; a challenge that is mined before may
 * raise it. Throws `ErgonError` RPC.
 *
 * @example
 * const bond = await getChallengeBond(client, { job });
 */
export async function getChallengeBond(
  { optimisticVerifier }: ErgonClient,
  { job: { id, job }, blockNumber }: GetChallengeBondParameters,
): Promise<bigint> {
  const at = { blockTag: blockNumber ?? "latest" };
  return translated(() => optimisticVerifier.challengeBond(id, packJob(job), at));
}
