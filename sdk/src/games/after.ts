import { Stage } from "../types/game";
import { InputError } from "../errors/errors";
import type { Game } from "../types/game";
import type { Move, SignableMove } from "./moves";

/**
 * The game after a move that decides it: it does not depend on when the move is mined, so that
 * `resolve` can stand in the same batch. `answeredAt` is when the worker answered the move before.
 * Throws `InputError` for a move that decides nothing.
 */
export function gameDecidedBy(
  game: Game,
  move: Move,
  answeredAt: bigint | undefined,
  proved: boolean,
): Game {
  if (!("descent" in move) || !mayDecide(game, move)) {
    throw new InputError(`${move.name} decides no game`);
  }
  const { height, index, node } = move.descent;
  const counted = answeredAt !== undefined && answeredAt >= game.movedAt;
  const answers = game.answers + (counted ? 1n : 0n);
  const stage = proved ? Stage.Proved : Stage.Refuted;
  return { ...game, answers, stage, height, index, node };
}

/** Whether a move of the challenger is one of those that decide: a pick only if it is behind all units. */
function mayDecide(game: Game, { name, descent: { height, index } }: SignableMove): boolean {
  if (name !== "pick") return name !== "pickInTrace";
  return game.stage === Stage.Units && index << height >= game.units;
}
