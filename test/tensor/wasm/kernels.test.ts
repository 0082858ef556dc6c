import { expect } from "chai";
import {
  DTYPES,
  MAP_FUNCTIONS,
  ProgramBuilder,
  REDUCE_FUNCTIONS,
  WasmExecutor,
  allocate,
  dtypeMax,
  dtypeMin,
  tensor,
} from "../../../tensor/src/index";
import { createRandom, randomTensor } from "../../shared/random";
import { expectSame, modelOf } from "../../shared/wasm";
import type { DType, InstructionNode, MapFunction, Tensor } from "../../../tensor/src/index";

const PAIRS = DTYPES.flatMap((a) => DTYPES.map((b) => [a, b] as const));
/** Sizes around those of blocks of four and eight rows, and of a cache block of 512 or 256 columns. */
const ROWS = [1, 2, 3, 4, 5, 7, 8, 9, 17];
const COLS = [1, 2, 7, 8, 9, 15, 16, 17, 255, 256, 257, 511, 512, 513, 1_030];
/** Sizes around that of a block of elements. */
const COUNTS = [1, 3, 4_095, 4_096, 4_097, 8_200];

function filled(dtype: DType, rows: number, cols: number, value: number): Tensor {
  return tensor(dtype, rows, cols, allocate(dtype, rows * cols).fill(value));
}

function dotNode(a: Tensor, n: number, groups: number, dtype: DType = "i32"): InstructionNode {
  return { op: "dot", dtype, rows: a.rows, cols: n, a: 0, b: 1, groups };
}

