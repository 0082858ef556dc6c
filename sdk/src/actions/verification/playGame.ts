import { ErgonError, ErgonRevertError } from "../../errors/errors";
import { jobIdOf } from "../../games/pack";
import { nextMoves } from "../../games/strategy";
import { latestMoment } from "../../orders/load";
import { POLL_MS, pause } from "../../pause";
import { getJob } from "../compute/getJob";
import { getBoard } from "./getBoard";
import { getGame } from "./getGame";
import { playMove } from "./playMove";
import type { ErgonClient } from "../../client";
import type { Knowledge } from "../../games/board";
import type { Side } from "../../games/clock";
import type { PollOptions } from "../../pause";
import type { GameRecord } from "../../types/game";

/** A game, and what one side of it knows. */
export interface PlayGameParameters extends PollOptions {
  readonly id: bigint;
  /** The side that the client's account plays: the job's worker, or the game's challenger. */
  readonly side: Side;
  readonly knowledge: Knowledge;
  /** Told of each error that may pass; the turn is tried again after a pause. */
  readonly onRetry?: (error: ErgonError) => void;
}

const PLAYERS = {
  worker: { commits: true, challenges: false },
  challenger: { commits: false, challenges: true },
} as const;

/** The game or its job changed between a look at them and the move. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  "GamesStale",
  "TracesCommitted",
  "TracesForeignJob",
]);

/**
 * Plays one side of a game until it is over, and ends it if it is decided. Run it until then: a side
 * that does not move in its time loses. Throws the signal's reason when that is aborted, `ErgonError`
 * GAME_UNKNOWN, GAME_INCONSISTENT if the knowledge does not fit the game, and what a move throws unless
 * it may pass.
 *
 * @example
 * const { id } = await challengeJob(challenger, { job, descent, maxBond });
 * const { end } = await playGame(challenger, { id, side: "challenger", knowledge, signal });
 */
export async function playGame(
  client: ErgonClient,
  parameters: PlayGameParameters,
): Promise<GameRecord> {
  const { signal, pollMs = POLL_MS, onRetry } = parameters;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const { game, moved } = await takeTurn(client, parameters);
      if (game.end !== undefined) return game;
      if (moved) continue;
    } catch (error) {
      if (!mayPass(error)) throw error;
      onRetry?.(error);
    }
    await pause(pollMs, signal);
  }
}

async function takeTurn(
  client: ErgonClient,
  { id, side, knowledge }: PlayGameParameters,
): Promise<{ readonly game: GameRecord; readonly moved: boolean }> {
  let game = await getGame(client, { id });
  if (game.end !== undefined) return { game, moved: false };
  const board = await getBoard(client, game);
  const { now } = await latestMoment(client);
  const moves = await nextMoves(board, knowledge, PLAYERS[side], now);
  for (const move of moves) {
    const job = await getJob(client, { id: jobIdOf(id) });
    ({ game } = await playMove(client, { game, trace: board.trace, job, move }));
  }
  return { game, moved: moves.length > 0 };
}

function mayPass(error: unknown): error is ErgonError {
  if (!(error instanceof ErgonError)) return false;
  return error.retryable || (error instanceof ErgonRevertError && OVERTAKEN.has(error.errorName));
}
