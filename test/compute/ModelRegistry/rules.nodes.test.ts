import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { constant, dot, input, loop, map, reduce, take, view } from "./nodes";
import { expectAccepted, expectRejected, modelRegistryFixture, withByte, wordsOf } from "./fixture";
import type { ProgramNode } from "../../../tensor/src/index";

/** Bytes of a node that some operation leaves unused, and those that each uses. */
const BYTES = Array.from({ length: 128 }, (_, at) => at);
const HEADER = [0, 2, ...range(8, 16)];
const A = range(16, 20);
const B = range(20, 24);
const IMMEDIATE = range(24, 28);
const PAD = range(28, 32);

function range(from: number, to: number): number[] {
  return BYTES.slice(from, to);
}

function viewWith(loops: number): ProgramNode {
  const dims = [1, 1, 1, 4] as const;
  return view("i8", [1, 1], 0, { dims, loops: Array.from({ length: loops }, () => loop(1, 0, 0)) });
}

/** A program whose node 2 is the one of interest; its last node reads every other. */
function around(node: ProgramNode): ProgramNode[] {
  return [
    input("i8", [2, 2]),
    constant("i8", [2, 2]),
    node,
    map("add", "i32", [2, 2], 0, 1),
    map("add", "i32", [2, 2], 2, 3),
  ];
}

