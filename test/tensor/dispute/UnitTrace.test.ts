import { expect } from "chai";
import { spawnSync } from "node:child_process";
import path from "node:path";
import {
  MerkleTree,
  ProgramError,
  ReferenceExecutor,
  TensorError,
  UnitTrace,
  evaluateNode,
  evaluateOnWasm,
  leftmostDifference,
  listRoot,
  programWork,
  roundLevels,
  tensorId,
  tensorIdOf,
  traceBytes,
  zeros,
} from "../../../tensor/src/index";
import { largeProgram } from "../../gas/programs";
import { createRandom } from "../../shared/random";
import { randomInput, randomProgram } from "../../shared/randomProgram";
import type { Evaluate, Hex, Model, Tensor } from "../../../tensor/src/index";
import type { Measured } from "./measureTrace";

const SEEDS = Array.from({ length: 12 }, (_, i) => 500 + i);
const MIB = 2 ** 20;
const BOUND = 512 * MIB;
const CHILD = path.join(__dirname, "measureTrace.ts");

/** A trace whose evaluations are counted. */
function counting(
  model: Model,
  input: Tensor,
  keptBytes: number,
): { trace: UnitTrace; evaluated: () => number } {
  let evaluations = 0;
  const evaluate: Evaluate = (node, operands) => {
    evaluations++;
    return evaluateNode(node, operands);
  };
  const trace = new UnitTrace(model, input, { evaluate, keptBytes });
  return { trace, evaluated: () => evaluations };
}

