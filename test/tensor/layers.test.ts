import { expect } from "chai";
import {
  ProgramBuilder,
  ReferenceExecutor,
  conv2d,
  depthwiseConv2d,
  im2col,
  pool2d,
  requantize,
  reshape,
  slice,
  tensor,
  transpose,
  windowCounts,
} from "../../tensor/src/index";
import { refuses } from "../shared/nodes";
import { createRandom, randomTensor } from "../shared/random";
import type { Tensor, Value, Windows } from "../../tensor/src/index";

/** The result of a program of one layer on the image. */
function run(image: Tensor, layer: (builder: ProgramBuilder, image: Value) => unknown): Tensor {
  const builder = new ProgramBuilder();
  layer(builder, builder.input("image", image.dtype, image.rows, image.cols));
  const model = builder.build();
  const trace = new ReferenceExecutor().trace(model, image);
  return trace[trace.length - 1];
}

/** Pixel (y, x) of channel c, the windows' padding value outside. */
function pixel(image: Tensor, windows: Windows, y: number, x: number, c: number): number {
  const { height, width, channels, pad = 0 } = windows;
  const inside = y >= 0 && x >= 0 && y < height && x < width;
  return inside ? image.data[(y * width + x) * channels + c] : pad;
}

/** The values of channel c under the window at (row, col), kernel rows first. */
function under(image: Tensor, windows: Windows, row: number, col: number, c: number): number[] {
  const { kernel, stride = [1, 1], padding = [0, 0, 0, 0] } = windows;
  const values: number[] = [];
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      const y = row * stride[0] - padding[0] + i;
      const x = col * stride[1] - padding[1] + j;
      values.push(pixel(image, windows, y, x, c));
    }
  }
  return values;
}

