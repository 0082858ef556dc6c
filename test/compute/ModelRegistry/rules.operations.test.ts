import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";

import { constant, dot, input, map, reduce, take } from "./nodes";
import { expectAccepted, expectRejected, modelRegistryFixture, withByte, wordsOf } from "./fixture";
import type { DType, ProgramNode } from "../../../tensor/src/index";

type Shape = readonly [number, number];

/** INPUT a, CONST b, and the product of both with `groups` groups. */
function dotProgram(a: Shape, b: Shape, out: Shape, groups = 1): ProgramNode[] {
  return [input("i8", a), constant("i8", b), dot("i32", out, 0, 1, groups)];
}

/** INPUT a and CONST b of two types with this many columns, and their product. */
function wideProgram(cols: number, a: DType, b: DType): ProgramNode[] {
  return [input(a, [1, cols]), constant(b, [1, cols]), dot("i32", [1, 1], 0, 1)];
}

/*
ModelRegistry.register, rules of DOT, MAP, REDUCE and TAKE
├── DOT
│  ├── given shapes that fit, with groups of a and of b: it accepts
│  ├── given other columns: it reverts with ProgramDotColumnsDiffer
│  ├── given rows of a that do not divide the result: it reverts with ProgramDotRowsIndivisible
│  ├── given rows per group that do not divide b: it reverts with ProgramDotRowsIndivisible
│  ├── given no groups, or groups that divide not: it reverts with ProgramDotGroupsIndivisible
│  ├── given 16,384 columns of i8: it accepts, and one more reverts with ProgramColumnsAboveLimit
│  └── given 4,096 columns of a wider type: it accepts, and one more reverts
├── MAP
│  ├── given function 6: it accepts, and 7 or 255 reverts with ProgramFunctionUnknown
│  ├── given a shift of 0 or 62: it accepts, and 63 or more reverts with ProgramMapShiftAboveLimit
│  └── given operands of any shape: it accepts
├── REDUCE
│  ├── given function 2: it accepts, and 3 or 255 reverts with ProgramFunctionUnknown
│  ├── given a result of one element for each row: it accepts, else it reverts with ProgramReduceCountMismatch
│  └── given 16,384 columns: it accepts, and one more reverts with ProgramColumnsAboveLimit
└── TAKE
   ├── given chunks that divide a: it accepts, else it reverts with ProgramTakeChunkIndivisible
   ├── given a result of one chunk for each index: it accepts, else it reverts with ProgramTakeCountMismatch
   └── given a product of indices and chunk beyond 32 bits: it reverts with ProgramTakeCountMismatch
*/
describe("ModelRegistry", () => {
  describe("register, rules of DOT, MAP, REDUCE and TAKE", () => {
    context("DOT", () => {
      it("given shapes that fit, with groups of a and of b: accepts", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const programs = [
          dotProgram([4, 8], [6, 8], [4, 6]),
          dotProgram([4, 8], [6, 8], [1, 24]),
          dotProgram([4, 8], [6, 8], [4, 6], 2),
          dotProgram([4, 8], [6, 8], [4, 6], 4),
          dotProgram([4, 8], [6, 8], [4, 3], 2),
          dotProgram([4, 8], [6, 8], [4, 3], 4),
          dotProgram([6, 8], [6, 8], [6, 1], 6),
          dotProgram([12, 8], [6, 8], [12, 1], 6),
          dotProgram([1, 1], [1, 1], [1, 1]),
        ];
        for (const nodes of programs) await expectAccepted(registry, wordsOf(nodes));
      });

      it("given other columns: reverts with ProgramDotColumnsDiffer", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const cols of [7, 9]) {
          const words = wordsOf(dotProgram([4, 8], [6, cols], [4, 6]));
          await expectRejected(registry, words, "ProgramDotColumnsDiffer", 2, 8, cols);
        }
      });

      it("given rows of a that do not divide the result: reverts with ProgramDotRowsIndivisible", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const out of [
          [1, 23],
          [1, 25],
          [1, 3],
          [1, 1],
        ] as const) {
          const words = wordsOf(dotProgram([4, 8], [6, 8], out));
          await expectRejected(registry, words, "ProgramDotRowsIndivisible", 2, 4, 6);
        }
      });

      it("given rows per group that do not divide b: reverts with ProgramDotRowsIndivisible", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const n of [4, 5, 7, 12]) {
          const words = wordsOf(dotProgram([4, 8], [6, 8], [4, n]));
          await expectRejected(registry, words, "ProgramDotRowsIndivisible", 2, 4, 6);
        }
      });

      it("given no groups, or groups that divide not: reverts with ProgramDotGroupsIndivisible", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const reject = (nodes: ProgramNode[], groups: number) =>
          expectRejected(registry, wordsOf(nodes), "ProgramDotGroupsIndivisible", 2, groups);
        await reject(dotProgram([4, 8], [6, 8], [4, 6], 0), 0);
        for (const groups of [3, 5, 8, 2 ** 32 - 1]) {
          await reject(dotProgram([4, 8], [6, 8], [4, 6], groups), groups);
        }
        // 3 groups of b do not divide 4 groups of a, nor do 2 divide 1 or 3.
        await reject(dotProgram([4, 8], [6, 8], [4, 2], 4), 4);
        await reject(dotProgram([4, 8], [6, 8], [4, 3], 1), 1);
        await reject(dotProgram([6, 8], [6, 8], [6, 3], 3), 3);
      });

      it("given 16,384 columns of i8: accepts, and one more reverts with ProgramColumnsAboveLimit", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        await expectAccepted(registry, wordsOf(wideProgram(16_384, "i8", "i8")));
        const over = wordsOf(wideProgram(16_385, "i8", "i8"));
        await expectRejected(registry, over, "ProgramColumnsAboveLimit", 2, 16_385, 16_384);
      });

      it("given 4,096 columns of a wider type: accepts, and one more reverts", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const [a, b] of [
          ["i8", "i16"],
          ["i16", "i8"],
          ["i16", "i16"],
          ["i8", "i32"],
          ["i32", "i8"],
          ["i32", "i32"],
        ] as const) {
          await expectAccepted(registry, wordsOf(wideProgram(4_096, a, b)));
          const over = wordsOf(wideProgram(4_097, a, b));
          await expectRejected(registry, over, "ProgramColumnsAboveLimit", 2, 4_097, 4_096);
        }
      });
    });

    context("MAP", () => {
      it("given function 6: accepts, and 7 or 255 reverts with ProgramFunctionUnknown", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const words = wordsOf([input("i8", [2, 2]), map("add", "i8", [2, 2], 0, 0)]);
        for (let fn = 0; fn <= 6; fn++) {
          await expectAccepted(registry, [words[0], withByte(words[1], 1, fn)]);
        }
        for (const fn of [7, 255]) {
          const changed = [words[0], withByte(words[1], 1, fn)];
          await expectRejected(registry, changed, "ProgramFunctionUnknown", 1, fn);
        }
      });

      it("given a shift of 0 or 62: accepts, and 63 or more reverts with ProgramMapShiftAboveLimit", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const program = (shift: number) =>
          wordsOf([input("i8", [2, 2]), map("mul", "i8", [2, 2], 0, 0, shift)]);
        for (const shift of [0, 62]) await expectAccepted(registry, program(shift));
        for (const shift of [63, 256, 2 ** 32 - 1]) {
          const words = program(shift);
          await expectRejected(registry, words, "ProgramMapShiftAboveLimit", 1, shift);
        }
      });

      it("given operands of any shape: accepts", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const nodes = [
          input("i8", [5, 7]),
          constant("i32", [3, 100]),
          map("div", "i16", [4, 6], 0, 1),
        ];
        await expectAccepted(registry, wordsOf(nodes));
      });
    });

    context("REDUCE", () => {
      it("given function 2: accepts, and 3 or 255 reverts with ProgramFunctionUnknown", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const words = wordsOf([input("i8", [2, 2]), reduce("sum", "i8", [2, 1], 0)]);
        for (let fn = 0; fn <= 2; fn++) {
          await expectAccepted(registry, [words[0], withByte(words[1], 1, fn)]);
        }
        for (const fn of [3, 255]) {
          const changed = [words[0], withByte(words[1], 1, fn)];
          await expectRejected(registry, changed, "ProgramFunctionUnknown", 1, fn);
        }
      });

      it("given a result of one element for each row: accepts, else reverts with ProgramReduceCountMismatch", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const program = (out: Shape) =>
          wordsOf([input("i8", [6, 2]), reduce("argmax", "i8", out, 0)]);
        for (const out of [
          [6, 1],
          [1, 6],
          [2, 3],
        ] as const) {
          await expectAccepted(registry, program(out));
        }
        for (const out of [
          [5, 1],
          [1, 7],
          [6, 2],
        ] as const) {
          const count = out[0] * out[1];
          await expectRejected(registry, program(out), "ProgramReduceCountMismatch", 1, count, 6);
        }
      });

      it("given 16,384 columns: accepts, and one more reverts with ProgramColumnsAboveLimit", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const dtype of ["i8", "i32"] as const) {
          const program = (cols: number) =>
            wordsOf([input(dtype, [1, cols]), reduce("max", "i8", [1, 1], 0)]);
          await expectAccepted(registry, program(16_384));
          const over = program(16_385);
          await expectRejected(registry, over, "ProgramColumnsAboveLimit", 1, 16_385, 16_384);
        }
      });
    });

    context("TAKE", () => {
      const program = (chunk: number, out: Shape, a: Shape = [2, 6], b: Shape = [1, 5]) =>
        wordsOf([input("i8", a), constant("i8", b), take("i8", out, 0, 1, chunk)]);

      it("given chunks that divide a: accepts, else reverts with ProgramTakeChunkIndivisible", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const chunk of [1, 2, 3, 4, 6, 12]) {
          await expectAccepted(registry, program(chunk, [5, chunk]));
        }
        for (const chunk of [0, 5, 7, 11, 13, 24, 2 ** 32 - 1]) {
          const words = program(chunk, [5, Math.max(1, Math.min(chunk, 100))]);
          await expectRejected(registry, words, "ProgramTakeChunkIndivisible", 2, chunk, 12);
        }
      });

      it("given a result of one chunk for each index: accepts, else reverts with ProgramTakeCountMismatch", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        await expectAccepted(registry, program(4, [1, 20]));
        await expectAccepted(registry, program(4, [10, 2]));
        for (const count of [19, 21, 5, 4]) {
          const words = program(4, [1, count]);
          await expectRejected(registry, words, "ProgramTakeCountMismatch", 2, count, 20);
        }
      });

      it("given a product of indices and chunk beyond 32 bits: reverts with ProgramTakeCountMismatch", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        // 2^17 indices × chunks of 2^15 + 2^8 are 2^25 modulo 2^32.
        const chunk = 2 ** 15 + 2 ** 8;
        const words = program(chunk, [1, 2 ** 25], [1, chunk], [1, 2 ** 17]);
        const expected = 2 ** 17 * chunk;
        await expectRejected(registry, words, "ProgramTakeCountMismatch", 2, 2 ** 25, expected);
      });
    });
  });
});
