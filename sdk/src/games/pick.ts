import {
  MerkleTree,
  WORD_BYTES,
  bytesToHex,
  climb,
  dtypeSize,
  encodeNode,
  hexToBytes,
  layoutOf,
  leftmostDifference,
  listPadding,
  listProof,
  nodeLeaf,
  openElement,
  openNothing,
  operandsOf,
  wordsIn,
} from "../../../tensor/src/index";
import { ErgonError } from "../errors/errors";
import { sameHex } from "../types/address";
import { Stage } from "../types/game";
import { isAtUnit } from "./board";
import { instructionOf, treeOf } from "./program";
import type { Hex, Tensor } from "../../../tensor/src/index";
import type { Descent, Game } from "../types/game";
import type { Board, Knowledge, Round } from "./board";
import type { Move } from "./moves";

const CONCEDE: Move = { name: "concede" };

/**
 * The challenger's move once the round below the current node is known: the leftmost child that it
 * holds for false, or the end of the challenge if there is none.
 */
export async function pick(
  board: Board,
  round: Round,
  knowledge: Knowledge,
  children: readonly Hex[],
): Promise<Move> {
  const { game } = board;
  const inUnits = game.stage === Stage.Units && !isAtUnit(game);
  const chosen = inUnits
    ? chooseUnits(game, round, knowledge, children)
    : leftmostDifference(await ownChildren(game, round, knowledge), children);
  if (chosen < 0) return CONCEDE;

  const height = round.height - round.levels;
  const descent = {
    height: BigInt(height),
    index: BigInt(round.index * 2 ** round.levels + chosen),
    node: children[chosen],
    siblings: listProof(children, chosen),
  };
  if (inUnits) return { name: "pick", descent };
  if (game.stage !== Stage.Tensor) {
    return height > 0 ? { name: "pickInTrace", descent } : pickLeaf(board, knowledge, descent);
  }
  return height > 0 ? { name: "pick", descent } : step(board, knowledge, descent);
}

async function ownChildren(
  game: Game,
  { height, index, levels }: Round,
  knowledge: Knowledge,
): Promise<Hex[]> {
  const tree = isAtUnit(game)
    ? (await knowledge.trace(Number(game.unit))).tree
    : await treeOf(game, knowledge);
  if (tree === undefined) throw inconsistent(game, "a tree that is not known");
  return tree.descendants(height, index, levels);
}

/**
 * A child behind all units that is no padding, which proves the claim false at once; else the first
 * that differs from what is known below it, or that more is below than is known.
 */
function chooseUnits(
  { units }: Game,
  { height, index, levels }: Round,
  { outputIds }: Knowledge,
  children: readonly Hex[],
): number {
  const below = 2 ** (height - levels);
  const first = index * 2 ** levels;
  const padding = listPadding(height - levels);
  const dirty = children.findIndex(
    (child, i) => (first + i) * below >= Number(units) && !sameHex(child, padding),
  );
  if (dirty >= 0) return dirty;
  return children.findIndex((child, i) => {
    const from = (first + i) * below;
    const count = Math.min(below, Number(units) - from);
    const known = [...outputIds.keys()].filter((unit) => unit >= from && unit < from + count);
    if (known.length < count) return known.length > 0;
    return count > 0 && !sameHex(rootOfUnits(outputIds, from, count, height - levels), child);
  });
}

/** The node at a height above `count` outputs from `from` on, all known, and padding. */
function rootOfUnits(
  outputIds: ReadonlyMap<number, Hex>,
  from: number,
  count: number,
  height: number,
): Hex {
  const ids = Array.from({ length: count }, (_, k) => outputIds.get(from + k) ?? "0x");
  const { depth, root } = MerkleTree.ofList(ids);
  const padding = Array.from({ length: height - depth }, (_, k) => listPadding(depth + k));
  return bytesToHex(climb(hexToBytes(root), 0, padding.map(hexToBytes)));
}

async function pickLeaf(board: Board, knowledge: Knowledge, descent: Descent): Promise<Move> {
  const { nodes } = knowledge.model.program;
  const index = Number(descent.index);
  if (nodes[index].op === "input") return pickInput(board, knowledge, descent);
  return {
    name: "pickNode",
    descent,
    node: wordsIn(encodeNode(nodes[index])),
    proof: listProof(nodes.map(nodeLeaf), index),
  };
}

