/*
 * WebGpuExecutor
 * ├─ gives every node of random programs the digest of the reference
 * ├─ gives what the reference gives for random nodes of each instruction
 * ├─ gives what the reference gives for every function of MAP on extreme values
 * ├─ gives what the reference gives for products of all shapes
 * ├─ gives what the reference gives for convolutions, whose windows are read in place
 * ├─ gives the digests of the reference for the classifier
 * ├─ gives the digests of the reference for the valuation of data
 * ├─ gives the same with tensors split over many bindings
 * ├─ gives the same with the instruction for four products
 * ├─ cuts a chain of thousands of MAPs into kernels that compile
 * └─ leaves a model with too many bindings to the fallback
 */
import { expect } from "chai";
import {
  DTYPES,
  MAP_FUNCTIONS,
  ProgramBuilder,
  WebGpuError,
  WebGpuExecutor,
  conv2d,
  depthwiseConv2d,
  encodeState,
  knnShapleyProgram,
  tensor,
} from "../../../tensor/src/index";
import { loadDigits } from "../../../tensor/train/dataset";
import { loadDigitModel } from "../../../tensor/train/files";
import { digitInput } from "../../../tensor/train/quantizeDigits";
import { createRandom, randomTensor } from "../../shared/random";
import { randomInput, randomInstruction, randomProgram } from "../../shared/randomProgram";
import { expectSame, modelOf } from "../../shared/wasm";
import type { DeviceOptions, Model, Tensor, ValuationOptions } from "../../../tensor/src/index";

const PROGRAMS = 16;
const NODES_PER_OP = 30;
const ELEMENTS = [40, 96, 300, 1_500];
const EXTREMES = [-(2 ** 31), 2 ** 31 - 1, -(2 ** 31) + 1, -1, 0, 1, 2, -2, 46_340, 46_341, 65_535];

const VALUATION: ValuationOptions = {
  rows: 8,
  rowWords: 2,
  slotRows: 4,
  neighbours: 2,
  radiusSquared: 3,
};

