import { abi } from "../../contracts";
import { ErgonError } from "../../errors/errors";
import { encodable } from "../../games/calls";
import { parseGameEvent } from "../../games/events";
import { packJob } from "../../jobs/pack";
import { callOf, sendCall } from "../../send";
import { getGame } from "./getGame";
import type { ErgonClient } from "../../client";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { Descent, GameRecord } from "../../types/game";
import type { JobRecord } from "../../types/job";

/** A delivered job, and the part of its output that is false. */
export interface ChallengeJobParameters {
  readonly job: JobRecord;
  /** From the output root as far down as can be proved; `atOutputRoot` if no further. */
  readonly descent: Descent;
  /** The highest bond to post, in payment-token units. */
  readonly maxBond: bigint;
}

/** The call of `challengeJob`. */
export function challengeJobCall(
  addresses: Addresses,
  { job: { id, job }, descent, maxBond }: ChallengeJobParameters,
): Call {
  return callOf(addresses.optimisticVerifier, () =>
    abi.optimisticVerifier.encodeFunctionData("challenge", [
      id,
      packJob(job),
      encodable(descent),
      maxBond,
    ]),
  );
}

/**
 * Challenges a delivered job with a bond, which the verifier pulls from the client's claims. Throws
 * `ErgonRevertError`: `OptimisticVerifierTooLate`, `OptimisticVerifierBondTooHigh`,
 * `OptimisticVerifierUnknownModel`, `TracesForeignJob`, `ERC6909InsufficientAllowance`.
 *
 * @example
 * const { id } = await challengeJob(client, { job, descent: atOutputRoot(job.job), maxBond });
 */
export async function challengeJob(
  client: ErgonClient,
  parameters: ChallengeJobParameters,
  options?: SendOptions,
): Promise<GameRecord> {
  const receipt = await sendCall(client, challengeJobCall(client.addresses, parameters), options);
  for (const log of receipt.logs) {
    const event = parseGameEvent(log);
    if (event?.name === "Challenged") return getGame(client, { id: event.id });
  }
  throw new ErgonError("GAME_INCONSISTENT", "the challenge left no event", false);
}
