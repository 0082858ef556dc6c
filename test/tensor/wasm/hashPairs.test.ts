import { keccak_256 } from "@noble/hashes/sha3";
import { expect } from "chai";
import { hashPairs } from "../../../tensor/src/wasm/hashPairs";
import { createRandom } from "../../shared/random";

const PAIR = 16;

function randomWords(pairs: number): Int32Array {
  const random = createRandom(pairs);
  return Int32Array.from({ length: (pairs + 1) * PAIR }, () => random.int(-(2 ** 31), 2 ** 31 - 1));
}

/** The words after hashing, by another implementation of keccak256. */
function expected(words: Int32Array, pairs: number): Uint8Array {
  const bytes = new Uint8Array(words.slice().buffer);
  const after = bytes.slice();
  for (let i = 0; i < pairs; i++)
    after.set(keccak_256(bytes.subarray(64 * i, 64 * (i + 1))), 32 * i);
  return after;
}

describe("hashPairs", () => {
  for (const pairs of [0, 1, 2, 3, 4, 5, 1_023, 1_024, 1_025, 2_049]) {
    it(`hashes ${pairs} pairs in place and touches nothing else`, () => {
      const words = randomWords(pairs);
      const after = expected(words, pairs);
      expect(hashPairs(words, pairs)).to.equal(true);
      expect(Buffer.from(words.buffer).equals(after)).to.equal(true);
    });
  }
});
