import { expect } from "chai";
import {
  MerkleTree,
  TensorError,
  bytesToHex,
  leftmostDifference,
  listRoot,
  tensor,
  tensorRoot,
  tensorWords,
} from "../../../tensor/src/index";
import { oracleListRoot } from "../../shared/oracle";
import { createRandom, randomDType, randomTensor } from "../../shared/random";
import type { Hex } from "../../../tensor/src/index";
import type { Random } from "../../shared/random";

const SEED = 71;
const ZERO: Hex = `0x${"00".repeat(32)}`;

function randomWords(random: Random, count: number): Hex[] {
  const byte = () => random.int(0, 255);
  return Array.from({ length: count }, () => bytesToHex(Uint8Array.from({ length: 32 }, byte)));
}

/** The leaves with the zero words that complete them. */
function completed(leaves: readonly Hex[], depth: number): Hex[] {
  return Array.from({ length: 2 ** depth }, (_, i) => leaves[i] ?? ZERO);
}

function wordsOf(bytes: Uint8Array): Hex[] {
  const count = bytes.length / 32;
  return Array.from({ length: count }, (_, i) => bytesToHex(bytes.subarray(32 * i, 32 * i + 32)));
}

/*
MerkleTree
├── given a list of any length
│  ├── its root is that of the list
│  └── each of its nodes is the root of the leaves below it, zero words among them
├── given a tensor of any type and shape
│  ├── its root is that of the tensor
│  └── its leaves are the tensor's words, padding included
├── descendants are the nodes of a level below a node, in order
└── given a level or a position that there is not, it throws INDEX
leftmostDifference
├── given nodes that are the same but for their case, it is -1
└── given nodes that differ in some places, it is the first of them
*/
describe("MerkleTree", () => {
  const lengths = [1, 2, 3, 5, 8, 13, 31, 64, 65];

  it("has the root of its list", () => {
    const random = createRandom(SEED);
    for (const length of lengths) {
      const leaves = randomWords(random, length);
      expect(MerkleTree.ofList(leaves).root).to.equal(listRoot(leaves));
    }
  });

  it("has nodes that are the roots of the leaves below them, zero words among them", () => {
    const random = createRandom(SEED + 1);
    for (const length of lengths) {
      const leaves = randomWords(random, length);
      const tree = MerkleTree.ofList(leaves);
      const all = completed(leaves, tree.depth);
      for (let height = 0; height <= tree.depth; height++) {
        for (let i = 0; i < 2 ** (tree.depth - height); i++) {
          const below = all.slice(i * 2 ** height, (i + 1) * 2 ** height);
          expect(tree.node(height, i), `${length}: ${height}, ${i}`).to.equal(
            oracleListRoot(below),
          );
        }
      }
    }
  });

  it("has the root and the words of its tensor, padding included", () => {
    const random = createRandom(SEED + 2);
    for (let i = 0; i < 40; i++) {
      const operand = randomTensor(
        random,
        randomDType(random),
        random.int(1, 9),
        random.int(1, 70),
      );
      const tree = MerkleTree.ofTensor(operand);
      expect(tree.root).to.equal(tensorRoot(operand));
      expect(tree.descendants(tree.depth, 0, tree.depth)).to.deep.equal(
        wordsOf(tensorWords(operand)),
      );
    }
  });

  it("gives descendants in order", () => {
    const leaves = randomWords(createRandom(SEED + 3), 13);
    const tree = MerkleTree.ofList(leaves);
    expect(tree.descendants(2, 2, 2)).to.deep.equal(leaves.slice(8, 12));
    expect(tree.descendants(4, 0, 1)).to.deep.equal([tree.node(3, 0), tree.node(3, 1)]);
    expect(tree.descendants(1, 6, 1)).to.deep.equal([leaves[12], ZERO]);
    expect(tree.descendants(3, 1, 0)).to.deep.equal([tree.node(3, 1)]);
  });

  it("given a level or a position that there is not, throws INDEX", () => {
    const tree = MerkleTree.ofTensor(tensor("i8", 3, 1, [1, 2, 3]));
    for (const [height, index] of [
      [-1, 0],
      [3, 0],
      [0, 4],
      [2, 1],
      [0, -1],
      [NaN, 0],
    ]) {
      expect(() => tree.node(height, index), `${height}, ${index}`)
        .to.throw(TensorError, `no node ${index} at height ${height} of 2`)
        .with.property("code", "INDEX");
    }
  });
});

describe("leftmostDifference", () => {
  it("given nodes that are the same but for their case, is -1", () => {
    const nodes = randomWords(createRandom(SEED + 6), 8);
    const shouted = nodes.map((node): Hex => `0x${node.slice(2).toUpperCase()}`);
    expect(leftmostDifference(nodes, shouted)).to.equal(-1);
    expect(leftmostDifference([], [])).to.equal(-1);
  });

  it("given nodes that differ in some places, is the first of them", () => {
    const random = createRandom(SEED + 7);
    const nodes = randomWords(random, 64);
    for (let first = 0; first < nodes.length; first++) {
      const foreign = nodes.map((node, i) =>
        i === first || (i > first && random.oneIn(2)) ? randomWords(random, 1)[0] : node,
      );
      expect(leftmostDifference(nodes, foreign)).to.equal(first);
    }
  });
});
