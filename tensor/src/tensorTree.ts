import { TensorError } from "./errors";
import { bytesToHex, hexToBytes, isHex } from "./hex";
import { WORD_BYTES, wordsIn, climb, foldTree, hashPair } from "./merkle";
import { ceilLog2, describeHeader, layoutOf } from "./tensor";
import { tensorHeader, tensorUsedWords, tensorWords } from "./tensorBytes";
import type { Hex } from "./hex";
import type { Header, Tensor } from "./tensor";

/** Consecutive words of a tensor with the proof that they are part of its root. */
export interface WordsOpening {
  /** Index of the first word, a multiple of the number of words. */
  readonly first: number;
  /** The words, a power of two of them: one whole subtree. */
  readonly words: readonly Hex[];
  /** Siblings from that subtree's root to the tensor's root, bottom-up. */
  readonly siblings: readonly Hex[];
}

/** Root of the tree over the words of a tensor. */
export function tensorRoot(tensor: Tensor): Hex {
  return bytesToHex(foldTree(tensorUsedWords(tensor), layoutOf(tensor).depth).root);
}

/** The id of the tensor that has this header and root. */
export function tensorIdOf(header: Header, root: Hex): Hex {
  return bytesToHex(hashPair(tensorHeader(header), hexToBytes(root)));
}

/** keccak256 of header word and root: the name of a tensor. */
export function tensorId(tensor: Tensor): Hex {
  return tensorIdOf(tensor, tensorRoot(tensor));
}

/**
 * Opens `count` words of a tensor from word `first`. Throws `TensorError` INDEX unless count is a
 * power of two that divides first and the words exist.
 */
export function openWords(tensor: Tensor, first: number, count = 1): WordsOpening {
  const { depth, words } = layoutOf(tensor);
  const level = ceilLog2(count);
  const aligned = count === 2 ** level && Number.isInteger(first / count);
  if (!aligned || first < 0 || first + count > words) {
    throw new TensorError(
      "INDEX",
      `words ${first} to ${first + count - 1} are no subtree of ${describeHeader(tensor)}, ` +
        `which has ${words} words`,
    );
  }
  const opened = tensorWords(tensor).subarray(first * WORD_BYTES, (first + count) * WORD_BYTES);
  const { siblings } = foldTree(tensorUsedWords(tensor), depth, first);
  return {
    first,
    words: wordsIn(opened),
    siblings: siblings.slice(level).map(bytesToHex),
  };
}

/** Whether `opening` belongs to the tensor with this header and root. */
export function verifyWords(header: Header, root: Hex, opening: WordsOpening): boolean {
  const { first, words, siblings } = opening;
  const { depth, words: total } = layoutOf(header);
  const level = ceilLog2(words.length);
  if (words.length !== 2 ** level || siblings.length !== depth - level) return false;
  if (!Number.isInteger(first / words.length) || first < 0 || first >= total) return false;
  if (![root, ...words, ...siblings].every((word) => isHex(word, WORD_BYTES))) return false;
  const subtree = foldTree(Uint8Array.from(words.flatMap((w) => [...hexToBytes(w)])), level).root;
  const computed = climb(subtree, first / words.length, siblings.map(hexToBytes));
  return bytesToHex(computed) === root.toLowerCase();
}
