import { listProof, programRoot, roundLevels, tensorIdOf } from "../../../tensor/src/index";
import { ErgonError } from "../errors/errors";
import { sameHex } from "../types/address";
import { isAtUnit } from "./board";
import { headerOfWord } from "./header";
import { allOutputs, treeOf } from "./program";
import type { Hex, MerkleTree, NodeResults } from "../../../tensor/src/index";
import type { Game } from "../types/game";
import type { Board, Knowledge, Round } from "./board";
import type { Side } from "./clock";
import type { CommitTraceMove, Move, RevealMove } from "./moves";

/**
 * Shows what is below the current node, if the player holds that node for true; at a unit, the
 * worker commits to its trace first.
 */
export async function answer(
  board: Board,
  round: Round | undefined,
  knowledge: Knowledge,
  side: Side,
): Promise<Move[]> {
  if (isAtUnit(board.game)) return answerAtUnit(board, knowledge, side);
  const tree = await treeOf(board.game, knowledge);
  if (tree === undefined || round === undefined) return [];
  const { header, node } = round.key;
  const own = tree.node(round.height, round.index);
  const named = header === 0n ? own : tensorIdOf(headerOfWord(header), own);
  return sameHex(named, node) ? [revealOf(tree, round, header)] : [];
}

async function answerAtUnit(
  { game, trace }: Board,
  knowledge: Knowledge,
  side: Side,
): Promise<Move[]> {
  const unit = Number(game.unit);
  if (!sameHex(knowledge.outputIds.get(unit) ?? "0x", game.node)) return [];
  const own = await knowledge.trace(unit);
  const { depth, root } = own.tree;
  const shown = revealOf(own.tree, { height: depth, index: 0, levels: roundLevels(depth) }, 0n);
  if (trace !== undefined) return sameHex(trace.root, root) ? [shown] : [];
  const outputs = allOutputs(knowledge, game);
  if (side !== "worker" || outputs === undefined) return [];
  requireOutput(game, own);
  return [commitment(game, knowledge, own, outputs), shown];
}

/** Throws `ErgonError` CLAIM_FALSE: no trace of the unit ends in what was delivered. */
function requireOutput({ unit, node }: Game, { ids }: NodeResults): void {
  const output = ids[ids.length - 1];
  if (sameHex(output, node)) return;
  const message = `the model gives ${output} for unit ${unit}, where ${node} was delivered`;
  throw new ErgonError("CLAIM_FALSE", `${message}: this game is lost`, false);
}

function revealOf(
  tree: MerkleTree,
  { height, index, levels }: Pick<Round, "height" | "index" | "levels">,
  header: bigint,
): RevealMove {
  return { name: "reveal", header, children: tree.descendants(height, index, levels) };
}

function commitment(
  { unit, node }: Game,
  { model: { program } }: Knowledge,
  { ids, tree }: NodeResults,
  outputs: readonly Hex[],
): CommitTraceMove {
  return {
    name: "commitTrace",
    unit,
    outputId: node,
    unitProof: listProof(outputs, Number(unit)),
    root: tree.root,
    outputProof: listProof(ids, ids.length - 1),
    programRoot: programRoot(program),
    nodes: BigInt(program.nodes.length),
  };
}
