import { ErgonRevertError } from "../../errors/errors";
import { jobIdOf } from "../../games/pack";
import { nextMoves } from "../../games/strategy";
import { latestMoment } from "../../orders/load";
import { poll } from "../../poll";
import { getJob } from "../compute/getJob";
import { getBoard } from "./getBoard";
import { getGame } from "./getGame";
import { playMove } from "./playMove";
import type { ErgonClient } from "../../client";
import type { Knowledge } from "../../games/board";
import type { Side } from "../../games/clock";
import type { PollOptions } from "../../poll";
import type { GameRecord } from "../../types/game";

/** A game, and what one side of it knows. */
export interface PlayGameParameters extends PollOptions {
  readonly id: bigint;
  /** The side that the client's account plays: the job's worker, or the game's challenger. */
  readonly side: Side;
  readonly knowledge: Knowledge;
}

/** What a move meets if the game or its job changed, or time ran out, after it was chosen. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  "GamesStale",
  "GamesTooLate",
  "OptimisticVerifierDecided",
  "TracesCommitted",
  "TracesForeignJob",
]);

/**
 * Plays one side of a game until it is over, and ends it if it is decided. Run it until then: a side
 * that does not move in its time loses. Throws the signal's reason when that is aborted, `ErgonError`
 * GAME_UNKNOWN, GAME_INCONSISTENT if the knowledge does not fit the game, and what `playMove` throws
 * that cannot pass.
 *
 * @example
 * const { id } = await challengeJob(challenger, { job, descent, maxBond });
 * const { end } = await playGame(challenger, { id, side: "challenger", knowledge, signal });
 */
export function playGame(client: ErgonClient, parameters: PlayGameParameters): Promise<GameRecord> {
  return poll(parameters, async () => {
    let moves = 1;
    while (moves > 0) {
      const game = await getGame(client, { id: parameters.id });
      if (game.end !== undefined) return game;
      moves = await takeTurn(client, game, parameters);
    }
    return undefined;
  });
}

/** Makes the moves that are due; how many. */
async function takeTurn(
  client: ErgonClient,
  record: GameRecord,
  { id, side, knowledge }: PlayGameParameters,
): Promise<number> {
  const board = await getBoard(client, record);
  const { now } = await latestMoment(client);
  const moves = await nextMoves(board, knowledge, side, now);
  let game = record;
  try {
    for (const move of moves) {
      const job = await getJob(client, { id: jobIdOf(id) });
      ({ game } = await playMove(client, { game, trace: board.trace, job, move }));
    }
  } catch (error) {
    // the next look sees what came before
    if (error instanceof ErgonRevertError && OVERTAKEN.has(error.errorName)) return 0;
    throw error;
  }
  return moves.length;
}