/*
ModelRegistry.register, rules of every node
├── number of nodes
│  ├── given none: it reverts with ProgramNodesMissing
│  ├── given one: it reverts with ProgramNodeCountOutOfRange
│  └── given two: it accepts
├── operation
│  ├── given operation 6: it accepts, and given 7 or 255 it reverts with ProgramOperationUnknown
│  ├── given no INPUT at node 0, or one later: it reverts with ProgramInputMisplaced
│  └── given INPUT or CONST as the last node: it reverts
├── element type: given 1, 2 or 4 bytes it accepts, else it reverts with ProgramElementTypeUnknown
├── shape
│  ├── given no rows or no columns: it reverts with ProgramShapeEmpty
│  ├── given 2^30 committed bytes: it accepts
│  └── given more: it reverts with ProgramTensorTooLarge
├── unused fields: given any unused byte of any operation set, it reverts with ProgramUnusedFieldSet
├── operands
│  ├── given the node before: it accepts
│  └── given the node itself or a later one: it reverts with ProgramOperandNotEarlier
├── given a node that no later node reads: it reverts with ProgramNodeUnused
└── given no work that depends on the input: it reverts with ProgramWithoutWork
*/
describe("ModelRegistry", () => {
  describe("register, rules of every node", () => {
    context("number of nodes", () => {
      it("given none: reverts with ProgramNodesMissing", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        await expectRejected(registry, [], "ProgramNodesMissing");
      });

      it("given one: reverts with ProgramNodeCountOutOfRange", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const words = wordsOf([input("i8", [1, 1])]);
        await expectRejected(registry, words, "ProgramNodeCountOutOfRange", 1);
      });

      it("given two: accepts", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const nodes = [input("i8", [1, 1]), map("sqrt", "i8", [1, 1], 0, 0)];
        await expectAccepted(registry, wordsOf(nodes));
      });
    });

    context("operation", () => {
      it("given operation 6: accepts, and given 7 or 255 reverts with ProgramOperationUnknown", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const words = wordsOf([input("i8", [2, 2]), take("i8", [2, 2], 0, 0, 1)]);
        await expectAccepted(registry, words);
        for (const op of [7, 255]) {
          const changed = [words[0], withByte(words[1], 0, op)];
          await expectRejected(registry, changed, "ProgramOperationUnknown", 1, op);
        }
      });

      it("given no INPUT at node 0, or one later: reverts with ProgramInputMisplaced", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const first = wordsOf([constant("i8", [1, 1]), map("add", "i8", [1, 1], 0, 0)]);
        await expectRejected(registry, first, "ProgramInputMisplaced", 0, 1);
        const instruction = wordsOf([
          map("add", "i8", [1, 1], 0, 0),
          map("add", "i8", [1, 1], 0, 0),
        ]);
        await expectRejected(registry, instruction, "ProgramInputMisplaced", 0, 3);
        const twice = wordsOf([
          input("i8", [1, 1]),
          input("i8", [1, 1]),
          map("add", "i8", [1, 1], 0, 1),
        ]);
        await expectRejected(registry, twice, "ProgramInputMisplaced", 1, 0);
      });

      it("given INPUT or CONST as the last node: reverts", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const nodes = [input("i8", [1, 1]), map("add", "i8", [1, 1], 0, 0)];
        const withConst = wordsOf([...nodes, constant("i8", [1, 1])]);
        await expectRejected(registry, withConst, "ProgramOutputNotInstruction", 2, 1);
        const withInput = wordsOf([...nodes, input("i8", [1, 1])]);
        await expectRejected(registry, withInput, "ProgramInputMisplaced", 2, 0);
      });
    });

    context("element type", () => {
      it("given 1, 2 or 4 bytes: accepts, else reverts with ProgramElementTypeUnknown", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const words = wordsOf(around(map("sqrt", "i8", [1, 1], 0, 0)));
        for (let node = 0; node < words.length; node++) {
          for (const size of [0, 1, 2, 3, 4, 5, 8, 255]) {
            const changed = words.map((w, i) => (i === node ? withByte(w, 2, size) : w));
            if ([1, 2, 4].includes(size)) await expectAccepted(registry, changed);
            else await expectRejected(registry, changed, "ProgramElementTypeUnknown", node, size);
          }
        }
      });
    });

    context("shape", () => {
      it("given no rows or no columns: reverts with ProgramShapeEmpty", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const words = wordsOf([input("i8", [1, 1]), map("sqrt", "i8", [1, 1], 0, 0)]);
        for (const node of [0, 1]) {
          for (const [at, rows, cols] of [
            [11, 0, 1],
            [15, 1, 0],
          ]) {
            const changed = words.map((w, i) => (i === node ? withByte(w, at, 0) : w));
            await expectRejected(registry, changed, "ProgramShapeEmpty", node, rows, cols);
          }
        }
      });

      const LIMITS = [
        { dtype: "i8", shape: [2 ** 25, 32], over: [2 ** 25 + 1, 32] },
        { dtype: "i8", shape: [2 ** 25, 1], over: [2 ** 25, 33] },
        { dtype: "i8", shape: [1, 2 ** 30], over: [1, 2 ** 30 + 1] },
        { dtype: "i16", shape: [1, 2 ** 29], over: [1, 2 ** 29 + 1] },
        { dtype: "i32", shape: [2 ** 24, 16], over: [2 ** 24, 17] },
        { dtype: "i32", shape: [2 ** 20, 129], over: [2 ** 20 + 1, 129] },
        { dtype: "i32", shape: [1, 2 ** 28], over: [2 ** 32 - 1, 2 ** 32 - 1] },
      ] as const;

      it("given 2^30 committed bytes: accepts", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const { dtype, shape } of LIMITS) {
          const nodes = [input(dtype, shape), map("sqrt", "i8", [1, 1], 0, 0)];
          await expectAccepted(registry, wordsOf(nodes));
          const result = [input("i8", [1, 1]), map("sqrt", dtype, shape, 0, 0)];
          await expectAccepted(registry, wordsOf(result));
        }
      });

      it("given more: reverts with ProgramTensorTooLarge", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const { dtype, over } of LIMITS) {
          const nodes = [input(dtype, over), map("sqrt", "i8", [1, 1], 0, 0)];
          await expectRejected(registry, wordsOf(nodes), "ProgramTensorTooLarge", 0, ...over);
          const result = [input("i8", [1, 1]), map("sqrt", dtype, over, 0, 0)];
          await expectRejected(registry, wordsOf(result), "ProgramTensorTooLarge", 1, ...over);
        }
      });
    });

    context("unused fields", () => {
      const AXES = range(32, 64);
      const CASES: { name: string; node: ProgramNode; used: number[] }[] = [
        { name: "CONST", node: constant("i8", [2, 2]), used: [...HEADER, ...range(32, 64)] },
        { name: "DOT", node: dot("i8", [2, 2], 0, 1), used: [...HEADER, ...A, ...B, ...IMMEDIATE] },
        { name: "MAP ADD", node: map("add", "i8", [2, 2], 0, 1), used: [...HEADER, 1, ...A, ...B] },
        {
          name: "MAP MUL",
          node: map("mul", "i8", [2, 2], 0, 1, 8),
          used: [...HEADER, 1, ...A, ...B, ...IMMEDIATE],
        },
        { name: "MAP SQRT", node: map("sqrt", "i8", [2, 2], 0, 0), used: [...HEADER, 1, ...A] },
        { name: "REDUCE", node: reduce("sum", "i8", [2, 1], 0), used: [...HEADER, 1, ...A] },
        {
          name: "TAKE",
          node: take("i8", [2, 2], 0, 1, 1),
          used: [...HEADER, ...A, ...B, ...IMMEDIATE],
        },
        ...[0, 1, 3, 4, 5, 7, 8].map((loops) => ({
          name: `VIEW with ${loops} loops`,
          node: viewWith(loops),
          used: [...HEADER, 3, ...A, ...PAD, ...AXES, ...range(64, 64 + 8 * loops)],
        })),
      ];

      it("given any unused byte of the INPUT set: reverts with ProgramUnusedFieldSet", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const words = wordsOf(around(map("sqrt", "i8", [1, 1], 0, 0)));
        for (const at of BYTES.filter((byte) => !HEADER.includes(byte))) {
          const changed = [withByte(words[0], at, 1), ...words.slice(1)];
          await expectRejected(registry, changed, "ProgramUnusedFieldSet", 0);
        }
      });

      for (const { name, node, used } of CASES) {
        it(`given any unused byte of ${name} set: reverts with ProgramUnusedFieldSet`, async () => {
          const { registry } = await loadFixture(modelRegistryFixture);
          const words = wordsOf(around(node));
          await expectAccepted(registry, words);
          for (const at of BYTES.filter((byte) => !used.includes(byte))) {
            const changed = words.map((w, i) => (i === 2 ? withByte(w, at, 0x80) : w));
            await expectRejected(registry, changed, "ProgramUnusedFieldSet", 2);
          }
        });
      }
    });

    context("operands", () => {
      const BINARY = (a: number, b: number) => [
        dot("i8", [2, 2], a, b),
        map("add", "i8", [2, 2], a, b),
        take("i8", [2, 2], a, b, 1),
      ];
      const UNARY = (a: number) => [
        map("sqrt", "i8", [2, 2], a, 0),
        reduce("sum", "i8", [2, 1], a),
        view("i8", [1, 1], a, { dims: [1, 1, 1, 4] }),
      ];

      it("given the node before: accepts", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const node of [...BINARY(1, 1), ...BINARY(0, 1), ...BINARY(1, 0), ...UNARY(1)]) {
          await expectAccepted(registry, wordsOf(around(node)));
        }
      });

      it("given the node itself or a later one: reverts with ProgramOperandNotEarlier", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const late of [2, 3, 5, 2 ** 32 - 1]) {
          for (const node of [...BINARY(late, 0), ...BINARY(0, late), ...UNARY(late)]) {
            const words = wordsOf(around(node));
            await expectRejected(registry, words, "ProgramOperandNotEarlier", 2, late);
          }
        }
      });
    });

    it("given a node that no later node reads: reverts with ProgramNodeUnused", async () => {
      const { registry } = await loadFixture(modelRegistryFixture);
      const unused = [constant("i8", [1, 1]), map("sqrt", "i8", [1, 1], 0, 0)];
      for (const node of unused) {
        const nodes = [input("i8", [1, 1]), node, map("sqrt", "i8", [1, 1], 0, 0)];
        await expectRejected(registry, wordsOf(nodes), "ProgramNodeUnused", 1);
      }
      const input0 = [input("i8", [1, 1]), constant("i8", [1, 1]), map("sqrt", "i8", [1, 1], 1, 0)];
      await expectRejected(registry, wordsOf(input0), "ProgramNodeUnused", 0);
    });

    it("given no work that depends on the input: reverts with ProgramWithoutWork", async () => {
      const { registry } = await loadFixture(modelRegistryFixture);
      const dims = [1, 1, 1, 4] as const;
      const viewOnly = [input("i8", [2, 2]), view("i8", [1, 1], 0, { dims })];
      await expectRejected(registry, wordsOf(viewOnly), "ProgramWithoutWork");
      // The product of constants is folded once; only what reads the input counts.
      const folded = [
        input("i8", [2, 2]),
        constant("i8", [2, 2]),
        dot("i8", [2, 2], 1, 1),
        map("add", "i8", [2, 2], 2, 0),
      ];
      await expectAccepted(registry, wordsOf(folded));
      const id = await registry.register.staticCall(wordsOf(folded), {
        uri: "",
        digest: new Uint8Array(32),
        weightsUri: "",
      });
      expect((BigInt(id) >> 40n) & (2n ** 56n - 1n)).to.equal(4n);
    });
  });
});
