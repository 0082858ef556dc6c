import { keccak_256 } from "@noble/hashes/sha3";
import { bytesToHex } from "./hex";
import { keccakPair } from "./keccakPair";
import { hashPairs } from "./wasm/hashPairs";
import type { Hex } from "./hex";

/** Bytes of one word: a leaf or an inner node of a tree. */
export const WORD_BYTES = 32;

const WORD_LANES = WORD_BYTES / 4;
const MAX_DEPTH = 64;

const zeroRoots = buildZeroRoots();

/** The words that `bytes` consist of. */
export function wordsIn(bytes: Uint8Array): Hex[] {
  return Array.from({ length: bytes.length / WORD_BYTES }, (_, i) =>
    bytesToHex(bytes.subarray(i * WORD_BYTES, (i + 1) * WORD_BYTES)),
  );
}

/** keccak256 of `bytes`. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes);
}

/** keccak256 of two words, one after the other. */
export function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  const pair = new Uint8Array(2 * WORD_BYTES);
  pair.set(left);
  pair.set(right, WORD_BYTES);
  return foldTree(pair, 1).root;
}

/**
 * The root of the tree of `depth` over `words`, completed at the end with zero words, and the
 * siblings of word `index`, bottom-up. Overwrites `words`, which must start on a multiple of four
 * bytes and hold 1 to 2^depth words.
 */
export function foldTree(
  words: Uint8Array,
  depth: number,
  index = 0,
): { root: Uint8Array; siblings: Uint8Array[] } {
  const lanes = new Int32Array(words.buffer, words.byteOffset, words.byteLength / 4);
  const siblings: Uint8Array[] = [];
  let count = words.byteLength / WORD_BYTES;
  for (let level = 0; level < depth; level++) {
    siblings.push(wordAt(lanes, level, count, Math.floor(index / 2 ** level) ^ 1));
    foldLevel(lanes, level, count);
    count = Math.ceil(count / 2);
  }
  return { root: words.slice(0, WORD_BYTES), siblings };
}

/** The root that `node`, the `index`-th of its level, has with `siblings`, bottom-up. */
export function climb(
  node: Uint8Array,
  index: number,
  siblings: readonly Uint8Array[],
): Uint8Array {
  return siblings.reduce(
    (hash, sibling, level) =>
      Math.floor(index / 2 ** level) % 2 === 0 ? hashPair(hash, sibling) : hashPair(sibling, hash),
    node,
  );
}

function wordAt(lanes: Int32Array, level: number, count: number, index: number): Uint8Array {
  const word =
    index < count
      ? lanes.slice(index * WORD_LANES, (index + 1) * WORD_LANES)
      : zeroRoots[level].slice();
  return new Uint8Array(word.buffer);
}

function foldLevel(lanes: Int32Array, level: number, count: number): void {
  const pairs = Math.floor(count / 2);
  if (!hashPairs(lanes, pairs)) {
    for (let i = 0; i < pairs; i++) {
      const left = 2 * i * WORD_LANES;
      keccakPair(lanes, left, lanes, left + WORD_LANES, lanes, i * WORD_LANES);
    }
  }
  if (count % 2 === 1) {
    keccakPair(lanes, 2 * pairs * WORD_LANES, zeroRoots[level], 0, lanes, pairs * WORD_LANES);
  }
}

/** `zeroRoots[d]` is the root of the tree of depth d whose words are all zero. */
function buildZeroRoots(): readonly Int32Array[] {
  const roots = [new Int32Array(WORD_LANES)];
  for (let level = 0; level < MAX_DEPTH; level++) {
    const root = new Int32Array(WORD_LANES);
    keccakPair(roots[level], 0, roots[level], 0, root, 0);
    roots.push(root);
  }
  return roots;
}
