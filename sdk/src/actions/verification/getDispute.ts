import { translated } from "../../errors/translate";
import type { ErgonClient } from "../../client";

/** What is known of the games of a job. */
export interface Dispute {
  /** How many began. */
  readonly games: bigint;
  /** How many are not over. */
  readonly live: bigint;
  /** Whether one of them proved the claim false. */
  readonly slashed: boolean;
  /** What each other game that was live then gets at most, in payment-token units. */
  readonly othersReward: bigint;
}

/** Which job, and as of which block. */
export interface GetDisputeParameters {
  readonly jobId: bigint;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/**
 * What the verifier knows of the games of a job; all zero for a job without one. Throws `ErgonError`
 * RPC.
 *
 * @example
 * const { live, slashed } = await getDispute(client, { jobId: 7n });
 */
export async function getDispute(
  { optimisticVerifier }: ErgonClient,
  { jobId, blockNumber }: GetDisputeParameters,
): Promise<Dispute> {
  const at = { blockTag: blockNumber ?? "latest" };
  const { games, live, slashed, othersReward } = await translated(() =>
    optimisticVerifier.dispute(jobId, at),
  );
  return { games, live, slashed, othersReward };
}