function positions(windows: Windows): [number, number][] {
  const [rows, cols] = windowCounts(windows);
  return Array.from({ length: rows * cols }, (_, i) => [Math.floor(i / cols), i % cols]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const CASES: { name: string; windows: Windows; counts: [number, number] }[] = [
  {
    name: "3 x 3 without padding",
    windows: { height: 5, width: 6, channels: 2, kernel: [3, 3] },
    counts: [3, 4],
  },
  {
    name: "5 x 3, padding of each side its own, pad of 7",
    windows: { height: 6, width: 5, channels: 3, kernel: [5, 3], padding: [2, 1, 0, 3], pad: 7 },
    counts: [4, 7],
  },
  {
    name: "2 x 3 with strides that leave pixels over",
    windows: { height: 7, width: 8, channels: 1, kernel: [2, 3], stride: [2, 3] },
    counts: [3, 2],
  },
  {
    name: "1 x 1 with a stride",
    windows: { height: 4, width: 4, channels: 3, kernel: [1, 1], stride: [2, 1] },
    counts: [2, 4],
  },
  {
    name: "1 x 1",
    windows: { height: 3, width: 4, channels: 5, kernel: [1, 1] },
    counts: [3, 4],
  },
  {
    name: "as large as the image",
    windows: { height: 3, width: 4, channels: 2, kernel: [3, 4] },
    counts: [1, 1],
  },
];

describe("layers", () => {
  for (const { name, windows, counts } of CASES) {
    describe(`windows of ${name}`, () => {
      const random = createRandom(name.length);
      const { height, width, channels, kernel } = windows;
      const size = kernel[0] * kernel[1];
      const image = randomTensor(random, "i8", height * width, channels);
      const all = Array.from({ length: channels }, (_, c) => c);

      it("counts them", () => {
        expect(windowCounts(windows)).to.deep.equal(counts);
      });

      it("has a row of pixels for each in im2col", () => {
        const result = run(image, (builder, value) => im2col(builder, "y", value, windows));
        const expected = positions(windows).flatMap(([row, col]) => {
          const byChannel = all.map((c) => under(image, windows, row, col, c));
          return Array.from({ length: size }, (_, k) =>
            byChannel.map((values) => values[k]),
          ).flat();
        });
        expect([result.rows, result.cols]).to.deep.equal([counts[0] * counts[1], size * channels]);
        expect(Array.from(result.data)).to.deep.equal(expected);
      });

      it("convolves all channels", () => {
        const filters = randomTensor(random, "i8", 4, size * channels);
        const result = run(image, (builder, value) =>
          conv2d(builder, "y", value, builder.constant("filters", filters), windows),
        );
        const expected = positions(windows).flatMap(([row, col]) =>
          [0, 1, 2, 3].map((filter) =>
            sum(
              all.flatMap((c) =>
                under(image, windows, row, col, c).map(
                  (value, k) => value * filters.data[filter * filters.cols + k * channels + c],
                ),
              ),
            ),
          ),
        );
        expect([result.dtype, result.cols]).to.deep.equal(["i32", 4]);
        expect(Array.from(result.data)).to.deep.equal(expected);
      });

      it("convolves each channel by itself", () => {
        const filters = randomTensor(random, "i8", channels, size);
        const result = run(image, (builder, value) =>
          depthwiseConv2d(builder, "y", value, builder.constant("filters", filters), windows),
        );
        const expected = all.flatMap((c) =>
          positions(windows).map(([row, col]) =>
            sum(under(image, windows, row, col, c).map((v, k) => v * filters.data[c * size + k])),
          ),
        );
        expect(result.rows).to.equal(channels);
        expect(Array.from(result.data)).to.deep.equal(expected);
      });

      it("pools each channel by itself", () => {
        const of = (values: number[]) => ({ max: Math.max(...values), sum: sum(values) });
        for (const fn of ["max", "sum"] as const) {
          const result = run(image, (builder, value) => pool2d(builder, "y", fn, value, windows));
          const expected = positions(windows).flatMap(([row, col]) =>
            all.map((c) => of(under(image, windows, row, col, c))[fn]),
          );
          expect([result.dtype, result.cols]).to.deep.equal([
            fn === "max" ? "i8" : "i32",
            channels,
          ]);
          expect(Array.from(result.data)).to.deep.equal(expected);
        }
      });
    });
  }

  it("reads a 1 x 1 kernel straight from an image of pixels by channels, and from no other", () => {
    const windows: Windows = { height: 2, width: 2, channels: 3, kernel: [1, 1] };
    const nodes = ([rows, cols]: [number, number], changed: Partial<Windows> = {}) => {
      const builder = new ProgramBuilder();
      const image = builder.input("image", "i8", rows, cols);
      const filters = builder.constant("filters", tensor("i8", 1, 3, [1, 2, 3]));
      conv2d(builder, "y", image, filters, { ...windows, ...changed });
      return builder.build().program.nodes.map(({ op }) => op);
    };
    expect(nodes([4, 3])).to.deep.equal(["input", "const", "dot"]);
    expect(nodes([1, 12])).to.deep.equal(["input", "const", "view", "dot"]);
    expect(nodes([4, 3], { stride: [1, 2] })).to.include("view");
    expect(nodes([4, 3], { padding: [0, 0, 0, 1] })).to.include("view");
  });

  it("names the layer and its patches in errors", () => {
    const builder = new ProgramBuilder();
    const image = builder.input("image", "i8", 4, 1);
    const windows: Windows = { height: 2, width: 2, channels: 1, kernel: [3, 3] };
    refuses(() => im2col(builder, "y", image, windows), "SHAPE", 1, '"y" (view i8 [0,9])');
    const wrong = { ...windows, kernel: [1, 1], height: 3 } as const;
    refuses(
      () => pool2d(builder, "pool", "max", image, wrong),
      "VIEW_DIMS",
      1,
      'node 1 "pool.patches" (view i8 [6,1]): the dims [1,3,2,1] have 6 elements',
    );
  });

  describe("shapes", () => {
    const value = tensor("i16", 2, 3, [1, 2, 3, 4, 5, 6]);

    it("reshapes", () => {
      const result = run(value, (builder, x) => reshape(builder, "y", x, 3, 2));
      expect(result).to.deep.equal(tensor("i16", 3, 2, [1, 2, 3, 4, 5, 6]));
    });

    it("transposes", () => {
      const result = run(value, (builder, x) => transpose(builder, "y", x));
      expect(result).to.deep.equal(tensor("i16", 3, 2, [1, 4, 2, 5, 3, 6]));
    });

    it("cuts out a part", () => {
      const part = { firstRow: 1, rows: 1, firstCol: 1, cols: 2 };
      const result = run(value, (builder, x) => slice(builder, "y", x, part));
      expect(result).to.deep.equal(tensor("i16", 1, 2, [5, 6]));
    });

    it("does not cut out what is not there", () => {
      const whole = { firstRow: 0, rows: 2, firstCol: 0, cols: 3 };
      expect(run(value, (builder, x) => slice(builder, "y", x, whole))).to.deep.equal(value);
      for (const change of [{ rows: 3 }, { cols: 4 }, { firstRow: 1 }, { firstCol: -1 }]) {
        const beyond = () =>
          run(value, (builder, x) => slice(builder, "y", x, { ...whole, ...change }));
        refuses(beyond, "SHAPE", undefined, '"y" reaches beyond "image"');
      }
    });
  });

  it("requantises by a multiplier for each column, to i8 unless told otherwise", () => {
    const value = tensor("i32", 2, 2, [1_000, -1_000, 3, 100_000]);
    const scale = (dtype?: "i16") => (builder: ProgramBuilder, x: Value) =>
      requantize(builder, "y", x, builder.constant("m", tensor("i32", 1, 2, [1, 3])), 1, dtype);
    expect(run(value, scale())).to.deep.equal(tensor("i8", 2, 2, [127, -128, 2, 127]));
    expect(run(value, scale("i16"))).to.deep.equal(tensor("i16", 2, 2, [500, -1_500, 2, 32_767]));
  });
});
