import { answer } from "./answer";
import { answeredAt, isAtUnit, roundOf } from "./board";
import { isDecided, turnOf } from "./clock";
import { pick } from "./pick";
import { sameHex } from "../types/address";
import type { Game } from "../types/game";
import type { Board, Knowledge } from "./board";
import type { Side } from "./clock";
import type { Move } from "./moves";

/**
 * What to do next in a game, in order; nothing while it is the other side's turn. Either side shows
 * what is below a node that it holds for true; the challenger picks what it holds for false, and the
 * worker commits to traces. A challenger that comes to a unit which is right gives up at
 * once, whoever's turn it is. Throws `ErgonError` GAME_INCONSISTENT if it cannot know what
 * it must, CLAIM_FALSE for a worker whose unit cannot be defended, or like `Board.reveal`.
 */
export async function nextMoves(
  board: Board,
  knowledge: Knowledge,
  side: Side,
  now: bigint,
): Promise<Move[]> {
  const { game } = board;
  if (isDecided(game)) return [{ name: "resolve" }];
  const at = await answeredAt(board);
  const turn = turnOf(game, at);
  if (now > turn.until) return [{ name: "resolve" }];
  if (side === "challenger" && holdsUnit(game, knowledge)) return [{ name: "concede" }];
  const round = roundOf(board);
  if (at === undefined || round === undefined) return answer(board, round, knowledge, side);
  const shown = side === "challenger" ? await board.reveal(round.key) : undefined;
  return shown === undefined ? [] : [await pick(board, round, knowledge, shown.children)];
}

function holdsUnit(game: Game, { outputIds }: Knowledge): boolean {
  return isAtUnit(game) && sameHex(outputIds.get(Number(game.unit)) ?? "0x", game.node);
}
