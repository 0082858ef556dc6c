import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";

import { input, loop, map, view } from "./nodes";
import { expectAccepted, expectRejected, modelRegistryFixture, withByte, wordsOf } from "./fixture";
import type { Axes, Loop } from "../../../tensor/src/index";
import type { NodeWords } from "../../shared/programs";

const MIN = -(2 ** 31);
const MAX = 2 ** 31 - 1;

interface ViewCase {
  readonly operand?: readonly [number, number];
  readonly shape?: readonly [number, number];
  readonly dims?: Axes;
  readonly offsets?: Axes;
  readonly loops?: readonly Loop[];
}

/** INPUT, the VIEW of interest, and a MAP that does some work. */
function program({
  operand = [1, 6],
  loops = [],
  shape = [1, loops.reduce((count, { extent }) => count * extent, 1)],
  dims = [1, 1, operand[0], operand[1]],
  offsets = [0, 0, 0, 0],
}: ViewCase): NodeWords[] {
  return wordsOf([
    input("i8", operand),
    view("i8", shape, 0, { dims, offsets, loops, pad: MIN }),
    map("sqrt", "i8", [1, 1], 1, 0),
  ]);
}

/** Offsets that are zero but on one axis. */
function offsetOn(axis: number, offset: number): Axes {
  const on = (x: number) => (x === axis ? offset : 0);
  return [on(0), on(1), on(2), on(3)];
}

