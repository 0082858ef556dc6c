import { keccak256 as ethersKeccak } from "ethers";
import { expect } from "chai";
import {
  TensorError,
  bytesToHex,
  foldTree,
  hashPair,
  keccak256,
  layoutOf,
  listProof,
  listRoot,
  openWords,
  tensor,
  tensorRoot,
  verifyListProof,
  verifyWords,
} from "../../tensor/src/index";
import { oracleId, oracleListRoot } from "../shared/oracle";
import { createRandom, randomDType, randomTensor } from "../shared/random";
import type { Hex, WordsOpening } from "../../tensor/src/index";

const ZERO: Hex = `0x${"00".repeat(32)}`;

function leaves(count: number, seed = 0): Hex[] {
  return Array.from({ length: count }, (_, i) => bytesToHex(keccak256(Uint8Array.of(seed, i))));
}

/** The same bytes with one bit of byte `at` turned. */
function flip(word: Hex, at = 31): Hex {
  const bytes = Buffer.from(word.slice(2), "hex");
  bytes[at] ^= 1;
  return `0x${bytes.toString("hex")}`;
}

describe("trees", () => {
  describe("keccak256", () => {
    it("is that of another implementation, for inputs of every length around a block", () => {
      for (let length = 0; length <= 300; length++) {
        const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + length);
        expect(bytesToHex(keccak256(bytes))).to.equal(ethersKeccak(bytes));
      }
    });

    it("is the same for pairs inside trees", () => {
      const random = createRandom(1);
      for (let i = 0; i < 500; i++) {
        const pair = Uint8Array.from({ length: 64 }, () =>
          random.pick([0, 255, random.int(0, 255)]),
        );
        const root = bytesToHex(hashPair(pair.subarray(0, 32), pair.subarray(32)));
        expect(root).to.equal(ethersKeccak(pair));
        expect(bytesToHex(foldTree(pair, 1).root)).to.equal(root);
      }
    });
  });

  describe("foldTree", () => {
    it("completes with whole trees of zero words", () => {
      for (let depth = 0; depth <= 6; depth++) {
        const all = Array<Hex>(2 ** depth).fill(ZERO);
        expect(bytesToHex(foldTree(new Uint8Array(32), depth).root)).to.equal(oracleListRoot(all));
      }
    });
  });

  describe("listRoot", () => {
    it("is the oracle's for every length up to 70", () => {
      for (let length = 1; length <= 70; length++) {
        expect(listRoot(leaves(length))).to.equal(oracleListRoot(leaves(length)));
      }
    });

    it("does not hold the length: zero leaves at the end are padding", () => {
      expect(listRoot([...leaves(3), ZERO])).to.equal(listRoot(leaves(3)));
    });

    it("leaves its argument as it is", () => {
      const list = leaves(5);
      listRoot(list);
      expect(list).to.deep.equal(leaves(5));
    });

    it("refuses an empty list and leaves that are not 32 bytes", () => {
      expect(() => listRoot([]))
        .to.throw(TensorError)
        .with.property("code", "LENGTH");
      expect(() => listRoot([ZERO, "0x00"]))
        .to.throw(TensorError, "leaf 1 is not 32 bytes")
        .with.property("code", "ELEMENT");
    });
  });

  describe("listProof", () => {
    it("proves every leaf of lists of every length up to 20, and nothing else", () => {
      for (let length = 1; length <= 20; length++) {
        const list = leaves(length);
        const root = listRoot(list);
        for (let index = 0; index < length; index++) {
          const proof = listProof(list, index);
          expect(proof).to.have.length(Math.ceil(Math.log2(length)));
          expect(verifyListProof(root, length, index, list[index], proof)).to.equal(true);
          expect(verifyListProof(root, length, index, flip(list[index]), proof)).to.equal(false);
          for (let other = 0; other < length; other++) {
            const holds = verifyListProof(root, length, other, list[index], proof);
            expect(holds).to.equal(other === index);
          }
          proof.forEach((sibling, at) => {
            const wrong = proof.with(at, flip(sibling));
            expect(verifyListProof(root, length, index, list[index], wrong)).to.equal(false);
          });
        }
      }
    });

    it("proves no padding leaf and takes no index beyond the list", () => {
      const list = leaves(3);
      const proof = listProof([...list, ZERO], 3);
      expect(verifyListProof(listRoot(list), 4, 3, ZERO, proof)).to.equal(true);
      expect(verifyListProof(listRoot(list), 3, 3, ZERO, proof)).to.equal(false);
      for (const index of [3, -1, 0.5]) {
        expect(() => listProof(list, index))
          .to.throw(TensorError)
          .with.property("code", "INDEX");
      }
    });

    it("takes no inner node for a leaf: the length of a proof is fixed", () => {
      const list = leaves(4);
      const proof = listProof(list, 0);
      const inner = listRoot(list.slice(0, 2));
      expect(verifyListProof(listRoot(list), 4, 0, inner, proof.slice(1))).to.equal(false);
      expect(verifyListProof(listRoot(list), 4, 0, list[0], [...proof, ZERO])).to.equal(false);
    });

    it("answers malformed words with no", () => {
      const list = leaves(2);
      const [sibling] = listProof(list, 0);
      expect(verifyListProof(listRoot(list), 2, 0, "0x12", [sibling])).to.equal(false);
      expect(verifyListProof(listRoot(list), 2, 0, list[0], ["0xzz"])).to.equal(false);
    });
  });

  describe("openWords", () => {
    const value = tensor(
      "i16",
      5,
      33,
      Array.from({ length: 165 }, (_, i) => i * 391 - 32_000),
    );
    const { words } = layoutOf(value);
    const root = tensorRoot(value);

    it("opens every subtree of a tensor", () => {
      for (let count = 1; count <= words; count *= 2) {
        for (let first = 0; first < words; first += count) {
          const opening = openWords(value, first, count);
          expect(opening.words).to.have.length(count);
          expect(opening.siblings).to.have.length(Math.log2(words / count));
          expect(verifyWords(value, root, opening)).to.equal(true);
        }
      }
    });

    it("opens one word unless told otherwise", () => {
      expect(openWords(value, 3)).to.deep.equal(openWords(value, 3, 1));
    });

    it("opens single words of random tensors against the oracle's root", () => {
      const random = createRandom(3);
      for (let i = 0; i < 200; i++) {
        const [rows, cols] = [random.int(1, 9), random.int(1, 70)];
        const other = randomTensor(random, randomDType(random), rows, cols);
        const values = Array.from(other.data, BigInt);
        const opening = openWords(other, random.int(0, layoutOf(other).words - 1));
        expect(verifyWords(other, oracleId({ ...other, values }).root, opening)).to.equal(true);
      }
    });

    it("does not open what is no subtree", () => {
      const cases = [
        [1, 2],
        [0, 3],
        [0, 0],
        [0, -1],
        [-1, 1],
        [0.5, 1],
        [words, 1],
        [0, 2 * words],
        [0, 1.5],
      ];
      for (const [first, count] of cases) {
        expect(() => openWords(value, first, count), `${first} ${count}`)
          .to.throw(TensorError)
          .with.property("code", "INDEX");
      }
    });

    it("is refused when anything about it is changed", () => {
      const opening = openWords(value, 4, 4);
      const changed: WordsOpening[] = [
        { ...opening, first: 0 },
        { ...opening, first: 5 },
        { ...opening, first: 4 + words },
        { ...opening, first: -4 },
        { ...opening, words: opening.words.with(2, flip(opening.words[2])) },
        { ...opening, words: opening.words.slice(0, 2) },
        { ...opening, words: opening.words.slice(0, 3) },
        { ...opening, words: [] },
        { ...opening, words: opening.words.with(0, "0x") },
        { ...opening, siblings: opening.siblings.slice(1) },
        { ...opening, siblings: [...opening.siblings, ZERO] },
        { ...opening, siblings: opening.siblings.with(0, flip(opening.siblings[0])) },
      ];
      for (const wrong of changed) {
        expect(verifyWords(value, root, wrong), JSON.stringify(wrong)).to.equal(false);
      }
      expect(verifyWords(value, flip(root), opening)).to.equal(false);
      expect(verifyWords({ ...value, cols: 65 }, root, opening)).to.equal(false);
    });
  });
});
