import { ceilLog2, layoutOf, roundLevels } from "../../../tensor/src/index";
import { Stage } from "../types/game";
import { headerOfWord } from "./header";
import type { Hex, Model, NodeResults } from "../../../tensor/src/index";
import type { Descent, Game, TraceCommitment } from "../types/game";
import type { Reveal, RevealKey } from "./reveals";

/** What a player holds for true about a job: what it would have delivered itself. */
export interface Knowledge {
  readonly model: Model;
  readonly chained: boolean;
  /** The ids of the units' outputs; a challenger that computed one unit knows no other. */
  readonly outputIds: ReadonlyMap<number, Hex>;
  /** The ids of the inputs of all units asked; of a chained job, of unit 0. */
  readonly inputIds: readonly Hex[];
  /** The results of all nodes of a unit. */
  trace(unit: number): Promise<NodeResults>;
}

/** What the chain shows of a game. */
export interface Board {
  readonly game: Game;
  /** The trace of the unit that the game has come to, if the worker committed to one. */
  readonly trace?: TraceCommitment;
  /**
   * The claimed output of the unit that the game has come to, below the job's output root; undefined
   * if the chain does not show the way there.
   */
  claim(): Promise<Descent | undefined>;
  /**
   * The claimed result of the node whose tensor the game is in, below the trace's root; undefined if
   * the chain does not show the way there.
   */
  leaf(): Promise<Descent | undefined>;
  /** When the children of a node were revealed, in seconds since 1970; undefined if they were not. */
  revealedAt(key: RevealKey): Promise<bigint | undefined>;
  /** What was revealed below a node. Dearer: anybody can make it costly to find. */
  reveal(key: RevealKey): Promise<Reveal | undefined>;
}

/** Where the next round begins: a node of a tree, and the levels that the round goes down. */
export interface Round {
  readonly key: RevealKey;
  readonly height: number;
  readonly index: number;
  readonly levels: number;
}

/** Whether the game has come to a unit, and not yet into its trace. */
export function isAtUnit({ stage, height }: Game): boolean {
  return stage === Stage.Units && height === 0n;
}

/** The round that the game waits for; undefined at a unit without a trace. */
export function roundOf({ game, trace }: Pick<Board, "game" | "trace">): Round | undefined {
  if (!isAtUnit(game)) {
    const [height, index] = [Number(game.height), Number(game.index)];
    const levels = roundLevels(height);
    const key = { node: game.node, header: topHeader(game), count: 2 ** levels };
    return { key, height, index, levels };
  }
  if (trace === undefined) return undefined;
  const height = ceilLog2(Number(trace.nodes));
  const levels = roundLevels(height);
  return { key: { node: trace.root, header: 0n, count: 2 ** levels }, height, index: 0, levels };
}

/**
 * When the worker answered the challenger's last move, in seconds since 1970; undefined if it did not.
 */
export async function answeredAt(
  board: Pick<Board, "game" | "trace" | "revealedAt">,
): Promise<bigint | undefined> {
  const { game, trace } = board;
  const round = roundOf(board);
  const at = round === undefined ? undefined : await board.revealedAt(round.key);
  if (at === undefined || !isAtUnit(game)) return at;
  const committedAt = trace?.committedAt ?? 0n;
  return committedAt > at ? committedAt : at;
}

/** The header word that stands beside the root in the current node; 0 if that is no tensor's id. */
function topHeader({ stage, header, height }: Game): bigint {
  if (stage !== Stage.Tensor) return 0n;
  return height === BigInt(layoutOf(headerOfWord(header)).depth) ? header : 0n;
}
