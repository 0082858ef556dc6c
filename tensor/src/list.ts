import { TensorError } from "./errors";
import { bytesToHex, hexToBytes, isHex } from "./hex";
import { WORD_BYTES, climb, foldTree } from "./merkle";
import { ceilLog2 } from "./tensor";
import type { Hex } from "./hex";

/**
 * Root of the tree over `leaves`, completed with zero words to a power of two; a single leaf is its
 * own root. Throws `TensorError` LENGTH (no leaf) or ELEMENT (a leaf is not 32 bytes).
 */
export function listRoot(leaves: readonly Hex[]): Hex {
  return bytesToHex(foldTree(packLeaves(leaves), ceilLog2(leaves.length)).root);
}

/** The node of a list's tree that is `height` levels, up to 64, above nothing but padding. */
export function listPadding(height: number): Hex {
  return bytesToHex(foldTree(new Uint8Array(WORD_BYTES), height).root);
}

/**
 * The siblings of leaf `index`, bottom-up. Throws like `listRoot`, and `TensorError` INDEX if there
 * is no such leaf.
 */
export function listProof(leaves: readonly Hex[], index: number): Hex[] {
  const words = packLeaves(leaves);
  if (!isIndex(index, leaves.length)) {
    throw new TensorError("INDEX", `a list of ${leaves.length} has no leaf ${index}`);
  }
  return foldTree(words, ceilLog2(leaves.length), index).siblings.map(bytesToHex);
}

/** Whether `leaf` is at `index` of the list of `length` leaves with this root. */
export function verifyListProof(
  root: Hex,
  length: number,
  index: number,
  leaf: Hex,
  proof: readonly Hex[],
): boolean {
  if (!isIndex(index, length) || proof.length !== ceilLog2(length)) return false;
  if (![root, leaf, ...proof].every((word) => isHex(word, WORD_BYTES))) return false;
  return bytesToHex(climb(hexToBytes(leaf), index, proof.map(hexToBytes))) === root.toLowerCase();
}

function isIndex(index: number, length: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < length;
}

function packLeaves(leaves: readonly Hex[]): Uint8Array {
  if (leaves.length === 0) throw new TensorError("LENGTH", "a list has at least one leaf");
  const words = new Uint8Array(leaves.length * WORD_BYTES);
  leaves.forEach((leaf, i) => {
    if (!isHex(leaf, WORD_BYTES)) {
      throw new TensorError("ELEMENT", `leaf ${i} is not ${WORD_BYTES} bytes: ${leaf}`);
    }
    words.set(hexToBytes(leaf), i * WORD_BYTES);
  });
  return words;
}