describe("WebAssembly kernels", () => {
  const executor = new WasmExecutor();
  const random = createRandom(99);

  async function expectNode(node: InstructionNode, operands: readonly Tensor[], what = "") {
    const seen = what || JSON.stringify(node);
    await expectSame(executor, modelOf(node, operands), [operands[0]], seen);
  }

  describe("DOT", () => {
    for (const [a, b] of PAIRS) {
      it(`takes any rows and columns, ${a} by ${b}`, async () => {
        for (const cols of COLS) {
          const [rows, n] = [random.pick(ROWS), random.pick(ROWS)];
          const [left, right] = [
            randomTensor(random, a, rows, cols),
            randomTensor(random, b, n, cols),
          ];
          await expectNode(dotNode(left, n, 1, random.pick(DTYPES)), [left, right]);
        }
        for (const rows of ROWS) {
          const n = random.pick(ROWS);
          const [left, right] = [randomTensor(random, a, rows, 19), randomTensor(random, b, n, 19)];
          await expectNode(dotNode(left, n, 1), [left, right]);
        }
      });

      it(`wraps where all elements are extreme, ${a} by ${b}`, async () => {
        for (const x of [dtypeMin(a), dtypeMax(a)]) {
          for (const y of [dtypeMin(b), dtypeMax(b)]) {
            const left = filled(a, 5, 4_096, x);
            await expectNode(dotNode(left, 3, 1), [left, filled(b, 3, 4_096, y)]);
          }
        }
      });
    }

    it("takes the most columns of i8", async () => {
      const left = randomTensor(random, "i8", 2, 16_384);
      await expectNode(dotNode(left, 9, 1), [left, randomTensor(random, "i8", 9, 16_384)]);
    });

    it("takes more rows than one tile holds, in groups or not", async () => {
      for (const [rows, groups, groupsOfB, n] of [
        [18_000, 1, 1, 3],
        [18_000, 1, 1, 1],
        [18_000, 3, 3, 1],
        [18_000, 6, 2, 2],
        [900, 900, 2, 1],
        [900, 900, 1, 2],
      ]) {
        const a = randomTensor(random, "i8", rows, 3);
        const b = randomTensor(random, "i8", groupsOfB * n, 3);
        await expectNode(dotNode(a, n, groups, "i16"), [a, b]);
      }
    });
  });

  describe("MAP", () => {
    const extremes = DTYPES.flatMap((dtype) => [dtypeMin(dtype), dtypeMax(dtype)]).flatMap(
      (value) => [value, value + 1, value - 1],
    );
    const values = [...new Set([...extremes, 0, 1, -1, 2, 3, 65_536, 46_340, 46_341])].filter(
      (value) => value >= dtypeMin("i32") && value <= dtypeMax("i32"),
    );
    const all = tensor("i32", values.length, 1, values);
    const across = tensor("i32", 1, values.length, values);

    function mapNode(fn: MapFunction, shift: number, dtype: DType): InstructionNode {
      const [rows, cols] = [values.length, values.length];
      return { op: "map", fn, dtype, rows, cols, a: 0, b: fn === "sqrt" ? 0 : 1, shift };
    }

    for (const fn of MAP_FUNCTIONS) {
      it(`gives what the reference gives for every pair of extremes: ${fn}`, async () => {
        const shifts = fn === "mul" ? Array.from({ length: 63 }, (_, shift) => shift) : [0];
        for (const shift of shifts) {
          for (const dtype of DTYPES) {
            const operands = fn === "sqrt" ? [all] : [all, across];
            await expectNode(mapNode(fn, shift, dtype), operands, `${fn} ${shift} ${dtype}`);
          }
        }
      });
    }

    it("repeats operands of any shape across blocks", async () => {
      for (const count of COUNTS) {
        for (const [rows, cols] of [
          [1, count],
          [count, 1],
        ]) {
          for (const [r, c] of [
            [1, 1],
            [rows, 1],
            [1, cols],
            [3, 1],
            [1, 7],
            [rows + 1, cols],
            [2, cols + 3],
            [5, 11],
          ]) {
            const a = randomTensor(random, random.pick(DTYPES), rows, cols);
            const operand = randomTensor(random, random.pick(DTYPES), r, c);
            const dtype = random.pick(DTYPES);
            const node = { op: "map", fn: "sub", dtype, rows, cols, a: 0, b: 1, shift: 0 } as const;
            await expectNode(node, [a, operand]);
          }
        }
      }
    });
  });

  describe("REDUCE", () => {
    for (const fn of REDUCE_FUNCTIONS) {
      it(`takes any number of rows and columns: ${fn}`, async () => {
        for (const [rows, cols] of [
          [4_097, 3],
          [8_193, 1],
          [1, 16_384],
          [3, 1_001],
        ]) {
          for (const dtype of DTYPES) {
            const a = randomTensor(random, dtype, rows, cols);
            await expectNode({ op: "reduce", fn, dtype: "i16", rows: 1, cols: rows, a: 0 }, [a]);
          }
        }
      });
    }
  });

  describe("TAKE", () => {
    it("cuts chunks where blocks end", async () => {
      for (const [chunks, chunk, count] of [
        [256, 1, 4_097],
        [5, 4_096, 3],
        [5, 4_097, 3],
        [3, 1_000, 9],
        [1, 3, 1_367],
      ]) {
        const a = randomTensor(random, random.pick(DTYPES), chunks, chunk);
        const b = randomTensor(random, random.pick(DTYPES), count, 1);
        const [rows, cols] = [count, chunk];
        await expectNode({ op: "take", dtype: "i8", rows, cols, a: 0, b: 1, chunk }, [a, b]);
      }
    });
  });

  describe("fused chains", () => {
    it("store what each of their nodes stores in between", async () => {
      for (const dtype of DTYPES) {
        for (const n of [3, 40]) {
          const builder = new ProgramBuilder();
          const x = builder.input("x", "i16", 300, 9);
          const w = builder.constant("w", randomTensor(random, "i8", n, 9));
          const b = builder.constant("b", randomTensor(random, "i32", 1, n));
          const c = builder.constant("c", randomTensor(random, "i16", 300, 1));
          const dot = builder.dot("dot", x, w, { dtype });
          const add = builder.map.add("add", dot, b, { dtype: "i16" });
          const sub = builder.map.sub("sub", c, add, { dtype });
          const mul = builder.map.mul("mul", sub, b, { shift: 17, dtype: "i8" });
          const root = builder.map.sqrt("root", mul);
          builder.map.min("min", builder.map.div("div", b, root, { dtype }), c);
          const inputs = [1, 2].map(() => randomTensor(random, "i16", 300, 9));
          await expectSame(executor, builder.build(), inputs, `${dtype} ${n}`);
        }
      }
    });

    it("join two branches of which each could be continued", async () => {
      const builder = new ProgramBuilder();
      const x = builder.input("x", "i8", 70, 70);
      const left = builder.map.add("left", x, x, { dtype: "i8" });
      const right = builder.map.sub("right", left, x);
      const other = builder.map.max("other", x, left);
      const both = builder.map.mul("both", right, other, { shift: 1 });
      builder.map.add("out", both, both);
      await expectSame(executor, builder.build(), [randomTensor(random, "i8", 70, 70)]);
    });
  });

  describe("views read in place", () => {
    for (const padding of [0, 2] as const) {
      for (const [a, b] of PAIRS) {
        it(`give the convolution of the reference, padding ${padding}, ${a} by ${b}`, async () => {
          const [height, width, channels] = [19, 17, random.pick([1, 3, 8])];
          const builder = new ProgramBuilder();
          const image = builder.input("image", a, height * width, channels);
          const filters = builder.constant("f", randomTensor(random, b, 5, 15 * channels));
          const side = Math.floor((height + 2 * padding - 5) / 2) + 1;
          const across = width + 2 * padding - 2;
          const patches = builder.view("patches", image, {
            rows: side * across,
            cols: 15 * channels,
            dims: [1, height, width, channels],
            offsets: [0, -padding, -padding, 0],
            pad: -1_000,
            loops: [
              { extent: side, axis: 1, stride: 2 },
              { extent: across, axis: 2, stride: 1 },
              { extent: 5, axis: 1, stride: 1 },
              { extent: 3, axis: 2, stride: 1 },
              { extent: channels, axis: 3, stride: 1 },
            ],
          });
          builder.dot("out", patches, filters, { dtype: "i16" });
          const input = randomTensor(random, a, height * width, channels);
          await expectSame(executor, builder.build(), [input]);
        });
      }
    }

    it("serve as either operand", async () => {
      const builder = new ProgramBuilder();
      const x = builder.input("x", "i8", 40, 90);
      const turned = (name: string, dtype: DType) =>
        builder.view(name, x, {
          dtype,
          rows: 90,
          cols: 40,
          dims: [1, 1, 40, 90],
          loops: [
            { extent: 90, axis: 3, stride: 1 },
            { extent: 40, axis: 2, stride: 1 },
          ],
        });
      builder.dot("gram", turned("a", "i16"), turned("b", "i8"));
      const model = builder.build();
      expect(model.program.nodes.filter(({ op }) => op === "view")).to.have.length(2);
      await expectSame(executor, model, [randomTensor(random, "i8", 40, 90)]);
    });
  });
});
