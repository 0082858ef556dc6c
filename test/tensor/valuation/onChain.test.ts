import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import {
  WasmExecutor,
  elementCount,
  encodeState,
  isInstruction,
  knnShapleyProgram,
  modelId,
  operandsOf,
} from "../../../tensor/src/index";
import { programWords } from "../../shared/programs";
import { createRandom } from "../../shared/random";
import { expectSteps, knownStep, stepFixture } from "../../verification/TensorStep/fixture";
import { LARGE, largePoints } from "./points";

/** Elements of each node that the chain computes. */
const ELEMENTS = 4;
const GAS_OF_STEP = 1_000_000;

async function registryFixture() {
  return ethers.deployContract("ModelRegistry");
}

/*
the program for 1,024 rows on chain
├── it is registered in one transaction, under the id that the package gives
└── elements of every node are computed as the executors do, each in a transaction
*/
describe("the program for 1,024 rows on chain", function () {
  this.timeout(300_000);
  const { program, weights } = knnShapleyProgram(LARGE);

  it("is registered in one transaction, under the id that the package gives", async () => {
    const registry = await loadFixture(registryFixture);
    const card = { uri: "", digest: ethers.ZeroHash, weightsUri: "" };
    const transaction = await registry.register(programWords(program), card);
    const gas = (await transaction.wait())?.gasUsed;
    console.log(`      ${gas} gas`);
    expect(await registry.isRegistered(modelId(program))).to.equal(true);
  });

  it("has elements of every node computed as the executors do, each in a transaction", async () => {
    const chain = await loadFixture(stepFixture);
    const random = createRandom(41);
    const { points, tests } = largePoints(createRandom(1));
    const results = new WasmExecutor().trace(
      { program, weights },
      encodeState(LARGE, points, tests),
    );
    const steps = program.nodes.flatMap((node, index) => {
      if (!isInstruction(node)) return [];
      const name = program.names?.[index] ?? "";
      const operands = operandsOf(node).map((operand) => results[operand]);
      const { data } = results[index];
      return Array.from({ length: ELEMENTS }, () =>
        knownStep(name, node, random.int(0, elementCount(node) - 1), operands, data),
      );
    });
    await expectSteps(chain, steps);

    let [most, dearest] = [0, ""];
    for (const { name, step } of steps) {
      const gas = Number(
        await chain.tensorStep.computeElement.estimateGas(step.node, step.index, step.a, step.b),
      );
      if (gas > most) [most, dearest] = [gas, name];
    }
    console.log(`      at most ${most} gas: ${dearest}`);
    expect(most).to.be.below(GAS_OF_STEP);
  });
});
