import { SLACK, WasmError, growMemory, instantiateKernels } from "./kernels";
import type { Kernels } from "./kernels";

/** Integers of a pair of words, and of its hash. */
const PAIR = 16;
const HASH = 8;

/** Pairs that are copied into the memory of the kernels at a time. */
const CHUNK = 1024;

interface Hasher {
  readonly kernels: Kernels;
  /** The memory that pairs are copied to, and their hashes from. */
  readonly pairs: Int32Array;
}

let hasher: Hasher | undefined;

/**
 * Hashes `count` pairs of words at the start of `words`, eight integers each, in place: the hash of
 * pair i becomes word i. Returns whether it did, which it does where the kernels were built.
 */
export function hashPairs(words: Int32Array, count: number): boolean {
  hasher ??= createHasher();
  if (hasher === undefined) return false;

  const { kernels, pairs } = hasher;
  for (let first = 0; first < count; first += CHUNK) {
    const some = Math.min(CHUNK, count - first);
    pairs.set(words.subarray(first * PAIR, (first + some) * PAIR));
    kernels.hashPairs(pairs.byteOffset, some, pairs.byteOffset);
    words.set(pairs.subarray(0, some * HASH), first * HASH);
  }
  return true;
}

function createHasher(): Hasher | undefined {
  try {
    const kernels = instantiateKernels();
    const base = Math.ceil(kernels.heapBase() / SLACK) * SLACK;
    growMemory(kernels, base + CHUNK * PAIR * Int32Array.BYTES_PER_ELEMENT);
    return { kernels, pairs: new Int32Array(kernels.memory.buffer, base, CHUNK * PAIR) };
  } catch (error) {
    if (error instanceof WasmError && error.code === "NOT_BUILT") return undefined;
    throw error;
  }
}
