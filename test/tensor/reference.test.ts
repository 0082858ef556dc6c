import { expect } from "chai";
import {
  MAP_FUNCTIONS,
  ProgramBuilder,
  ProgramError,
  REDUCE_FUNCTIONS,
  ReferenceExecutor,
  evaluateNode,
  tensor,
  tensorId,
} from "../../tensor/src/index";
import { oracle, oracleId } from "../shared/oracle";
import { createRandom, randomDType, randomTensor } from "../shared/random";
import { randomInput, randomInstruction, randomProgram } from "../shared/randomProgram";
import type { InstructionNode, Tensor } from "../../tensor/src/index";
import type { OracleTensor } from "../shared/oracle";

const NODES_PER_OP = 1_500;
const PROGRAMS = 150;

function forOracle({ dtype, rows, cols, data }: Tensor): OracleTensor {
  return { dtype, rows, cols, values: Array.from(data, BigInt) };
}

function expected(node: InstructionNode, operands: readonly Tensor[]): number[] {
  const [a, b = a] = operands.map(forOracle);
  return oracle(node, a, b).map(Number);
}

describe("ReferenceExecutor", () => {
  describe("evaluateNode", () => {
    for (const op of ["dot", "map", "reduce", "view", "take"] as const) {
      it(`gives what the oracle gives for ${NODES_PER_OP} random nodes: ${op}`, () => {
        const random = createRandom(op.charCodeAt(0));
        const seen = new Set<string>();
        for (let i = 0; i < NODES_PER_OP; i++) {
          const { node, operands } = randomInstruction(random, op);
          seen.add("fn" in node ? node.fn : node.op).add(node.dtype);
          const result = evaluateNode(node, operands);
          expect(Array.from(result.data), JSON.stringify(node)).to.deep.equal(
            expected(node, operands),
          );
        }
        const functions = { map: MAP_FUNCTIONS, reduce: REDUCE_FUNCTIONS }[op as string] ?? [op];
        expect(seen).to.include.all.keys("i8", "i16", "i32", ...functions);
      });
    }
  });

  describe("trace", () => {
    it(`gives every node what the oracle gives it, in ${PROGRAMS} random programs`, () => {
      const executor = new ReferenceExecutor();
      for (let seed = 0; seed < PROGRAMS; seed++) {
        const model = randomProgram(seed);
        const input = randomInput(seed, model);
        const trace = executor.trace(model, input);
        model.program.nodes.forEach((node, index) => {
          if (node.op === "input") return expect(trace[index]).to.equal(input);
          if (node.op === "const") return expect(trace[index]).to.equal(model.weights.get(index));
          const operands = ("b" in node ? [node.a, node.b] : [node.a]).map((i) => trace[i]);
          expect(Array.from(trace[index].data)).to.deep.equal(expected(node, operands));
        });
      }
    });

    it("refuses an input of another shape, naming both", () => {
      const model = randomProgram(1);
      const { dtype, rows, cols } = model.program.nodes[0];
      const wrong = randomTensor(createRandom(1), dtype, rows + 1, cols);
      expect(() => new ReferenceExecutor().trace(model, wrong))
        .to.throw(ProgramError, `is ${dtype} [${rows},${cols}], not ${dtype} [${rows + 1},${cols}]`)
        .with.property("code", "INPUT");
    });

    it("refuses an input whose elements are not as many as it says", () => {
      const model = randomProgram(2);
      const { data, ...header } = randomInput(2, model);
      const short = { ...header, data: data.slice(1) };
      expect(() => new ReferenceExecutor().trace(model, short))
        .to.throw(ProgramError)
        .with.property("code", "INPUT");
    });
  });

  describe("run", () => {
    it("gives the last result of the trace of each input, in order", async () => {
      const executor = new ReferenceExecutor();
      const model = randomProgram(3);
      const inputs = [1, 2, 3].map((seed) => randomInput(seed, model));
      const outputs = await executor.run(model, inputs);
      expect(outputs).to.deep.equal(
        inputs.map((input) => executor.trace(model, input)[model.program.nodes.length - 1]),
      );
    });

    it("gives nothing for no input", async () => {
      expect(await new ReferenceExecutor().run(randomProgram(4), [])).to.deep.equal([]);
    });

    it("leaves input and weights as they are", async () => {
      const model = randomProgram(5);
      const input = randomInput(5, model);
      const before = [input, ...model.weights.values()].map(tensorId);
      await new ReferenceExecutor().run(model, [input]);
      expect([input, ...model.weights.values()].map(tensorId)).to.deep.equal(before);
    });

    it("sums rows of the most columns without leaving 32 bits", async () => {
      const builder = new ProgramBuilder();
      const row = builder.input("row", "i8", 1, 16_384);
      builder.dot("square", row, row);
      const input = tensor("i8", 1, 16_384, new Int8Array(16_384).fill(-128));
      const [output] = await new ReferenceExecutor().run(builder.build(), [input]);
      expect(output.data[0]).to.equal(16_384 * 128 * 128);
    });
  });

  it("commits to results as the oracle does", () => {
    const random = createRandom(7);
    for (let i = 0; i < 300; i++) {
      const [rows, cols] = [random.int(1, 9), random.int(1, 90)];
      const value = randomTensor(random, randomDType(random), rows, cols);
      expect(tensorId(value)).to.equal(oracleId(forOracle(value)).id);
    }
  });
});
