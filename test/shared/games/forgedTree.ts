import { bytesToHex, ceilLog2, hashPair, hexToBytes } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

const ZERO: Hex = `0x${"00".repeat(32)}`;

/** A node of a tree: levels above the leaves, and position in that level. */
export interface Place {
  readonly height: number;
  readonly index: number;
}

/** A node that was made up. */
export interface Invention extends Place {
  readonly node: Hex;
}

/**
 * A binary tree over words, completed with zero words, of which some nodes are made up: whatever is
 * below those is not known to anybody.
 */
export class ForgedTree {
  readonly depth: number;
  private readonly nodes = new Map<number, Hex>();

  constructor(
    private readonly leaves: readonly Hex[],
    private readonly invented: readonly Invention[] = [],
  ) {
    this.depth = ceilLog2(leaves.length);
    for (const { height, index, node } of invented) this.nodes.set(this.key(height, index), node);
  }

  get root(): Hex {
    return this.node(this.depth, 0);
  }

  node(height: number, index: number): Hex {
    if (height === 0) return this.nodes.get(this.key(0, index)) ?? this.leaves[index] ?? ZERO;
    const key = this.key(height, index);
    const known = this.nodes.get(key);
    if (known !== undefined) return known;
    const [left, right] = [this.node(height - 1, 2 * index), this.node(height - 1, 2 * index + 1)];
    const node = bytesToHex(hashPair(hexToBytes(left), hexToBytes(right)));
    this.nodes.set(key, node);
    return node;
  }

  /** The siblings of a node, bottom up. */
  siblings({ height, index }: Place): Hex[] {
    return Array.from({ length: this.depth - height }, (_, i) =>
      this.node(height + i, (index >> i) ^ 1),
    );
  }

  /** The descendants of a node some levels down; undefined if they do not hash to it. */
  descendants({ height, index }: Place, levels: number): Hex[] | undefined {
    const bottom = height - levels;
    const hidden = this.invented.some(
      (node) =>
        node.height > bottom &&
        node.height <= height &&
        node.index >> (height - node.height) === index,
    );
    if (hidden) return undefined;
    return Array.from({ length: 2 ** levels }, (_, i) =>
      this.node(bottom, index * 2 ** levels + i),
    );
  }

  private key(height: number, index: number): number {
    return 2 ** (this.depth - height) + index;
  }
}
