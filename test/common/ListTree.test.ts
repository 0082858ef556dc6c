import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { listPadding, listProof, listRoot } from "../../tensor/src/index";
import isa from "../vectors/isa.json";
import lists from "../vectors/lists.json";
import tensors from "../vectors/tensors.json";
import { treesFixture } from "./fixture";
import type { Hex } from "../../tensor/src/index";

const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 64, 65];

function leavesOf(length: number): Hex[] {
  return Array.from({ length }, (_, i) => ethers.id(`leaf ${i}`) as Hex);
}

/*
ListTree
├── root
│  ├── it reverts with ListTreeEmpty without leaves
│  ├── it is the leaf of a list of one
│  ├── it is that of every vector
│  └── it tells a list from one with a zero leaf more, unless that leaf is padding
├── padding
│  └── it is the root of padding alone, up to the longest list
├── process
│  ├── given an index below the length: it leads every leaf to the root
│  ├── given the length itself as index: it reverts with ListTreeIndexOutOfBounds
│  ├── given a padding leaf with its true siblings: it reverts with ListTreeIndexOutOfBounds
│  ├── given no leaves at all: it reverts with ListTreeIndexOutOfBounds
│  └── given one sibling less or more: it reverts with ListTreeProofLength
├── verify
│  └── it is false for another leaf, index, sibling or root
└── ListFrontier
   ├── it gives the root that the whole list gives, at every length
   ├── it reverts with ListTreeEmpty without leaves
   └── it takes leaf 65,535 and reverts with ListFrontierFull at leaf 65,536
*/
describe("ListTree", () => {
  describe("root", () => {
    it("reverts with ListTreeEmpty without leaves", async () => {
      const { trees } = await loadFixture(treesFixture);
      await expect(trees.listRoot([])).to.be.revertedWithCustomError(trees, "ListTreeEmpty");
    });

    it("is the leaf of a list of one", async () => {
      const { trees } = await loadFixture(treesFixture);
      expect(await trees.listRoot([ethers.id("leaf")])).to.equal(ethers.id("leaf"));
    });

    it("is that of every vector", async () => {
      const { trees } = await loadFixture(treesFixture);
      for (const { leaves, root } of isa.lists) expect(await trees.listRoot(leaves)).to.equal(root);
      expect(lists.length).to.be.at.least(1_000);
      for (const { first, length, root } of lists) {
        const leaves = tensors.slice(first, first + length).map(({ id }) => id);
        expect(await trees.listRoot(leaves)).to.equal(root);
      }
    });

    it("tells a list from one with a zero leaf more, unless that leaf is padding", async () => {
      const { trees } = await loadFixture(treesFixture);
      const [three, four] = [leavesOf(3), leavesOf(4)];
      const zero = ethers.ZeroHash;
      expect(await trees.listRoot([...three, zero])).to.equal(await trees.listRoot(three));
      expect(await trees.listRoot([...four, zero])).not.to.equal(await trees.listRoot(four));
    });
  });

  describe("padding", () => {
    it("is the root of padding alone, up to the longest list", async () => {
      const { trees } = await loadFixture(treesFixture);
      let padding: string = ethers.ZeroHash;
      for (let height = 0; height <= 64; height++) {
        expect(await trees.listPadding(height)).to.equal(padding);
        expect(listPadding(height)).to.equal(padding);
        padding = ethers.keccak256(ethers.concat([padding, padding]));
      }
    });
  });

  describe("process", () => {
    it("given an index below the length: leads every leaf to the root", async () => {
      const { trees } = await loadFixture(treesFixture);
      for (const length of LENGTHS) {
        const leaves = leavesOf(length);
        const root = listRoot(leaves);
        for (const index of new Set([0, 1, length >> 1, length - 1])) {
          if (index >= length) continue;
          const siblings = listProof(leaves, index);
          expect(await trees.listProcess(leaves[index], index, length, siblings)).to.equal(root);
        }
      }
    });

    it("given the length itself as index: reverts with ListTreeIndexOutOfBounds", async () => {
      const { trees } = await loadFixture(treesFixture);
      for (const length of LENGTHS) {
        const leaves = leavesOf(length);
        const siblings = listProof(leaves, length - 1);
        await expect(trees.listProcess(leaves[length - 1], length, length, siblings))
          .to.be.revertedWithCustomError(trees, "ListTreeIndexOutOfBounds")
          .withArgs(length, length);
      }
    });

    it("given a padding leaf with its true siblings: reverts with ListTreeIndexOutOfBounds", async () => {
      const { trees } = await loadFixture(treesFixture);
      const leaves = leavesOf(3);
      const siblings = listProof([...leaves, ethers.ZeroHash as Hex], 3);
      await expect(trees.listProcess(ethers.ZeroHash, 3, 3, siblings))
        .to.be.revertedWithCustomError(trees, "ListTreeIndexOutOfBounds")
        .withArgs(3, 3);
    });

    it("given no leaves at all: reverts with ListTreeIndexOutOfBounds", async () => {
      const { trees } = await loadFixture(treesFixture);
      await expect(trees.listProcess(ethers.ZeroHash, 0, 0, []))
        .to.be.revertedWithCustomError(trees, "ListTreeIndexOutOfBounds")
        .withArgs(0, 0);
    });

    it("given one sibling less or more: reverts with ListTreeProofLength", async () => {
      const { trees } = await loadFixture(treesFixture);
      for (const length of LENGTHS) {
        const leaves = leavesOf(length);
        const siblings = listProof(leaves, 0);
        const depth = siblings.length;
        for (const wrong of [siblings.slice(1), [...siblings, ethers.ZeroHash]]) {
          if (wrong.length === depth) continue;
          await expect(trees.listProcess(leaves[0], 0, length, wrong))
            .to.be.revertedWithCustomError(trees, "ListTreeProofLength")
            .withArgs(wrong.length, depth);
        }
      }
    });
  });

  describe("verify", () => {
    it("is false for another leaf, index, sibling or root", async () => {
      const { trees } = await loadFixture(treesFixture);
      const leaves = leavesOf(7);
      const root = listRoot(leaves);
      const siblings = listProof(leaves, 4);
      const other = ethers.id("other");
      expect(await trees.listVerify(root, leaves[4], 4, 7, siblings)).to.be.true;
      expect(await trees.listVerify(root, other, 4, 7, siblings)).to.be.false;
      expect(await trees.listVerify(root, leaves[4], 5, 7, siblings)).to.be.false;
      expect(await trees.listVerify(other, leaves[4], 4, 7, siblings)).to.be.false;
      for (let level = 0; level < siblings.length; level++) {
        const changed = siblings.map((sibling, i) => (i === level ? other : sibling));
        expect(await trees.listVerify(root, leaves[4], 4, 7, changed)).to.be.false;
      }
    });
  });

  describe("ListFrontier", () => {
    it("gives the root that the whole list gives, at every length", async () => {
      const { trees } = await loadFixture(treesFixture);
      for (let length = 1; length <= 66; length++) {
        const leaves = leavesOf(length);
        expect(await trees.frontierRoot(leaves)).to.equal(listRoot(leaves));
      }
    });

    it("reverts with ListTreeEmpty without leaves", async () => {
      const { trees } = await loadFixture(treesFixture);
      await expect(trees.frontierRoot([])).to.be.revertedWithCustomError(trees, "ListTreeEmpty");
    });

    it("takes leaf 65,535 and reverts with ListFrontierFull at leaf 65,536", async () => {
      const { trees } = await loadFixture(treesFixture);
      const frontier = Array.from({ length: 17 }, () => ethers.ZeroHash);
      const leaf = ethers.id("leaf");
      const full = await trees.frontierPush(frontier, 65_535, leaf);
      const folded = frontier
        .slice(1)
        .reduce((node, left) => ethers.keccak256(ethers.concat([left, node])), leaf);
      expect(full).to.deep.equal([...frontier.slice(1), folded]);
      await expect(trees.frontierPush(frontier, 65_536, leaf))
        .to.be.revertedWithCustomError(trees, "ListFrontierFull")
        .withArgs(65_536);
    });
  });
});
