import { playMove, playMoveCall } from "./playMove";
import type { ErgonClient } from "../../client";
import type { GameOutcome } from "../../games/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { PlayMoveParameters } from "./playMove";

/** A game that is decided, or in which a side is out of time. */
export type ResolveGameParameters = Omit<PlayMoveParameters, "move" | "signature">;

/** The call of `resolveGame`. */
export function resolveGameCall(addresses: Addresses, parameters: ResolveGameParameters): Call {
  return playMoveCall(addresses, { ...parameters, move: { name: "resolve" } });
}

/**
 * Ends a game and pays: slashes the job if its claim was proved false. Anyone may call. Throws
 * `ErgonRevertError`: `GamesStale`, `OptimisticVerifierUndecided` (retryable), `TracesForeignJob`.
 *
 * @example
 * const { game, job } = await resolveGame(client, { game: record, trace, job });
 */
export function resolveGame(
  client: ErgonClient,
  parameters: ResolveGameParameters,
  options?: SendOptions,
): Promise<GameOutcome> {
  return playMove(client, { ...parameters, move: { name: "resolve" } }, options);
}