async function pickInput(
  { game, claim: findClaim }: Board,
  knowledge: Knowledge,
  descent: Descent,
): Promise<Move> {
  const { chained, inputIds, outputIds } = knowledge;
  const unit = Number(game.unit);
  if (!chained) {
    const inputProof = listProof(inputIds, unit);
    return { name: "pickInput", descent, inputId: inputIds[unit], inputProof };
  }
  if (unit === 0) return { name: "pickInput", descent, inputId: inputIds[0], inputProof: [] };
  const claim = await findClaim();
  if (claim === undefined) throw inconsistent(game, "a unit whose place is not known");
  const before = Array.from({ length: unit }, (_, i) => outputIds.get(i));
  if (!before.every((id): id is Hex => id !== undefined)) {
    throw inconsistent(game, "a chain that is not known");
  }
  const inputProof = proofLeftOf(claim, before, unit - 1);
  return { name: "pickInput", descent, inputId: before[unit - 1], inputProof };
}

/**
 * The siblings, in the other side's tree, of leaf `index`, which is left of the one that `claim`
 * opens. What is left of the claim is agreed upon, so it follows from the player's own leaves; the
 * rest is above both, or above the claim.
 */
function proofLeftOf(claim: Descent, before: readonly Hex[], index: number): Hex[] {
  const [own, claimed] = [MerkleTree.ofList(before), Number(claim.index)];
  return claim.siblings.map((sibling, height) => {
    const [left, right] = [index >> height, claimed >> height];
    if (left === right) return sibling;
    if ((left ^ 1) < right) return own.node(height, left ^ 1);
    const path = claim.siblings.slice(0, height).map(hexToBytes);
    return bytesToHex(climb(hexToBytes(claim.node), claimed, path));
  });
}

/** Lets the chain compute the first element of a word that differs from the player's own. */
async function step(
  { game, leaf: findLeaf }: Board,
  knowledge: Knowledge,
  descent: Descent,
): Promise<Move> {
  const leaf = await findLeaf();
  if (leaf === undefined) throw inconsistent(game, "a node whose place is not known");
  const { index, node } = instructionOf(game, knowledge.model);
  const trace = await knowledge.trace(Number(game.unit));
  const result = trace.result(index);
  const element = differingElement(result, descent);
  const { row, col } = placeInTensor(result, descent, element);
  const base = {
    name: "step",
    descent,
    node: wordsIn(encodeNode(node)),
    element: BigInt(element),
  } as const;
  // What is around rows and columns must be zero, whatever the operands are.
  if (row >= result.rows || col >= result.cols) {
    return { ...base, a: openNothing(), proofA: [], b: openNothing(), proofB: [] };
  }
  const operands = operandsOf(node);
  const witness = openElement(
    node,
    row * result.cols + col,
    operands.map((operand) => trace.result(operand)),
  );
  const before = trace.ids.slice(0, Number(leaf.index));
  const [proofA, proofB = []] = operands.map((operand) => proofLeftOf(leaf, before, operand));
  return { ...base, ...witness, proofA, proofB };
}

function differingElement(result: Tensor, { index, node }: Descent): number {
  const own = MerkleTree.ofTensor(result).node(0, Number(index));
  const [ours, theirs] = [hexToBytes(own), hexToBytes(node)];
  const byte = ours.findIndex((value, i) => value !== theirs[i]);
  return Math.floor(byte / dtypeSize(result.dtype));
}

function placeInTensor(
  result: Tensor,
  { index }: Descent,
  element: number,
): { readonly row: number; readonly col: number } {
  const { rowWords } = layoutOf(result);
  const elements = WORD_BYTES / dtypeSize(result.dtype);
  return {
    row: Math.floor(Number(index) / rowWords),
    col: (Number(index) % rowWords) * elements + element,
  };
}

function inconsistent({ id }: Game, what: string): ErgonError {
  return new ErgonError("GAME_INCONSISTENT", `game ${id} needs ${what}`, false);
}
