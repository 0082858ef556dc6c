import { MerkleTree, isInstruction, nodeLeaf } from "../../../tensor/src/index";
import { ErgonError } from "../errors/errors";
import { Stage } from "../types/game";
import { sameHex } from "../types/address";
import type { Hex, InstructionNode, Model } from "../../../tensor/src/index";
import type { Game } from "../types/game";
import type { Knowledge } from "./board";

/** The instruction whose tensor the game is in. Throws `ErgonError` GAME_INCONSISTENT. */
export function instructionOf(
  { id, programNode }: Game,
  { program }: Model,
): { readonly index: number; readonly node: InstructionNode } {
  // Equal nodes have equal results, so the first will do.
  const index = program.nodes.findIndex((node) => sameHex(nodeLeaf(node), programNode));
  const node = program.nodes[index];
  if (node === undefined || !isInstruction(node)) {
    throw new ErgonError("GAME_INCONSISTENT", `game ${id} is about another program`, false);
  }
  return { index, node };
}

/** The ids of all outputs in order; undefined if one is not known. */
export function allOutputs({ outputIds }: Knowledge, { units }: Game): Hex[] | undefined {
  if (BigInt(outputIds.size) < units) return undefined;
  const ids = Array.from({ length: Number(units) }, (_, unit) => outputIds.get(unit));
  return ids.every((id): id is Hex => id !== undefined) ? ids : undefined;
}

/** The tree that the game is in, as the player holds it for true; undefined if it does not know it. */
export async function treeOf(game: Game, knowledge: Knowledge): Promise<MerkleTree | undefined> {
  if (game.stage === Stage.Units) {
    const outputs = allOutputs(knowledge, game);
    return outputs && MerkleTree.ofList(outputs);
  }
  const trace = await knowledge.trace(Number(game.unit));
  if (game.stage === Stage.Trace) return trace.tree;
  return MerkleTree.ofTensor(trace.result(instructionOf(game, knowledge.model).index));
}