/*
ModelRegistry.register, rules of VIEW
├── loops
│  ├── given 8: it accepts, and 9 or 255 reverts with ProgramViewLoopsAboveLimit
│  ├── given axis 3: it accepts, and 4 or 255 reverts with ProgramViewAxisUnknown
│  ├── given extents whose product is the result's count: it accepts
│  └── given another product, or an extent of 0: it reverts with ProgramViewExtentsMismatch
├── dims
│  ├── given a product that is the operand's count: it accepts
│  └── given another, 0 included: it reverts with ProgramViewDimsMismatch
└── range of positions, on each axis
   ├── given offsets at the limits and no loops: it accepts
   ├── given loops that reach the limits: it accepts, and one further reverts with ProgramViewRangeExceeded
   ├── given several loops on one axis: it adds their reaches
   ├── given loops up and down on one axis: it does not let them cancel out
   ├── given a loop of extent 1: it counts no reach
   └── given the largest reach that a count allows: it reverts with ProgramViewRangeExceeded
*/
describe("ModelRegistry", () => {
  describe("register, rules of VIEW", () => {
    context("loops", () => {
      it("given 8: accepts, and 9 or 255 reverts with ProgramViewLoopsAboveLimit", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const loops = Array.from({ length: 8 }, (_, i) => loop(1 + (i % 2), i % 4, i - 4));
        const words = program({ loops });
        await expectAccepted(registry, words);
        for (const count of [9, 255]) {
          const changed = words.map((w, i) => (i === 1 ? withByte(w, 3, count) : w));
          await expectRejected(registry, changed, "ProgramViewLoopsAboveLimit", 1, count);
        }
      });

      it("given axis 3: accepts, and 4 or 255 reverts with ProgramViewAxisUnknown", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (let at = 0; at < 8; at++) {
          const loops = (axis: number) =>
            Array.from({ length: 8 }, (_, i) => loop(1, i === at ? axis : 0, 1));
          await expectAccepted(registry, program({ loops: loops(3) }));
          for (const axis of [4, 255]) {
            const words = program({ loops: loops(axis) });
            await expectRejected(registry, words, "ProgramViewAxisUnknown", 1, at, axis);
          }
        }
      });

      it("given extents whose product is the result's count: accepts", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const loops of [
          [],
          [loop(7, 3, 1)],
          [loop(2, 3, 0), loop(3, 3, 0), loop(4, 3, 0), loop(5, 3, 0), loop(6, 3, 0)],
          [loop(2 ** 30, 3, 0)],
          [loop(2 ** 15, 0, 0), loop(2 ** 15, 1, 0)],
        ]) {
          await expectAccepted(registry, program({ loops }));
        }
      });

      it("given another product, or an extent of 0: reverts with ProgramViewExtentsMismatch", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const top = 2 ** 32 - 1;
        // The last three are 0, 1 and 1 modulo 2^32.
        for (const { extents, count } of [
          { extents: [], count: 2 },
          { extents: [5], count: 4 },
          { extents: [5], count: 6 },
          { extents: [0], count: 1 },
          { extents: [6, 0], count: 6 },
          { extents: [2 ** 16, 2 ** 16], count: 1 },
          { extents: [top, top], count: 1 },
          { extents: Array.from({ length: 8 }, () => top), count: 1 },
        ]) {
          const loops = extents.map((extent) => loop(extent, 0, 0));
          const product = extents.reduce((all, extent) => all * BigInt(extent), 1n);
          const words = program({ loops, shape: [1, count] });
          await expectRejected(registry, words, "ProgramViewExtentsMismatch", 1, product, count);
        }
      });
    });

    context("dims", () => {
      it("given a product that is the operand's count: accepts", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const dims of [
          [1, 1, 1, 6],
          [6, 1, 1, 1],
          [1, 2, 3, 1],
        ] as const) {
          await expectAccepted(registry, program({ operand: [2, 3], dims }));
        }
        const operand = [1, 2 ** 30] as const;
        await expectAccepted(registry, program({ operand, dims: [2 ** 30, 1, 1, 1] }));
      });

      it("given another, 0 included: reverts with ProgramViewDimsMismatch", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const top = 2 ** 32 - 1;
        for (const { dims, operand } of [
          { dims: [1, 1, 1, 5], operand: [2, 3] },
          { dims: [1, 1, 1, 7], operand: [2, 3] },
          { dims: [0, 1, 1, 6], operand: [2, 3] },
          { dims: [0, 0, 0, 0], operand: [2, 3] },
          { dims: [top, top, 1, 1], operand: [1, 1] },
          { dims: [top, top, top, top], operand: [1, 1] },
        ] as const) {
          const product = dims.reduce((all, dim) => all * BigInt(dim), 1n);
          const words = program({ operand, dims });
          const count = operand[0] * operand[1];
          await expectRejected(registry, words, "ProgramViewDimsMismatch", 1, product, count);
        }
      });
    });

    context("range of positions, on each axis", () => {
      it("given offsets at the limits and no loops: accepts", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        await expectAccepted(registry, program({ offsets: [MIN, MAX, MIN, MAX] }));
        await expectAccepted(registry, program({ offsets: [MAX, MIN, MAX, MIN] }));
      });

      it("given loops that reach the limits: accepts, and one further reverts with ProgramViewRangeExceeded", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const cases = [
          { extent: 2, stride: -1, offset: MIN + 1, over: MIN },
          { extent: 2, stride: 1, offset: MAX - 1, over: MAX },
          { extent: 257, stride: -(2 ** 23), offset: 0, over: -1 },
          { extent: 257, stride: 2 ** 23 - 1, offset: 255, over: 256 },
          { extent: 2 ** 30, stride: 1, offset: 2 ** 30, over: 2 ** 30 + 1 },
          { extent: 2 ** 30, stride: -2, offset: -2, over: -3 },
        ];
        for (let axis = 0; axis < 4; axis++) {
          for (const { extent, stride, offset, over } of cases) {
            const loops = [loop(extent, axis, stride)];
            await expectAccepted(registry, program({ loops, offsets: offsetOn(axis, offset) }));
            const words = program({ loops, offsets: offsetOn(axis, over) });
            await expectRejected(registry, words, "ProgramViewRangeExceeded", 1, axis);
          }
        }
      });

      it("given several loops on one axis: adds their reaches", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (let axis = 0; axis < 4; axis++) {
          for (const sign of [-1, 1]) {
            const loops = Array.from({ length: 8 }, (_, i) => loop(2, axis, sign * (i + 1)));
            const limit = sign < 0 ? MIN + 36 : MAX - 36;
            await expectAccepted(registry, program({ loops, offsets: offsetOn(axis, limit) }));
            const words = program({ loops, offsets: offsetOn(axis, limit + sign) });
            await expectRejected(registry, words, "ProgramViewRangeExceeded", 1, axis);
          }
        }
      });

      it("given loops up and down on one axis: does not let them cancel out", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const loops = [loop(3, 2, 5), loop(3, 2, -5)];
        for (const limit of [MIN + 10, MAX - 10]) {
          await expectAccepted(registry, program({ loops, offsets: offsetOn(2, limit) }));
          const words = program({ loops, offsets: offsetOn(2, limit + Math.sign(limit)) });
          await expectRejected(registry, words, "ProgramViewRangeExceeded", 1, 2);
        }
      });

      it("given a loop of extent 1: counts no reach", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        for (const stride of [-(2 ** 23), 2 ** 23 - 1]) {
          const loops = [loop(1, 0, stride), loop(1, 1, stride)];
          await expectAccepted(registry, program({ loops, offsets: [MIN, MAX, 0, 0] }));
        }
      });

      it("given the largest reach that a count allows: reverts with ProgramViewRangeExceeded", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const loops = [
          loop(2 ** 30, 1, -(2 ** 23)),
          ...Array.from({ length: 7 }, () => loop(1, 1, 1)),
        ];
        await expectRejected(registry, program({ loops }), "ProgramViewRangeExceeded", 1, 1);
      });
    });
  });
});
