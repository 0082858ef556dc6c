import { TensorError } from "../errors";
import { bytesToHex, hexToBytes } from "../hex";
import { WORD_BYTES, foldTree } from "../merkle";
import { ceilLog2, layoutOf } from "../tensor";
import { tensorUsedWords } from "../tensorBytes";
import type { Hex } from "../hex";
import type { Tensor } from "../tensor";

/** A binary tree over 32-byte leaves, completed with zero words at its end. */
export class MerkleTree {
  private constructor(
    /** Levels below the root. */
    readonly depth: number,
    private readonly words: Uint8Array,
  ) {}

  /** The tree over the leaves of a list. */
  static ofList(leaves: readonly Hex[]): MerkleTree {
    const words = new Uint8Array(leaves.length * WORD_BYTES);
    leaves.forEach((leaf, i) => words.set(hexToBytes(leaf), i * WORD_BYTES));
    return new MerkleTree(ceilLog2(leaves.length), words);
  }

  /** The tree over the words of a tensor. */
  static ofTensor(tensor: Tensor): MerkleTree {
    return new MerkleTree(layoutOf(tensor).depth, tensorUsedWords(tensor));
  }

  get root(): Hex {
    return this.node(this.depth, 0);
  }

  /** Node `index` of the level that is `height` above the leaves. Throws `TensorError` INDEX. */
  node(height: number, index: number): Hex {
    const count = 2 ** (this.depth - height);
    if (!(height >= 0 && count >= 1 && index >= 0 && index < count)) {
      throw new TensorError("INDEX", `no node ${index} at height ${height} of ${this.depth}`);
    }
    const size = 2 ** height * WORD_BYTES;
    const used = this.words.slice(index * size, (index + 1) * size);
    return bytesToHex(foldTree(used.length === 0 ? new Uint8Array(WORD_BYTES) : used, height).root);
  }

  /** The descendants of a node that are `levels` below it, in order. */
  descendants(height: number, index: number, levels: number): Hex[] {
    const first = index * 2 ** levels;
    return Array.from({ length: 2 ** levels }, (_, i) => this.node(height - levels, first + i));
  }
}

/** The first index at which two lists of nodes differ; -1 if there is none. */
export function leftmostDifference(own: readonly Hex[], foreign: readonly Hex[]): number {
  return own.findIndex((node, i) => node.toLowerCase() !== foreign[i].toLowerCase());
}
