import { playMove, playMoveCall } from "./playMove";
import type { ErgonClient } from "../../client";
import type { GameOutcome } from "../../games/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { PlayMoveParameters } from "./playMove";

/** A game that is not decided, in time. */
export type ConcedeGameParameters = Omit<PlayMoveParameters, "move">;

/** The call of `concedeGame`. */
export function concedeGameCall(addresses: Addresses, parameters: ConcedeGameParameters): Call {
  return playMoveCall(addresses, { ...parameters, move: { name: "concede" } });
}

/**
 * Gives up a challenge: costs a quarter of the bond, rounded up, while the game is about units, else all.
 * Call from the challenger, or from anyone with its signature. Throws `ErgonRevertError`:
 * `GamesStale`, `GamesUnauthorized`, `OptimisticVerifierDecided`, `TracesForeignJob`.
 *
 * @example
 * const { game } = await concedeGame(challenger, { game: record, job });
 */
export function concedeGame(
  client: ErgonClient,
  parameters: ConcedeGameParameters,
  options?: SendOptions,
): Promise<GameOutcome> {
  return playMove(client, { ...parameters, move: { name: "concede" } }, options);
}
