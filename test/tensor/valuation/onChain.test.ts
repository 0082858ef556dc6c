import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { Outcome } from "../../../sdk/src/index";
import {
  ReferenceExecutor,
  WasmExecutor,
  elementCount,
  encodeState,
  isInstruction,
  knnShapleyProgram,
  listRoot,
  modelId,
  tensorId,
} from "../../../tensor/src/index";
import {
  challengeClaim,
  deliverClaim,
  deployArena,
  knowing,
  playing,
  playOut,
  registerModel,
  resultsOf,
} from "../../shared/arena";
import { programWords } from "../../shared/programs";
import { createRandom } from "../../shared/random";
import { expectSteps, knownStep, stepFixture } from "../../verification/TensorStep/fixture";
import { lie, operandsAt } from "./lies";
import { LARGE, largePoints, slotsOf } from "./points";
import type { Model, Tensor } from "../../../tensor/src/index";

/** Elements of each node that the chain computes. */
const ELEMENTS = 4;
const GAS_OF_STEP = 1_000_000;

async function registryFixture() {
  return ethers.deployContract("ModelRegistry");
}

const SMALL = { rows: 16, rowWords: 2, slotRows: 4, neighbours: 3, radiusSquared: 9 };

/** The units of a chained job, and of one whose third unit has a wrong value that the rest builds on. */
function chains(model: Model): { input: Tensor; truth: Tensor[][]; lies: Tensor[][] } {
  const random = createRandom(42);
  const point = () => ({
    embedding: Array.from({ length: 31 }, () => random.int(-9, 9)),
    label: random.int(1, 2),
  });
  const input = encodeState(
    SMALL,
    slotsOf(SMALL, Array.from({ length: 12 }, point)),
    [0, 1, 2, 3].map(point),
  );
  const executor = new ReferenceExecutor();
  const value = model.program.names?.indexOf("value") ?? -1;
  const chain = (wrong: number): Tensor[][] => {
    const units: Tensor[][] = [];
    for (let unit = 0; unit < 4; unit++) {
      const trace = executor.trace(model, units[unit - 1]?.at(-1) ?? input);
      units.push(unit === wrong ? lie(model, trace, value, 5) : trace);
    }
    return units;
  };
  return { input, truth: chain(-1), lies: chain(2) };
}

/*
a chained job of values
├── given a wrong value in its third unit, on which the rest is built, it is proved false
└── given a true one, it is not, by a challenger who is wrong about it
the program for 1,024 rows on chain
├── it is registered in one transaction, under the id that the package gives
└── elements of every node are computed as the executors do, each in a transaction
*/
describe("a chained job of values", function () {
  this.timeout(300_000);
  const model = knnShapleyProgram(SMALL);
  const { input, truth, lies } = chains(model);

  async function outcomeOf(
    claimed: Tensor[][],
    believed: Tensor[][],
  ): Promise<Outcome | undefined> {
    const arena = await loadFixture(deployArena);
    await registerModel(arena, model);
    const [known, held] = [claimed, believed].map((units) =>
      knowing(model, [input], units.map(resultsOf), true),
    );
    const outputs = claimed.map((results) => tensorId(results[results.length - 1]));
    const job = await deliverClaim(arena, model, [input], outputs, { chained: true });
    const node = listRoot(outputs);
    const { id } = await challengeClaim(arena, job, { height: 2n, index: 0n, node, siblings: [] });
    const sides = [playing(known, "worker"), playing(held, "challenger")] as const;
    return (await playOut(arena, id, ...sides)).end?.outcome;
  }

  it("given a wrong value in its third unit, on which the rest is built, is proved false", async () => {
    expect(await outcomeOf(lies, truth)).to.equal(Outcome.Proved);
  });

  it("given a true one, is not, by a challenger who is wrong about it", async () => {
    expect(await outcomeOf(truth, lies)).to.equal(Outcome.Refuted);
  });
});

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
      encodeState(LARGE, slotsOf(LARGE, points), tests),
    );
    const steps = program.nodes.flatMap((node, index) => {
      if (!isInstruction(node)) return [];
      const name = program.names?.[index] ?? "";
      const operands = operandsAt(results, node);
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
