import { OnnxBuilder, createNormal } from "./onnxModels";
import type { Sample } from "../../tensor/onnx/index";
import type { AttributeInput, GraphInputs } from "./onnx";

/** Adds a graph that reads `x`, and gives its output. */
export type Build = (b: OnnxBuilder, x: string) => string;

/** A small graph. */
export interface Case {
  readonly name: string;
  readonly dims: readonly number[];
  readonly build: Build;
}

/** A layer with random weights and bias. */
export function layer(
  op: string,
  weights: number[],
  attributes?: Record<string, AttributeInput>,
): Build {
  const channels = op === "Conv" ? weights[0] : weights[1];
  return (b, x) => b.node(op, [x, b.noise(weights, 0.3), b.noise([channels], 0.3)], attributes);
}

/** One operator on `x`. */
export function unary(op: string, attributes?: Record<string, AttributeInput>): Build {
  return (b, x) => b.node(op, [x], attributes);
}

/** Shapes of images and of rows. */
export const IMAGE = [1, 6, 7, 5];
export const ROWS = [1, 5, 12];

/** Graphs of one operator, or of what is lowered as one. */
export const CASES: readonly Case[] = [
  { name: "Conv 1 x 1", dims: IMAGE, build: layer("Conv", [4, 6, 1, 1]) },
  {
    name: "Conv 1 x 1 with a stride",
    dims: IMAGE,
    build: layer("Conv", [4, 6, 1, 1], { strides: [2, 1] }),
  },
  {
    name: "Conv with padding of each side its own",
    dims: IMAGE,
    build: layer("Conv", [4, 6, 3, 2], { pads: [1, 0, 2, 1] }),
  },
  {
    name: "Conv with dilation",
    dims: IMAGE,
    build: layer("Conv", [3, 6, 2, 2], { dilations: [3, 2] }),
  },
  {
    name: "Conv of each channel",
    dims: IMAGE,
    build: layer("Conv", [6, 1, 3, 3], { group: 6, pads: [1, 1, 1, 1] }),
  },
  {
    name: "Conv in groups",
    dims: IMAGE,
    build: layer("Conv", [8, 3, 3, 3], { group: 2, strides: [2, 2] }),
  },
  {
    name: "Conv SAME_UPPER",
    dims: IMAGE,
    build: layer("Conv", [4, 6, 3, 3], { auto_pad: "SAME_UPPER", strides: [2, 2] }),
  },
  {
    name: "ConvTranspose",
    dims: IMAGE,
    build: layer("ConvTranspose", [6, 4, 2, 3], { strides: [2, 3] }),
  },
  {
    name: "Conv, batch normalisation and Relu",
    dims: IMAGE,
    build: (b, x) => {
      const y = b.node("Conv", [x, b.noise([4, 6, 3, 3], 0.3)]);
      const parameters = [
        b.noise([4], 0.2, 1),
        b.noise([4], 0.3),
        b.noise([4], 0.3),
        b.constant([4], () => 2),
      ];
      return b.node("Relu", [b.node("BatchNormalization", [y, ...parameters])]);
    },
  },
  {
    name: "Conv, then another order of the axes",
    dims: IMAGE,
    build: (b, x) =>
      b.node("Transpose", [layer("Conv", [6, 1, 3, 3], { group: 6 })(b, x)], {
        perm: [0, 2, 3, 1],
      }),
  },
  {
    name: "Gemm",
    dims: [3, 12],
    build: (b, x) => b.node("Gemm", [x, b.noise([5, 12], 0.3), b.noise([5], 0.3)], { transB: 1 }),
  },
  { name: "MatMul by a constant", dims: ROWS, build: (b, x) => b.linear(x, 12, 7) },
  {
    name: "MatMul of two values",
    dims: [2, 5, 6],
    build: (b, x) =>
      b.node("MatMul", [x, b.node("Transpose", [b.node("Tanh", [x])], { perm: [0, 2, 1] })]),
  },
  {
    name: "MaxPool",
    dims: IMAGE,
    build: unary("MaxPool", { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 0] }),
  },
  {
    name: "AveragePool, without the border",
    dims: IMAGE,
    build: unary("AveragePool", { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  },
  {
    name: "AveragePool, with it",
    dims: IMAGE,
    build: unary("AveragePool", { kernel_shape: [2, 2], pads: [1, 1, 0, 0], count_include_pad: 1 }),
  },
  { name: "GlobalAveragePool", dims: IMAGE, build: unary("GlobalAveragePool") },
  {
    name: "ReduceMean without its axis",
    dims: IMAGE,
    build: unary("ReduceMean", { axes: [1], keepdims: 0 }),
  },
  { name: "ReduceMax", dims: ROWS, build: unary("ReduceMax", { axes: [1] }) },
  { name: "ReduceSum", dims: ROWS, build: (b, x) => b.node("ReduceSum", [x, b.whole(2)]) },
  {
    name: "Softmax of a middle axis, and its square",
    dims: ROWS,
    build: (b, x) => {
      const p = b.node("Softmax", [x], { axis: 1 });
      return b.node("Mul", [p, p]);
    },
  },
  {
    name: "LayerNormalization",
    dims: ROWS,
    build: (b, x) => b.node("LayerNormalization", [x, b.noise([12], 0.2, 1), b.noise([12], 0.3)]),
  },
  {
    name: "Add of a row and of a column",
    dims: ROWS,
    build: (b, x) => b.node("Add", [b.node("Add", [x, b.noise([12], 1)]), b.noise([5, 1], 1)]),
  },
  {
    name: "Sub, Mul and Div by constants",
    dims: ROWS,
    build: (b, x) =>
      b.node("Div", [
        b.node("Mul", [b.node("Sub", [b.noise([12], 1), x]), b.noise([5, 1], 1)]),
        b.noise([1, 5, 12], 0.1, 2),
      ]),
  },
  {
    name: "Mul by a gate for each channel",
    dims: IMAGE,
    build: (b, x) => b.node("Mul", [x, b.node("Sigmoid", [b.node("GlobalAveragePool", [x])])]),
  },
  {
    name: "Max and Min of two values",
    dims: ROWS,
    build: (b, x) => b.node("Max", [b.node("Min", [x, b.noise(ROWS, 1)]), b.node("Tanh", [x])]),
  },
  {
    name: "HardSwish, step by step",
    dims: IMAGE,
    build: (b, x) =>
      b.node("Div", [
        b.node("Mul", [
          x,
          b.node("Clip", [b.node("Add", [x, b.number(3)]), b.number(0), b.number(6)]),
        ]),
        b.number(6),
      ]),
  },
  {
    name: "GELU, step by step",
    dims: ROWS,
    build: (b, x) =>
      b.node("Mul", [
        b.node("Mul", [x, b.number(0.5)]),
        b.node("Add", [b.node("Erf", [b.node("Div", [x, b.number(Math.SQRT2)])]), b.number(1)]),
      ]),
  },
  ...["Sigmoid", "Tanh", "Softplus", "Gelu", "Elu", "Exp", "HardSigmoid", "LeakyRelu", "Abs"].map(
    (op) => ({ name: op, dims: ROWS, build: unary(op) }),
  ),
  {
    name: "Reshape of a transposition",
    dims: [2, 3, 4],
    build: (b, x) =>
      b.node("Relu", [
        b.node("Reshape", [b.node("Transpose", [x], { perm: [1, 0, 2] }), b.whole(4, -1)]),
      ]),
  },
  {
    name: "Slice backwards, and Squeeze",
    dims: [1, 6, 5],
    build: (b, x) =>
      b.node("Sigmoid", [
        b.node("Squeeze", [
          b.node("Slice", [x, b.whole(4, 0), b.whole(-7, 5), b.whole(1, 2), b.whole(-2, 2)]),
          b.whole(0),
        ]),
      ]),
  },
  {
    name: "Concat along channels",
    dims: IMAGE,
    build: (b, x) =>
      b.node("Concat", [x, b.node("Tanh", [x]), b.node("Conv", [x, b.noise([2, 6, 1, 1], 0.3)])], {
        axis: 1,
      }),
  },
  {
    name: "Pad",
    dims: IMAGE,
    build: (b, x) =>
      b.node("Tanh", [b.node("Pad", [x, b.whole(0, 0, 1, 2, 0, 0, 0, 1), b.number(0.5)])]),
  },
  {
    name: "Gather of rows and of one",
    dims: ROWS,
    build: (b, x) => {
      b.constants.one = { dims: [], type: "int64", data: [-1] };
      return b.node("Tanh", [
        b.node("Gather", [b.node("Gather", [x, b.whole(3, 0, 3)], { axis: 1 }), "one"], {
          axis: 2,
        }),
      ]);
    },
  },
  {
    name: "Expand",
    dims: [1, 1, 6],
    build: (b, x) => b.node("Tanh", [b.node("Expand", [x, b.whole(2, 3, 6)])]),
  },
  {
    name: "Resize to twice, and to a part",
    dims: [1, 3, 4, 6],
    build: (b, x) => {
      const mode = {
        mode: "nearest",
        coordinate_transformation_mode: "asymmetric",
        nearest_mode: "floor",
      };
      const twice = b.node("Resize", [x, "", b.constant([4], (i) => (i < 2 ? 1 : 2))], mode);
      return b.node("Resize", [b.node("Tanh", [twice]), "", "", b.whole(1, 3, 5, 7)], mode);
    },
  },
];

/** The graph of a case with input `x`, and 40 samples of it. */
export function graphOf({ name, dims, build }: Case): { graph: GraphInputs; samples: Sample[] } {
  const normal = createNormal(name.length);
  const builder = new OnnxBuilder(normal);
  const graph = builder.finish({ x: dims }, build(builder, "x"));
  const length = dims.reduce((product, dim) => product * dim, 1);
  const sample = () => new Map([["x", Float32Array.from({ length }, normal)]]);
  return { graph, samples: Array.from({ length: 40 }, sample) };
}
