import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import {
  bytesToHex,
  hexToBytes,
  layoutOf,
  openWords,
  tensor,
  tensorFromElementBytes,
  tensorId,
  tensorRoot,
  tensorWords,
} from "../../tensor/src/index";
import isa from "../vectors/isa.json";
import vectors from "../vectors/tensors.json";
import { treesFixture } from "./fixture";
import { headerWord } from "../../sdk/src/index";
import type { DType, Hex, Tensor } from "../../tensor/src/index";

const header = (size: number, rows: number, cols: number) =>
  (BigInt(size) << 64n) | (BigInt(rows) << 32n) | BigInt(cols);

function wordsOf(value: Tensor): Hex[] {
  const bytes = tensorWords(value);
  return Array.from({ length: bytes.length / 32 }, (_, i) =>
    bytesToHex(bytes.subarray(32 * i, 32 * i + 32)),
  );
}

/** 5 rows of 2 words, padded to 8 rows: 16 words. */
function oddTensor(): Tensor {
  return tensor(
    "i16",
    5,
    19,
    Array.from({ length: 95 }, (_, i) => 37 * i - 1_500),
  );
}

/*
TensorTree
├── process
│  ├── given all words: it gives the root of every vector, and tensorId its id
│  ├── given each aligned run of words: it leads to the root
│  ├── given no words, not a power of two, or more than there are: it reverts with TensorTreeWordCount
│  ├── given a start off the run's alignment or beyond the tensor: it reverts with TensorTreeWordIndex
│  ├── given one sibling less or more: it reverts with TensorTreeProofLength
│  └── given an invalid header: it reverts with TensorHeaderInvalid
├── verify
│  ├── it is true for a run of the tensor with that id
│  └── it is false for another word, place, sibling, header or id
└── TensorHeader
   ├── given 2^30 committed bytes: it is valid
   ├── given one row or column more: it reverts with TensorHeaderInvalid
   ├── given no rows, no columns or an unknown type: it reverts with TensorHeaderInvalid
   └── given bits above the element type: it reverts with TensorHeaderInvalid
*/
describe("TensorTree", () => {
  describe("process", () => {
    it("given all words: gives the root of every vector, and tensorId its id", async () => {
      const { trees } = await loadFixture(treesFixture);
      expect(vectors.length).to.be.at.least(1_000);
      const values = vectors.map(({ dtype, rows, cols, elements, root, id }) => {
        const bytes = hexToBytes(elements as Hex);
        return {
          value: tensorFromElementBytes({ dtype: dtype as DType, rows, cols }, bytes),
          root,
          id,
        };
      });
      for (const { dtype, rows, cols, elements, root, id } of isa.tensors) {
        values.push({ value: tensor(dtype as DType, rows, cols, elements), root, id });
      }
      for (const { value, root, id } of values) {
        const word = headerWord(value);
        expect(await trees.tensorProcess(word, 0, wordsOf(value), [])).to.equal(root);
        expect(await trees.tensorId(word, root)).to.equal(id);
      }
    });

    it("given each aligned run of words: leads to the root", async () => {
      const { trees } = await loadFixture(treesFixture);
      const value = oddTensor();
      const root = tensorRoot(value);
      const total = layoutOf(value).words;
      expect(total).to.equal(16);
      for (let count = 1; count <= total; count *= 2) {
        for (let first = 0; first < total; first += count) {
          const { words, siblings } = openWords(value, first, count);
          const given = trees.tensorProcess(headerWord(value), first, [...words], [...siblings]);
          expect(await given).to.equal(root);
        }
      }
    });

    it("given no words, not a power of two, or more than there are: reverts with TensorTreeWordCount", async () => {
      const { trees } = await loadFixture(treesFixture);
      const word = headerWord(oddTensor());
      for (const count of [0, 3, 5, 15, 17, 32]) {
        const words = Array.from({ length: count }, () => ethers.ZeroHash);
        await expect(trees.tensorProcess(word, 0, words, []))
          .to.be.revertedWithCustomError(trees, "TensorTreeWordCount")
          .withArgs(count, 16);
      }
    });

    it("given a start off the run's alignment or beyond the tensor: reverts with TensorTreeWordIndex", async () => {
      const { trees } = await loadFixture(treesFixture);
      const value = oddTensor();
      const { words, siblings } = openWords(value, 4, 4);
      for (const first of [1, 2, 3, 5, 6, 7, 16, 20, ethers.MaxUint256 - 3n]) {
        await expect(trees.tensorProcess(headerWord(value), first, [...words], [...siblings]))
          .to.be.revertedWithCustomError(trees, "TensorTreeWordIndex")
          .withArgs(first, 4, 16);
      }
    });

    it("given one sibling less or more: reverts with TensorTreeProofLength", async () => {
      const { trees } = await loadFixture(treesFixture);
      const value = oddTensor();
      for (const count of [1, 2, 4, 8, 16]) {
        const { words, siblings } = openWords(value, 0, count);
        const depth = 4 - Math.log2(count);
        for (const wrong of [siblings.slice(1), [...siblings, ethers.ZeroHash]]) {
          if (wrong.length === depth) continue;
          await expect(trees.tensorProcess(headerWord(value), 0, [...words], wrong))
            .to.be.revertedWithCustomError(trees, "TensorTreeProofLength")
            .withArgs(wrong.length, depth);
        }
      }
    });

    it("given an invalid header: reverts with TensorHeaderInvalid", async () => {
      const { trees } = await loadFixture(treesFixture);
      await expect(trees.tensorProcess(0, 0, [ethers.ZeroHash], []))
        .to.be.revertedWithCustomError(trees, "TensorHeaderInvalid")
        .withArgs(0);
    });
  });

  describe("verify", () => {
    it("is true for a run of the tensor with that id", async () => {
      const { trees } = await loadFixture(treesFixture);
      const value = oddTensor();
      const { words, siblings } = openWords(value, 8, 2);
      const id = tensorId(value);
      expect(await trees.tensorVerify(id, headerWord(value), 8, [...words], [...siblings])).to.be
        .true;
    });

    it("is false for another word, place, sibling, header or id", async () => {
      const { trees } = await loadFixture(treesFixture);
      const value = oddTensor();
      const { words, siblings } = openWords(value, 8, 2);
      const [id, word, other] = [tensorId(value), headerWord(value), ethers.id("other")];
      const verify = (
        given: Partial<{
          id: string;
          word: bigint;
          first: number;
          words: readonly string[];
          siblings: readonly string[];
        }>,
      ) => {
        const all = { id, word, first: 8, words, siblings, ...given };
        return trees.tensorVerify(all.id, all.word, all.first, [...all.words], [...all.siblings]);
      };
      expect(await verify({})).to.be.true;
      expect(await verify({ id: other })).to.be.false;
      expect(await verify({ word: header(2, 6, 19) })).to.be.false;
      expect(await verify({ word: header(1, 5, 38) })).to.be.false;
      expect(await verify({ first: 10 })).to.be.false;
      expect(await verify({ words: [words[1], words[0]] })).to.be.false;
      expect(await verify({ siblings: [other, ...siblings.slice(1)] })).to.be.false;
    });
  });

  describe("TensorHeader", () => {
    const LIMITS = [
      { size: 1, rows: 2 ** 25, cols: 32, over: [2 ** 25 + 1, 32] },
      { size: 1, rows: 2 ** 25, cols: 1, over: [2 ** 25, 33] },
      { size: 1, rows: 1, cols: 2 ** 30, over: [1, 2 ** 30 + 1] },
      { size: 2, rows: 1, cols: 2 ** 29, over: [1, 2 ** 29 + 1] },
      { size: 4, rows: 1, cols: 2 ** 28, over: [1, 2 ** 28 + 1] },
      { size: 4, rows: 2 ** 24, cols: 16, over: [2 ** 24, 17] },
      { size: 4, rows: 2 ** 20, cols: 129, over: [2 ** 20 + 1, 129] },
    ];

    it("given 2^30 committed bytes: is valid", async () => {
      const { trees } = await loadFixture(treesFixture);
      for (const { size, rows, cols } of LIMITS) {
        const fields = await trees.headerFields(await trees.headerOf(size, rows, cols));
        expect([fields.elementSize, fields.rows, fields.cols, fields.depth]).to.deep.equal([
          BigInt(size),
          BigInt(rows),
          BigInt(cols),
          25n,
        ]);
      }
    });

    it("given one row or column more: reverts with TensorHeaderInvalid", async () => {
      const { trees } = await loadFixture(treesFixture);
      for (const { size, over } of LIMITS) {
        const word = header(size, over[0], over[1]);
        await expect(trees.headerFields(word))
          .to.be.revertedWithCustomError(trees, "TensorHeaderInvalid")
          .withArgs(word);
      }
    });

    it("given no rows, no columns or an unknown type: reverts with TensorHeaderInvalid", async () => {
      const { trees } = await loadFixture(treesFixture);
      const wrong = [header(1, 0, 1), header(1, 1, 0), ...[0, 3, 5, 8].map((s) => header(s, 1, 1))];
      for (const word of wrong) {
        await expect(trees.headerFields(word))
          .to.be.revertedWithCustomError(trees, "TensorHeaderInvalid")
          .withArgs(word);
      }
    });

    it("given bits above the element type: reverts with TensorHeaderInvalid", async () => {
      const { trees } = await loadFixture(treesFixture);
      for (const bit of [72n, 128n, 255n]) {
        const word = header(1, 1, 1) | (1n << bit);
        await expect(trees.headerFields(word))
          .to.be.revertedWithCustomError(trees, "TensorHeaderInvalid")
          .withArgs(word);
      }
    });
  });
});
