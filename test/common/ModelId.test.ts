import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import isa from "../vectors/isa.json";
import programs from "../vectors/programs.json";
import { treesFixture } from "./fixture";

const ROOT = ethers.id("program");
const MAX_WORK = 2n ** 56n - 1n;
const MAX_TRACE = 2n ** 40n - 1n;

/*
ModelId
├── toModelId
│  ├── it gives the id of every vector
│  ├── given work or trace bytes at their limit: it keeps the fields apart
│  ├── given work of 2^56: it reverts with ModelIdWorkOutOfRange
│  └── given trace bytes of 2^40: it reverts with ModelIdTraceBytesOutOfRange
└── digest, work, traceBytes: they read what was packed
*/
describe("ModelId", () => {
  it("gives the id of every vector, and reads what was packed", async () => {
    const { trees } = await loadFixture(treesFixture);
    expect(programs.length).to.be.at.least(1_000);
    for (const { nodes, root, work, traceBytes, modelId } of [...programs, isa.program]) {
      expect(await trees.modelIdOf(root, nodes.length, work, traceBytes)).to.equal(modelId);
      const fields = await trees.modelIdFields(modelId);
      expect(fields.digest).to.equal(modelId.slice(0, 42));
      expect([fields.work, fields.traceBytes]).to.deep.equal([BigInt(work), BigInt(traceBytes)]);
    }
  });

  it("given work or trace bytes at their limit: keeps the fields apart", async () => {
    const { trees } = await loadFixture(treesFixture);
    for (const [work, trace] of [
      [MAX_WORK, 0n],
      [0n, MAX_TRACE],
      [MAX_WORK, MAX_TRACE],
    ]) {
      const fields = await trees.modelIdFields(await trees.modelIdOf(ROOT, 2, work, trace));
      expect([fields.work, fields.traceBytes]).to.deep.equal([work, trace]);
    }
  });

  it("given work of 2^56: reverts with ModelIdWorkOutOfRange", async () => {
    const { trees } = await loadFixture(treesFixture);
    await expect(trees.modelIdOf(ROOT, 2, MAX_WORK + 1n, 0))
      .to.be.revertedWithCustomError(trees, "ModelIdWorkOutOfRange")
      .withArgs(MAX_WORK + 1n);
  });

  it("given trace bytes of 2^40: reverts with ModelIdTraceBytesOutOfRange", async () => {
    const { trees } = await loadFixture(treesFixture);
    await expect(trees.modelIdOf(ROOT, 2, 1, MAX_TRACE + 1n))
      .to.be.revertedWithCustomError(trees, "ModelIdTraceBytesOutOfRange")
      .withArgs(MAX_TRACE + 1n);
  });
});
