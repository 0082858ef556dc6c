import { moveCall } from "../../games/calls";
import { changeGame } from "../../games/outcome";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Move } from "../../games/moves";
import type { GameOutcome } from "../../games/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { GameRecord, TraceCommitment } from "../../types/game";
import type { JobRecord } from "../../types/job";

/** A game as it is, and a move in it. */
export interface PlayMoveParameters {
  readonly game: GameRecord;
  /** The trace of the game's unit, if there is one. */
  readonly trace?: TraceCommitment;
  /** The job's current state; of a job that ended, its last. */
  readonly job: JobRecord;
  readonly move: Move;
  /** That of the side whose move it is, by `signMove`, `signTrace` or `signConcession`; none if it calls. */
  readonly signature?: Hex;
}

/** The call of `playMove`. */
export function playMoveCall(
  addresses: Addresses,
  { game: { game }, trace, job: { job }, move, signature }: PlayMoveParameters,
): Call {
  return moveCall(addresses, { game, trace, job }, move, signature);
}

/**
 * Makes a move of a game. Call from the side whose move it is, or from anyone with its signature.
 * Throws `ErgonRevertError`: `GamesStale`, `GamesTooLate`, `GamesUnauthorized`, `GamesWrongStage`,
 * `GamesWrongHeight`, `GamesWrongDescent`, `GamesWrongTrace`, and what the move's own action throws.
 *
 * @example
 * const [move] = await nextMoves(board, knowledge, "challenger", now);
 * const { game } = await playMove(challenger, { game: record, trace: board.trace, job, move });
 */
export function playMove(
  client: ErgonClient,
  parameters: PlayMoveParameters,
  options?: SendOptions,
): Promise<GameOutcome> {
  return changeGame(client, parameters, playMoveCall(client.addresses, parameters), options);
}
