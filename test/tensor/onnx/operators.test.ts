import { expect } from "chai";
import { evaluate, inferGraph, parseOnnx } from "../../../tensor/onnx/index";
import { encodeOnnx } from "../../shared/onnx";
import { refusesOnnx } from "../../shared/onnxErrors";
import { OnnxBuilder } from "../../shared/onnxModels";
import type { OnnxError } from "../../../tensor/onnx/index";

type Build = (b: OnnxBuilder) => string;

const IMAGE = [1, 1, 3, 3];
const ONE_TO_NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const [REAL, BOOL] = [1, 9];

function graphOf(dims: readonly number[], build: Build, opset = 17) {
  const b = new OnnxBuilder(() => 0);
  return inferGraph(parseOnnx(encodeOnnx({ ...b.finish({ x: dims }, build(b)), opset })));
}

function run(x: readonly number[], dims: readonly number[], build: Build, opset?: number) {
  const sample = new Map([["x", Float32Array.from(x)]]);
  return [...evaluate(graphOf(dims, build, opset), sample)[0]];
}

function refuses(
  dims: readonly number[],
  build: Build,
  ...expected: [OnnxError["code"], RegExp, number?]
): void {
  const [code, text, opset] = expected;
  refusesOnnx(() => graphOf(dims, build, opset), code, text);
}

/** `x` times what a constant node gives, as real numbers. */
function times(b: OnnxBuilder, constant: string): string {
  return b.node("Mul", ["x", b.node("Cast", [constant], { to: REAL })]);
}