/** The trace of a unit in a process of its own. */
function measure(keptBytes: number): Measured {
  const run = ["--expose-gc", "-r", "ts-node/register", CHILD, `${keptBytes}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, run, { encoding: "utf8" });
  expect(status, stderr).to.equal(0);
  return JSON.parse(stdout) as Measured;
}

/** The leaf that a side which knows `own` comes to, of a foreign trace of which each round is shown. */
function descend(own: MerkleTree, foreign: MerkleTree): number {
  let [height, index] = [own.depth, 0];
  while (height > 0) {
    const levels = roundLevels(height);
    const shown = foreign.descendants(height, index, levels);
    index = index * 2 ** levels + leftmostDifference(own.descendants(height, index, levels), shown);
    height -= levels;
  }
  return index;
}

/*
UnitTrace
├── given an input that does not fit, it throws INPUT
├── its ids are those of the results that the reference computes, on any evaluation
│  ├── that of the input is the input's id
│  └── that of a constant is made from the root in the program
├── its tree is that of the ids
├── its results are those of the reference, whatever is kept and in whichever order they are asked for
├── given that all is kept, nothing is computed twice
├── given that nothing is kept, a result is computed with all it needs, and nothing else
├── given a foreign trace of which each round is shown, it leads to the first node that differs
└── given a unit of 10^9 multiply–accumulates
   ├── the process stays below 512 MiB
   └── it holds little more than what it was told to keep
*/
describe("UnitTrace", () => {
  it("given an input that does not fit, throws INPUT", () => {
    const model = randomProgram(SEEDS[0]);
    const { dtype, rows, cols } = model.program.nodes[0];
    expect(() => new UnitTrace(model, zeros(dtype, rows, cols + 1)))
      .to.throw(ProgramError)
      .with.property("code", "INPUT");
  });

  it("has the ids of the results that the reference computes, on any evaluation", () => {
    for (const seed of SEEDS) {
      const [model, input] = [randomProgram(seed), randomInput(seed, randomProgram(seed))];
      const expected = new ReferenceExecutor().trace(model, input).map(tensorId);
      for (const evaluate of [undefined, evaluateNode, evaluateOnWasm]) {
        const trace = new UnitTrace(model, input, { evaluate });
        expect(trace.ids, `seed ${seed}`).to.deep.equal(expected);
        expect(trace.tree.root, `seed ${seed}`).to.equal(listRoot(expected));
      }
    }
  });

  it("has the input's id, and makes that of a constant from the root in the program", () => {
    const root: Hex = `0x${"5a".repeat(32)}`;
    const model = randomProgram(SEEDS[1]);
    const nodes = model.program.nodes.map((node) =>
      node.op === "const" ? { ...node, root } : node,
    );
    const input = randomInput(SEEDS[1], model);
    const { ids } = new UnitTrace({ ...model, program: { nodes } }, input);
    expect(ids[0]).to.equal(tensorId(input));
    const constants = nodes.flatMap((node, index) => (node.op === "const" ? [index] : []));
    expect(constants).not.to.have.length(0);
    for (const index of constants) expect(ids[index]).to.equal(tensorIdOf(nodes[index], root));
  });

  it("has the results of the reference, whatever is kept and in whichever order they are asked for", () => {
    for (const seed of SEEDS) {
      const random = createRandom(seed);
      const model = randomProgram(seed, { instructions: 20 });
      const input = randomInput(seed, model);
      const expected = new ReferenceExecutor().trace(model, input);
      for (const keptBytes of [0, 40, 200, 1_000, 100_000]) {
        const { trace } = counting(model, input, keptBytes);
        if (random.oneIn(2)) expect(trace.ids).to.have.length(expected.length);
        for (let i = 0; i < 40; i++) {
          const index = random.int(0, expected.length - 1);
          const where = `node ${index} of seed ${seed}, ${keptBytes} bytes kept`;
          expect(trace.result(index), where).to.deep.equal(expected[index]);
        }
      }
    }
  });

  it("throws INDEX for a node that the program does not have", () => {
    const model = randomProgram(SEEDS[0]);
    const { length } = model.program.nodes;
    const trace = new UnitTrace(model, randomInput(SEEDS[0], model));
    for (const index of [-1, length, 0.5]) {
      expect(() => trace.result(index))
        .to.throw(TensorError, `a program of ${length} nodes has no node ${index}`)
        .with.property("code", "INDEX");
    }
  });

  it("given that all is kept, computes nothing twice", () => {
    for (const seed of SEEDS) {
      const model = randomProgram(seed);
      const { trace, evaluated } = counting(model, randomInput(seed, model), Infinity);
      const { nodes } = model.program;
      expect(trace.ids).to.have.length(nodes.length);
      nodes.forEach((_, index) => trace.result(index));
      expect(trace.tree.depth).to.equal(Math.ceil(Math.log2(nodes.length)));
      const instructions = nodes.filter(({ op }) => op !== "input" && op !== "const");
      expect(evaluated(), `seed ${seed}`).to.equal(instructions.length);
    }
  });

  it("given that nothing is kept, computes a result with all it needs, and nothing else", () => {
    for (const seed of SEEDS) {
      const model = randomProgram(seed, { instructions: 16 });
      const { trace, evaluated } = counting(model, randomInput(seed, model), 0);
      model.program.nodes.forEach((_, index) => {
        const before = evaluated();
        trace.result(index);
        const needed = instructionsBelow(model, index).size;
        expect(evaluated() - before, `node ${index} of seed ${seed}`).to.equal(needed);
      });
    }
  });

  it("given a foreign trace of which each round is shown, leads to the first node that differs", () => {
    const model = randomProgram(SEEDS[2], { instructions: 60 });
    const own = new UnitTrace(model, randomInput(SEEDS[2], model));
    expect(own.tree.depth, "two rounds").to.be.at.least(7);
    const random = createRandom(SEEDS[2]);
    own.ids.forEach((_, first) => {
      const foreign = own.ids.map((id, i): Hex => {
        const differs = i === first || (i > first && random.oneIn(2));
        return differs ? `0x${id.slice(4)}${id.slice(2, 4) === "00" ? "01" : "00"}` : id;
      });
      expect(descend(own.tree, MerkleTree.ofList(foreign)), `node ${first}`).to.equal(first);
    });
  });

  context("given a unit of 10^9 multiply–accumulates", function () {
    this.timeout(300_000);
    const { model, input } = largeProgram();

    it("stays below 512 MiB, all of the process counted", () => {
      expect(programWork(model.program) >= 10n ** 9n).to.equal(true);
      const { root, resident } = measure(128 * MIB);
      console.log(`      ${Math.round(resident / MIB)} MiB resident`);
      expect(root).to.equal(new UnitTrace(model, input).tree.root);
      expect(resident).to.be.at.most(BOUND);
    });

    it("holds little more than what it was told to keep", () => {
      const [kept, largest] = [2 * MIB, 2 * MIB];
      const all = Number(traceBytes(model.program));
      const { held, resident } = measure(kept);
      console.log(
        `      ${Math.round(held / MIB)} of ${Math.round(all / MIB)} MiB of results held`,
      );
      expect(held).to.be.at.most(kept + 4 * largest);
      expect(all).to.be.above(4 * (kept + 4 * largest));
      expect(resident).to.be.at.most(BOUND);
    });
  });
});

/** The instructions that a node's result is computed from, itself among them. */
function instructionsBelow({ program: { nodes } }: Model, index: number): Set<number> {
  const found = new Set<number>();
  const visit = (i: number) => {
    const node = nodes[i];
    if (node.op === "input" || node.op === "const" || found.has(i)) return;
    found.add(i);
    visit(node.a);
    if ("b" in node) visit(node.b);
  };
  visit(index);
  return found;
}
