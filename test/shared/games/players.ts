import {
  Stage,
  answeredAt,
  gameHash,
  isAtUnit,
  isDecided,
  nextMoves,
  roundOf,
} from "../../../sdk/src/index";
import { programRoot, roundLevels } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";
import type { Board, Knowledge, Move } from "../../../sdk/src/index";
import type { Claim } from "./claims";
import type { ForgedTree } from "./forgedTree";

/** What a side does in a game as it stands: no moves to stay silent. */
export interface Turn {
  readonly moves: readonly Move[];
  /** Seconds before the end of its time at which it does so, after it if negative; at once if not given. */
  readonly margin?: bigint;
}

/** A way to play one side of a game. */
export type Play = (board: Board, now: bigint) => Promise<Turn>;

/** Stays silent. */
export const silent: Play = async () => ({ moves: [] });

/** Plays as the SDK does for somebody with this knowledge. */
export function byKnowledge(knowledge: Knowledge, side: "worker" | "challenger"): Play {
  return async (board, now) => ({ moves: await nextMoves(board, knowledge, side, now) });
}

/**
 * Shows what a worker can show of its claim, true or not. Unless it is bold, it does not try to commit
 * to a trace that would be refused.
 */
export function showing(claim: Claim, bold = false): Play {
  return async (board) => {
    const { game, trace } = board;
    const unit = Number(game.unit);
    if (isDecided(game)) return { moves: [] };
    if (isAtUnit(game)) {
      const { trace: tree, output } = claim.show(unit);
      if (trace !== undefined) return { moves: reveal(tree) };
      // A trace that ends in anything else would be refused.
      const fits = tree.node(0, claim.model.program.nodes.length - 1) === output;
      return { moves: fits || bold ? [commitment(claim, unit), ...reveal(tree)] : [] };
    }
    if (game.stage === Stage.Units) return { moves: reveal(claim.units, board) };
    const { trace: tree, words } = claim.show(unit);
    const leaf = game.stage === Stage.Trace ? undefined : await board.leaf();
    const shown = leaf === undefined ? tree : words(Number(leaf.index));
    return { moves: reveal(shown, board) };
  };
}

/** Makes the moves of another player, each changed. */
export function changing(play: Play, change: (move: Move) => Move): Play {
  return async (board, now) => {
    const { moves, margin } = await play(board, now);
    return { moves: moves.map(change), margin };
  };
}

/** Plays like `asked` while the worker's answer is due, else like `otherwise`. */
export function whenAsked(asked: Play, otherwise: Play): Play {
  return async (board, now) => {
    const play = (await answeredAt(board)) === undefined ? asked : otherwise;
    return play(board, now);
  };
}

/** Plays until its `count`-th turn, and is silent from then on. */
export function silentAfter(count: number, play: Play): Play {
  const turns = new Set<Hex>();
  return async (board, now) => {
    const turn = await play(board, now);
    if (turn.moves.length > 0) turns.add(gameHash(board.game));
    return turns.size > count ? { moves: [] } : turn;
  };
}

/** Moves `margin` seconds before its time is over; after it, if that is negative. */
export function stalling(play: Play, margin = 0n): Play {
  return async (board, now) => ({ ...(await play(board, now)), margin });
}

/** The reveal of the round that a game waits for, or of the first of a whole tree. */
function reveal(tree: ForgedTree | undefined, board?: Board): Move[] {
  if (tree === undefined) return [];
  const round = board && roundOf(board);
  const { height, index, levels } = round ?? {
    height: tree.depth,
    index: 0,
    levels: roundLevels(tree.depth),
  };
  const children = tree.descendants({ height, index }, levels);
  return children === undefined
    ? []
    : [{ name: "reveal", header: round?.key.header ?? 0n, children }];
}

/** The commitment to a unit's trace, which the verifier may refuse. */
export function commitment({ model: { program }, units, show }: Claim, unit: number): Move {
  const { trace, output } = show(unit);
  const { length } = program.nodes;
  return {
    name: "commitTrace",
    unit: BigInt(unit),
    outputId: output,
    unitProof: units.siblings({ height: 0, index: unit }),
    root: trace.root,
    outputProof: trace.siblings({ height: 0, index: length - 1 }),
    programRoot: programRoot(program),
    nodes: BigInt(length),
  };
}
