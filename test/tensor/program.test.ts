import { expect } from "chai";
import {
  layoutOf,
  listRoot,
  modelId,
  nodeLeaf,
  programRoot,
  programWork,
  traceBytes,
  validateProgram,
} from "../../tensor/src/index";
import { constant, dot, input, map, reduce, refuses, take, view } from "../shared/nodes";
import { randomProgram } from "../shared/randomProgram";
import type { ProgramNode } from "../../tensor/src/index";

/** A chain of products with results of 2^30 committed bytes and 2^44 work each. */
function largest(products: number): ProgramNode[] {
  const [rows, cols] = [2 ** 16, 2 ** 14];
  const chain = Array.from({ length: products }, (_, i) =>
    dot(rows, cols, { dtype: "i8", a: i === 0 ? 0 : i + 1, b: 1 }),
  );
  return [input(rows, cols), constant(cols, cols), ...chain];
}

describe("program", () => {
  describe("programRoot", () => {
    it("is the list root of the nodes' hashes", () => {
      const { program } = randomProgram(9);
      expect(programRoot(program)).to.equal(listRoot(program.nodes.map(nodeLeaf)));
    });

    it("does not depend on names", () => {
      const { nodes } = randomProgram(9).program;
      const names = nodes.map((_, i) => `node ${i}`);
      expect(modelId({ nodes, names })).to.equal(modelId({ nodes }));
    });

    it("names a node that has no encoding", () => {
      const nodes = [input(1, 1), map(1, 1, { a: -1 })];
      refuses(() => programRoot({ nodes }), "FIELD_RANGE", 1, "node 1 (map add");
    });
  });

  describe("programWork", () => {
    const cases: { name: string; nodes: ProgramNode[]; work: bigint }[] = [
      {
        name: "result x columns for dot",
        nodes: [input(4, 7), constant(3, 7), dot(4, 3)],
        work: 84n,
      },
      {
        name: "the same for a dot in groups",
        nodes: [input(4, 7), constant(6, 7), dot(4, 3, { groups: 2 })],
        work: 84n,
      },
      { name: "the operand's elements for reduce", nodes: [input(4, 7), reduce(4, 1)], work: 28n },
      { name: "the result's elements for map", nodes: [input(4, 7), map(8, 9)], work: 72n },
      {
        name: "the result's elements for take",
        nodes: [input(1, 5), constant(1, 6), take(5, 2, { chunk: 2, a: 1 })],
        work: 10n,
      },
      { name: "nothing for view", nodes: [input(1, 5), view(5)], work: 0n },
    ];
    for (const { name, nodes, work } of cases) {
      it(`counts ${name}`, () => {
        validateProgram({ nodes });
        expect(programWork({ nodes })).to.equal(work);
      });
    }

    it("counts only what depends on the input, through a view and through either operand", () => {
      const nodes = [
        input(1, 5),
        constant(1, 5),
        map(1, 5, { a: 1, b: 1 }), // folded once
        reduce(1, 1, { a: 2 }), // folded once
        view(5, { a: 0 }),
        map(1, 5, { a: 3, b: 4 }), // 5, live through b
        map(1, 5, { a: 5, b: 1 }), // 5, live through a
      ];
      validateProgram({ nodes });
      expect(programWork({ nodes })).to.equal(10n);
    });

    it("does not take the empty field of sqrt for an operand", () => {
      const nodes = [
        input(1, 1),
        constant(1, 1),
        map(1, 1, { fn: "sqrt", a: 1, b: 0 }),
        map(1, 1, { a: 0, b: 2 }),
      ];
      validateProgram({ nodes });
      expect(programWork({ nodes })).to.equal(1n);
    });
  });

  describe("traceBytes", () => {
    it("sums the committed bytes of instructions only, live or not", () => {
      for (let seed = 0; seed < 20; seed++) {
        const { program } = randomProgram(seed);
        const instructions = program.nodes.filter(({ op }) => op !== "input" && op !== "const");
        const bytes = instructions.reduce((sum, node) => sum + layoutOf(node).bytes, 0);
        expect(traceBytes(program)).to.equal(BigInt(bytes));
      }
    });

    it("counts padding", () => {
      const nodes = [input(3, 33), map(3, 33, { dtype: "i8" })];
      expect(traceBytes({ nodes })).to.equal(256n);
    });
  });

  describe("modelId", () => {
    it("ends in work and trace bytes", () => {
      const { program } = randomProgram(12);
      const tail = BigInt(modelId(program)) & (2n ** 96n - 1n);
      expect(tail).to.equal((programWork(program) << 40n) | traceBytes(program));
    });

    it("has 32 bytes even if the hash begins with zeros", () => {
      const programs = Array.from({ length: 60 }, (_, seed) => randomProgram(seed).program);
      const ids = programs.filter((program) => programWork(program) > 0n).map(modelId);
      expect(ids.some((id) => id.startsWith("0x0"))).to.equal(true);
      for (const id of ids) expect(id).to.match(/^0x[0-9a-f]{64}$/);
    });

    it("refuses a program that does no work on its input", () => {
      const nodes = [input(1, 5), view(5)];
      refuses(() => modelId({ nodes }), "WORK", undefined);
    });

    it("holds 2^40 - 2^30 trace bytes", () => {
      const program = { nodes: largest(1_023) };
      validateProgram(program);
      expect(BigInt(modelId(program)) & (2n ** 40n - 1n)).to.equal(1_023n * 2n ** 30n);
    });

    it("refuses 2^40 trace bytes", () => {
      const program = { nodes: largest(1_024) };
      validateProgram(program);
      refuses(() => modelId(program), "TRACE_BYTES", undefined, String(2n ** 40n));
    });

    it("refuses 2^56 work", () => {
      const program = { nodes: largest(4_096) };
      expect(programWork(program)).to.equal(2n ** 56n);
      refuses(() => modelId(program), "WORK", undefined, String(2n ** 56n));
      refuses(() => modelId({ nodes: largest(4_095) }), "TRACE_BYTES", undefined);
    });
  });
});