describe("WebGpuExecutor", function () {
  this.timeout(300_000);
  const started: WebGpuExecutor[] = [];
  let executor: WebGpuExecutor;

  /** An executor that may not leave anything to its fallback. */
  function start(device: DeviceOptions): WebGpuExecutor {
    const warn = (error: WebGpuError) => {
      throw error;
    };
    const own = new WebGpuExecutor({ device, warn });
    started.push(own);
    return own;
  }

  before(async function () {
    executor = start({});
    try {
      console.log(`      on ${await executor.adapter()}`);
    } catch (error) {
      if (!(error instanceof WebGpuError) || error.code !== "ADAPTER") throw error;
      console.log(`      skipped: ${error.message}`);
      this.skip();
    }
  });

  after(() => Promise.all(started.map((each) => each.dispose())));

  async function expectPrograms(
    on: WebGpuExecutor,
    seeds: number,
    sizes: readonly number[] = ELEMENTS,
  ): Promise<void> {
    for (let seed = 0; seed < seeds; seed++) {
      const elements = sizes[seed % sizes.length];
      const model = randomProgram(seed, { instructions: 3 + (seed % 10), elements });
      const inputs = [seed, seed + 1].map((each) => randomInput(each, model));
      await expectSame(on, model, inputs, `program ${seed}`);
    }
  }

  it(`gives every node of ${PROGRAMS} random programs the digest of the reference`, () =>
    expectPrograms(executor, PROGRAMS));

  for (const op of ["dot", "map", "reduce", "view", "take"] as const) {
    it(`gives what the reference gives for ${NODES_PER_OP} random nodes: ${op}`, async () => {
      const random = createRandom(op.length);
      for (let i = 0; i < NODES_PER_OP; i++) {
        const { node, operands } = randomInstruction(random, op);
        await expectSame(executor, modelOf(node, operands), [operands[0]], JSON.stringify(node));
      }
    });
  }

  it("gives what the reference gives for every function of MAP on extreme values", async () => {
    const n = EXTREMES.length;
    const a = tensor("i32", n, 1, EXTREMES);
    const b = tensor("i32", 1, n, EXTREMES);
    const node = (shift: number, fn: (typeof MAP_FUNCTIONS)[number]) =>
      ({ op: "map", dtype: "i32", rows: n, cols: n, a: 0, b: 1, fn, shift }) as const;
    for (const fn of MAP_FUNCTIONS) {
      const one = node(0, fn);
      const operands = fn === "sqrt" ? [a] : [a, b];
      await expectSame(
        executor,
        modelOf(fn === "sqrt" ? { ...one, b: 0 } : one, operands),
        [a],
        fn,
      );
    }
    const builder = new ProgramBuilder();
    const [x, y] = [builder.input("a", "i32", n, 1), builder.constant("b", b)];
    const products = Array.from({ length: 62 }, (_, i) =>
      builder.map.mul(`mul ${i + 1}`, x, y, { shift: i + 1 }),
    );
    products.reduce((sum, product, i) => builder.map.add(`sum ${i}`, sum, product));
    await expectSame(executor, builder.build(), [a], "shifts");
  });

  it("gives what the reference gives for products of all shapes", () => expectProducts(executor));

  it("gives what the reference gives for convolutions, whose windows are read in place", async () => {
    const random = createRandom(7);
    for (const channels of [1, 3, 4, 16]) {
      const windows = {
        height: 6,
        width: 5,
        channels,
        kernel: [3, 3],
        padding: [1, 1, 1, 1],
      } as const;
      const builder = new ProgramBuilder();
      const image = builder.input("image", "i8", 30, channels);
      const kernels = builder.constant("kernels", randomTensor(random, "i8", 12, 9 * channels));
      const each = builder.constant("each", randomTensor(random, "i8", channels, 9));
      const dense = conv2d(builder, "dense", image, kernels, { ...windows, pad: -128 });
      const bias = builder.constant("bias", randomTensor(random, "i32", 1, 12));
      const sums = builder.map.add("sums", dense, bias);
      const scale = builder.constant("scale", randomTensor(random, "i32", 1, 12));
      const scaled = builder.map.mul("scaled", sums, scale, { shift: 40, dtype: "i8" });
      const deep = depthwiseConv2d(builder, "deep", image, each, { ...windows, pad: 3 });
      builder.map.sub("both", scaled, deep, { dtype: "i16" });
      const inputs = [1, 2].map(() => randomTensor(random, "i8", 30, channels));
      await expectSame(executor, builder.build(), inputs, `${channels} channels`);
    }
  });

  it("gives the digests of the reference for the classifier", async () => {
    const inputs = loadDigits().heldOut.slice(0, 10).map(digitInput);
    await expectSame(executor, loadDigitModel(), inputs);
  });

  it("gives the digests of the reference for the valuation of data", async () => {
    const points = [1, 2, 3].map((x) => ({ embedding: [x, 2 * x], label: 1 + (x % 2) }));
    const state = encodeState(VALUATION, [], points);
    await expectSame(executor, knnShapleyProgram(VALUATION), [state]);
  });

  it("gives the same with tensors split over many bindings", async () => {
    const split = start({ bindingBytes: 2048 });
    await expectPrograms(split, 4, [1_500]);
    await expectProducts(split, [[33, 64, 40]]);
  });

  it("gives the same with the instruction for four products", () =>
    expectProducts(start({ dot4: true }), SHAPES.slice(3)));

  it("cuts a chain of thousands of MAPs into kernels that compile", async () => {
    const builder = new ProgramBuilder();
    let last = builder.input("x", "i8", 1, 8);
    for (let i = 0; i < 3_000; i++) last = builder.map.max(`root ${i}`, last, last);
    await expectSame(executor, builder.build(), [tensor("i8", 1, 8, [1, 2, 3, 4, -5, 6, 7, 8])]);
  });

  it("leaves a model with too many bindings to the fallback", async () => {
    const codes: string[] = [];
    const warn = ({ code }: WebGpuError) => codes.push(code);
    const own = new WebGpuExecutor({ device: { bindingBytes: 64 }, warn });
    started.push(own);
    const model = transposed(64, 64);
    const inputs = [randomTensor(createRandom(1), "i8", 64, 64)];
    const [output] = await own.run(model, inputs);
    const [expected] = await executor.run(model, inputs);
    expect(output.data).to.deep.equal(expected.data);
    expect(codes).to.deep.equal(["LIMIT"]);
  });
});

const SHAPES = [
  [1, 1, 1],
  [1, 64, 17],
  [3, 5, 4],
  [16, 16, 8],
  [17, 27, 13],
  [20, 33, 12],
  [33, 64, 40],
] as const;

/** Tries products [rows, inner] x [inner, columns] of all types, with constants and with what was computed. */
async function expectProducts(
  executor: WebGpuExecutor,
  shapes: readonly (readonly [number, number, number])[] = SHAPES,
): Promise<void> {
  const random = createRandom(11);
  for (const [rows, inner, columns] of shapes) {
    for (const dtype of DTYPES) {
      const builder = new ProgramBuilder();
      const x = builder.input("x", "i8", rows, inner);
      const w = builder.constant("w", randomTensor(random, "i8", columns, inner));
      const wide = builder.constant("wide", randomTensor(random, "i16", columns, inner));
      const byWeights = builder.dot("x w", x, w, { dtype });
      const byWide = builder.dot("x wide", x, wide, { dtype });
      const sum = builder.map.add("sum", byWeights, byWide, { dtype });
      builder.map.max("output", sum, builder.dot("x x", x, x, { dtype: "i16" }), {
        dtype,
        rows,
        cols: columns,
      });
      const inputs: Tensor[] = [randomTensor(random, "i8", rows, inner)];
      await expectSame(
        executor,
        builder.build(),
        inputs,
        `${rows} x ${inner} x ${columns} ${dtype}`,
      );
    }
  }
}

function transposed(rows: number, cols: number): Model {
  const builder = new ProgramBuilder();
  const x = builder.input("x", "i8", rows, cols);
  builder.view("output", x, {
    rows: cols,
    cols: rows,
    dims: [1, 1, rows, cols],
    loops: [
      { extent: cols, axis: 3, stride: 1 },
      { extent: rows, axis: 2, stride: 1 },
    ],
  });
  return builder.build();
}
