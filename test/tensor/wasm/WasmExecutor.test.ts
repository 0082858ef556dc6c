import { Worker } from "node:worker_threads";
import { expect } from "chai";
import {
  ProgramBuilder,
  ProgramError,
  WasmExecutor,
  tensor,
  tensorId,
} from "../../../tensor/src/index";
import { createRandom, randomTensor } from "../../shared/random";
import { randomInput, randomInstruction, randomProgram } from "../../shared/randomProgram";
import { expectSame, modelOf } from "../../shared/wasm";
import type { Model } from "../../../tensor/src/index";

const PROGRAMS = 300;
const NODES_PER_OP = 400;
const ELEMENTS = [40, 96, 300, 1_500];

describe("WasmExecutor", () => {
  const executor = new WasmExecutor();

  it(`gives every node of ${PROGRAMS} random programs the digest of the reference`, async () => {
    for (let seed = 0; seed < PROGRAMS; seed++) {
      const elements = ELEMENTS[seed % ELEMENTS.length];
      const model = randomProgram(seed, { instructions: 3 + (seed % 14), elements });
      const inputs = [seed, seed + 1, seed].map((each) => randomInput(each, model));
      await expectSame(executor, model, inputs, `program ${seed}`);
    }
  });

  for (const op of ["dot", "map", "reduce", "view", "take"] as const) {
    it(`gives what the reference gives for ${NODES_PER_OP} random nodes: ${op}`, async () => {
      const random = createRandom(op.length);
      for (let i = 0; i < NODES_PER_OP; i++) {
        const { node, operands } = randomInstruction(random, op);
        await expectSame(executor, modelOf(node, operands), [operands[0]], JSON.stringify(node));
      }
    });
  }

  describe("run", () => {
    it("gives the output of each input, in order, in memory of its own", async () => {
      const model = randomProgram(3);
      const inputs = [1, 2, 3].map((seed) => randomInput(seed, model));
      const outputs = await executor.run(model, inputs);
      const ids = outputs.map(tensorId);
      await executor.run(model, [...inputs].reverse());
      expect(outputs.map(tensorId)).to.deep.equal(ids);
      expect(await executor.run(model, [])).to.deep.equal([]);
    });

    it("runs models in turns without mixing them", async () => {
      const models = [10, 11, 12].map((seed) => randomProgram(seed));
      const inputs = models.map((model, i) => [randomInput(i, model)]);
      const first = await Promise.all(models.map((model, i) => executor.run(model, inputs[i])));
      const again = await Promise.all(models.map((model, i) => executor.run(model, inputs[i])));
      expect(again.flat().map(tensorId)).to.deep.equal(first.flat().map(tensorId));
    });

    it("leaves input and weights as they are", async () => {
      const model = randomProgram(5);
      const input = randomInput(5, model);
      const before = [input, ...model.weights.values()].map(tensorId);
      await executor.run(model, [input]);
      expect([input, ...model.weights.values()].map(tensorId)).to.deep.equal(before);
    });

    it("refuses an input of another shape before it runs any", async () => {
      const model = randomProgram(1);
      const { dtype, rows, cols } = model.program.nodes[0];
      const wrong = randomTensor(createRandom(1), dtype, rows, cols + 1);
      const error = await executor.run(model, [randomInput(1, model), wrong]).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(ProgramError).with.property("code", "INPUT");
    });

    it("compiles again after it was disposed of", async () => {
      const own = new WasmExecutor();
      const model = randomProgram(6);
      const inputs = [randomInput(6, model)];
      const [before] = await own.run(model, inputs);
      await own.dispose();
      const [after] = await own.run(model, inputs);
      expect(tensorId(after)).to.equal(tensorId(before));
    });
  });

  describe("trace", () => {
    it("refuses an input of another shape", () => {
      const model = randomProgram(1);
      const { dtype, rows, cols } = model.program.nodes[0];
      const wrong = randomTensor(createRandom(1), dtype, rows + 1, cols);
      expect(() => executor.trace(model, wrong))
        .to.throw(ProgramError)
        .with.property("code", "INPUT");
    });
  });

  describe("results", () => {
    it("gives what the trace holds of the nodes that are wanted, in order, and fuses the others", () => {
      const random = createRandom(4);
      for (let seed = 0; seed < 40; seed++) {
        const model = randomProgram(seed, { instructions: 12 });
        const input = randomInput(seed, model);
        const wanted = new Set([...model.program.nodes.keys()].filter(() => random.oneIn(3)));
        const results = [...executor.results(model, input, (index) => wanted.has(index))];
        expect(results.map(([index]) => index)).to.deep.equal([...wanted]);
        const trace = executor.trace(model, input);
        const ids = results.map(([index, result]) => [index, tensorId(result)]);
        expect(ids).to.deep.equal([...wanted].map((index) => [index, tensorId(trace[index])]));
      }
    });
  });

  context("given nodes that do not depend on the input", () => {
    function model(outputIsFixed: boolean): Model {
      const random = createRandom(40);
      const builder = new ProgramBuilder();
      const x = builder.input("x", "i8", 4, 6);
      const w = builder.constant("w", randomTensor(random, "i8", 6, 5));
      const v = builder.constant("v", randomTensor(random, "i16", 1, 5));
      const sum = builder.map.add("w + v", w, v, { dtype: "i16" });
      const turned = builder.view("turned", sum, {
        rows: 5,
        cols: 6,
        dims: [1, 1, 6, 5],
        loops: [
          { extent: 5, axis: 3, stride: 1 },
          { extent: 6, axis: 2, stride: 1 },
        ],
      });
      const gram = builder.dot("gram", turned, turned);
      const y = builder.dot("y", x, turned);
      const z = builder.dot("z", y, gram);
      if (!outputIsFixed) builder.map.add("out", z, builder.reduce("sums", "sum", gram));
      else builder.view("out", z, { rows: 1, cols: 1, dims: [1, 1, 4, 5], loops: [] });
      return builder.build();
    }

    it("computes them once and uses them in every run", async () => {
      const random = createRandom(41);
      const inputs = [1, 2, 3].map(() => randomTensor(random, "i8", 4, 6));
      await expectSame(executor, model(false), inputs);
      await expectSame(executor, model(true), inputs);
    });

    it("gives an output that no input changes", async () => {
      const builder = new ProgramBuilder();
      const x = builder.input("x", "i8", 1, 1);
      const zero = builder.constant("zero", tensor("i8", 1, 1, [0]));
      const table = builder.constant("table", tensor("i16", 1, 3, [7, -300, 12]));
      const index = builder.map.mul("0 x", x, zero);
      builder.take("out", table, index, { dtype: "i8" });
      await expectSame(executor, builder.build(), [tensor("i8", 1, 1, [5])]);

      const constant = new ProgramBuilder();
      const unread = constant.input("x", "i8", 1, 1);
      const one = constant.constant("one", tensor("i32", 1, 1, [1]));
      constant.map.add("x + 1", unread, one);
      await expectSame(executor, constant.build(), [tensor("i8", 1, 1, [-128])]);
    });
  });

  it("runs in a worker thread", async () => {
    const worker = new Worker(
      `require("ts-node/register");
       const { WasmExecutor, tensorId } = require("./tensor/src/index");
       const { randomInput, randomProgram } = require("./test/shared/randomProgram");
       const model = randomProgram(8);
       new WasmExecutor().run(model, [randomInput(8, model)]).then(([output]) =>
         require("node:worker_threads").parentPort.postMessage(tensorId(output)));`,
      { eval: true },
    );
    const id = await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    await worker.terminate();
    const model = randomProgram(8);
    const [output] = await executor.run(model, [randomInput(8, model)]);
    expect(id).to.equal(tensorId(output));
  });
});