/*
operators
├── AveragePool
│   ├── counts no pixel beyond the border where its last windows reach further
│   └── refuses windows that see no pixel
├── Resize reads pixels at places divided by the scales that are given
├── Cast to bool gives 1 for all but 0
├── Mod keeps the sign of the dividend if asked to, else that of the divisor
├── Pow of whole numbers is whole
├── reductions along an axis that is named twice reduce it once
└── refuses
    ├── more than two values to compare
    ├── the last of several greatest
    ├── real numbers with whole ones, and as indices
    ├── constant indices out of range
    ├── inputs that a normalisation needs and has not
    ├── training modes
    ├── a bias of another length than the filters
    ├── an axis that is sliced twice
    ├── fractions where lengths belong, and groups that are no whole number
    └── dilations with padding of their own, and of windows side by side
*/
describe("operators", () => {
  describe("AveragePool", () => {
    it("counts no pixel beyond the border where its last windows reach further", () => {
      const attributes = { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 };
      const build: Build = (b) =>
        b.node("AveragePool", ["x"], { ...attributes, count_include_pad: 1 });
      expect(run(ONE_TO_NINE, IMAGE, build)).to.deep.equal([3, 4.5, 7.5, 9]);
    });

    it("refuses windows that see no pixel", () => {
      const attributes = { kernel_shape: [1, 1], pads: [1, 0, 0, 0] };
      refuses(IMAGE, (b) => b.node("MaxPool", ["x"], attributes), "SHAPE", /beside the image/);
    });
  });

  it("Resize reads pixels at places divided by the scales that are given", () => {
    const build: Build = (b) =>
      b.node("Resize", ["x", "", b.constant([4], (i) => [1, 1, 1, 1.3][i])], {
        mode: "nearest",
        coordinate_transformation_mode: "asymmetric",
        nearest_mode: "floor",
      });
    // Six columns of five: the last is at 5 / 1.3, not at 5 x 5 / 6.
    expect(run([1, 2, 3, 4, 5], [1, 1, 1, 5], build)).to.deep.equal([1, 1, 2, 3, 4, 4]);
    refuses([1, 1, 1, 3], build, "SHAPE", /change no length/);
    refuses([2, 1, 1, 5], build, "SHAPE", /only one image/);
    const shrink: Build = (b) =>
      b.node("Resize", ["x", b.constant([4], (i) => [1, 1, 1, 0.5][i])], { mode: "nearest" });
    refuses([1, 1, 1, 4], shrink, "SHAPE", /below 1/, 10);
  });

  it("Cast to bool gives 1 for all but 0", () => {
    const build: Build = (b) =>
      times(b, b.node("Cast", [b.constant([3], (i) => [0, 0.4, -3][i])], { to: BOOL }));
    expect(run([7, 7, 7], [3], build)).to.deep.equal([0, 7, 7]);
  });

  it("Mod keeps the sign of the dividend if asked to, else that of the divisor", () => {
    const mod = (attributes: Record<string, number>): Build => {
      return (b) => times(b, b.node("Mod", [b.whole(-5, 5), b.whole(3, -3)], attributes));
    };
    expect(run([1, 1], [2], mod({ fmod: 1 }))).to.deep.equal([-2, 2]);
    expect(run([1, 1], [2], mod({}))).to.deep.equal([1, -1]);
  });

  it("Pow of whole numbers is whole", () => {
    const build: Build = (b) => times(b, b.node("Pow", [b.whole(2, 9), b.number(0.5)]));
    expect(run([1, 1], [2], build)).to.deep.equal([1, 3]);
  });

  it("reductions along an axis that is named twice reduce it once", () => {
    const build: Build = (b) => b.node("ReduceSum", ["x", b.whole(1, -1)], { keepdims: 0 });
    expect(run([1, 2, 3, 4], [2, 2], build)).to.deep.equal([3, 7]);
  });

  describe("refuses", () => {
    it("more than two values to compare", () => {
      const three: Build = (b) => b.node("Max", ["x", b.number(1), b.number(2)]);
      refuses([2], three, "OPERATOR", /only two values/);
    });

    it("the last of several greatest", () => {
      const last: Build = (b) => b.node("ArgMax", ["x"], { select_last_index: 1 });
      refuses([2], last, "OPERATOR", /only the first/);
    });

    it("real numbers with whole ones, and as indices", () => {
      refuses([2], (b) => b.node("Add", ["x", b.whole(1, 2)]), "TYPE", /with whole ones/);
      const gather: Build = (b) => b.node("Gather", [b.constant([3], () => 1), "x"]);
      refuses([2], gather, "SHAPE", /not whole/);
    });

    it("constant indices out of range", () => {
      for (const index of [2, -3]) {
        const build: Build = (b) => b.node("Gather", ["x", b.whole(0, index)]);
        refuses([2], build, "SHAPE", new RegExp(`index ${index} of 2`));
      }
    });

    it("inputs that a normalisation needs and has not", () => {
      const scale = (b: OnnxBuilder) => b.constant([2], () => 1);
      const batch: Build = (b) => b.node("BatchNormalization", ["x", scale(b)]);
      refuses([1, 2], batch, "SHAPE", /input 2 is missing/);
      const layer: Build = (b) => b.node("LayerNormalization", ["x", "", scale(b)]);
      refuses([1, 2], layer, "SHAPE", /input 1 is missing/);
      const negative: Build = (b) =>
        b.node("LayerNormalization", ["x", scale(b)], { epsilon: { float: -1 } });
      refuses([1, 2], negative, "ATTRIBUTE", /"epsilon" is -1/);
    });

    it("training modes", () => {
      const four = (b: OnnxBuilder) => [1, 2, 3, 4].map(() => b.constant([2], () => 1));
      const batch: Build = (b) =>
        b.node("BatchNormalization", ["x", ...four(b)], { training_mode: 1 });
      refuses([1, 2], batch, "OPERATOR", /training mode/);
      const dropout: Build = (b) => b.node("Dropout", ["x", b.number(0.5), b.whole(1)]);
      refuses([2], dropout, "OPERATOR", /training mode/);
    });

    it("a bias of another length than the filters", () => {
      for (const op of ["Conv", "ConvTranspose"]) {
        const build: Build = (b) => b.node(op, ["x", b.noise([1, 1, 1, 1], 1), b.noise([2], 1)]);
        refuses(IMAGE, build, "SHAPE", /a bias \[2\] of 1 filters/);
      }
    });

    it("an axis that is sliced twice", () => {
      const build: Build = (b) =>
        b.node("Slice", ["x", b.whole(0, 0), b.whole(1, 2), b.whole(1, -1)]);
      refuses([2, 2], build, "SHAPE", /do not fit/);
    });

    it("fractions where lengths belong, and groups that are no whole number", () => {
      const start: Build = (b) => b.node("Slice", ["x", b.number(0.5), b.whole(1)]);
      refuses([2], start, "SHAPE", /its starts are \[0.5\]/);
      const group: Build = (b) =>
        b.node("Conv", ["x", b.noise([1, 2, 1, 1], 1)], { group: { float: 0.5 } });
      refuses(IMAGE, group, "SHAPE", /0.5 groups/);
    });

    it("dilations with padding of their own, and of windows side by side", () => {
      const same = { kernel_shape: [2, 2], dilations: [2, 2], auto_pad: "SAME_UPPER" };
      refuses(IMAGE, (b) => b.node("MaxPool", ["x"], same), "SHAPE", /dilations/);
      const beside = { strides: [2, 2], dilations: [2, 2] };
      const build: Build = (b) => b.node("ConvTranspose", ["x", b.noise([1, 1, 2, 2], 1)], beside);
      refuses(IMAGE, build, "OPERATOR", /side by side/);
    });
  });
});
