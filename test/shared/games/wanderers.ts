import { Stage, answeredAt, isAtUnit, roundOf } from "../../../sdk/src/index";
import {
  dtypeSize,
  encodeProgram,
  layoutOf,
  listProof,
  nodeLeaf,
  openElement,
  openNothing,
  operandsOf,
  tensorRoot,
} from "../../../tensor/src/index";
import type { Hex, Model, Tensor } from "../../../tensor/src/index";
import type { Board, Descent, Move, StepMove } from "../../../sdk/src/index";
import { bytesToWords } from "../programs";
import { randomTensor } from "../random";
import type { Truth } from "./claims";
import { changing } from "./players";
import type { Play } from "./players";
import type { Random } from "../random";

/** Which of `n`. */
export type Choice = (n: number) => number;

/** Picks any of the moves that are legal against a true claim; `choose` says which of `n`. */
export function wandering(truth: Truth, choose: Choice): Play {
  return async (board) => {
    const round = roundOf(board);
    if (round === undefined || (await answeredAt(board)) === undefined) return { moves: [] };
    const shown = await board.reveal(round.key);
    if (shown === undefined) throw new Error("what was shown is not there");
    const { children } = shown;
    const height = round.height - round.levels;
    const first = round.index * children.length;
    const legal = children.filter((_, i) => (first + i) * 2 ** height < leafCount(board, truth));
    const chosen = choose(legal.length);
    const descent = {
      height: BigInt(height),
      index: BigInt(first + chosen),
      node: children[chosen],
      siblings: listProof(children, chosen),
    };
    return { moves: [await moveTo(board, descent, truth, choose)] };
  };
}

/** The n-th of n. */
export const last: Choice = (n) => n - 1;

/** One of n by chance. */
export function anyOf(random: Random): Choice {
  return (n) => random.int(0, n - 1);
}

/** Makes the steps of another player with one part of the witness replaced. */
export function forging(random: Random, play: Play): Play {
  return changing(play, (move) => (move.name === "step" ? forged(move, random) : move));
}

function forged(step: StepMove, random: Random): StepMove {
  const { a, b, node, proofA, proofB } = step;
  const word = tensorRoot(randomTensor(random, "i32", 1, 8));
  const replaced = (words: readonly Hex[]) => {
    const at = random.int(0, words.length - 1);
    return words.map((old, i) => (i === at ? word : old));
  };
  return random.pick([
    { ...step, element: BigInt(random.int(0, 40)) },
    { ...step, a: { ...a, words: replaced(a.words) } },
    { ...step, b: { ...b, words: replaced(b.words) } },
    { ...step, a: { ...a, siblings: replaced(a.siblings) } },
    { ...step, a: { ...a, header: word } },
    { ...step, a: b, b: a, proofA: proofB, proofB: proofA },
    { ...step, node: replaced(node) },
    { ...step, proofA: replaced(proofA) },
    { ...step, descent: { ...step.descent, node: word } },
  ]);
}

/** Leaves of the tree that a game is about to go down. */
function leafCount({ game }: Board, { model }: Truth): number {
  if (game.stage === Stage.Units && !isAtUnit(game)) return Number(game.units);
  return game.stage === Stage.Tensor ? Infinity : model.program.nodes.length;
}

async function moveTo(board: Board, descent: Descent, truth: Truth, choose: Choice): Promise<Move> {
  const { game } = board;
  if (game.stage === Stage.Units && !isAtUnit(game)) return { name: "pick", descent };
  if (game.stage === Stage.Tensor) {
    return descent.height > 0n ? { name: "pick", descent } : stepAt(board, descent, truth, choose);
  }
  return descent.height > 0n ? { name: "pickInTrace", descent } : leafAt(board, descent, truth);
}

function leafAt({ game }: Board, descent: Descent, truth: Truth): Move {
  const { nodes } = truth.model.program;
  const index = Number(descent.index);
  if (index > 0) {
    const node = nodeWords(truth.model, index);
    return { name: "pickNode", descent, node, proof: listProof(nodes.map(nodeLeaf), index) };
  }
  const unit = Number(game.unit);
  const before = truth.traces.map(({ ids }) => ids[ids.length - 1]);
  const inputIds = truth.traces.map(({ ids }) => ids[0]);
  const [list, at] = truth.chained ? [before, unit - 1] : [inputIds, unit];
  const inputProof = at < 0 ? [] : listProof(list, at);
  return { name: "pickInput", descent, inputId: inputIds[unit], inputProof };
}

async function stepAt(
  { game, leaf }: Board,
  descent: Descent,
  { model, traces }: Truth,
  choose: Choice,
): Promise<Move> {
  const index = Number((await leaf())?.index);
  const node = model.program.nodes[index];
  if (node.op === "input" || node.op === "const") throw new Error("a leaf has no elements");
  const { ids, result } = traces[Number(game.unit)];
  const size = dtypeSize(node.dtype);
  const element = choose(32 / size);
  const { rowWords } = layoutOf(node);
  const row = Math.floor(Number(descent.index) / rowWords);
  const col = (Number(descent.index) % rowWords) * (32 / size) + element;
  const base = { name: "step", descent, node: nodeWords(model, index) } as const;
  if (row >= node.rows || col >= node.cols) {
    const [a, b] = [openNothing(), openNothing()];
    return { ...base, element: BigInt(element), a, proofA: [], b, proofB: [] };
  }
  const operands = operandsOf(node);
  const opened: Tensor[] = operands.map((operand) => result(operand));
  const witness = openElement(node, row * node.cols + col, opened);
  const [proofA, proofB = []] = operands.map((operand) => listProof(ids, operand));
  return { ...base, element: BigInt(element), ...witness, proofA, proofB };
}

function nodeWords({ program }: Model, index: number): Hex[] {
  return bytesToWords(encodeProgram(program))[index];
}
