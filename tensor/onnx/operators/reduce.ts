import { sizeOf } from "../graph/tensor";
import { windowCounts, windowsOf } from "./windows";
import type { Elements } from "../graph/tensor";
import type { OperatorCall, Result, Rule } from "./call";

/** Axes that a reduction removes, and the shape of what it gives. */
export interface Reduction {
  readonly axes: readonly number[];
  readonly dims: readonly number[];
}

/** What a reduction does. Throws `OnnxError` SHAPE or NOT_CONSTANT. */
export function reductionOf(call: OperatorCall): Reduction {
  const { dims } = call.input(0);
  if (call.node.operator === "GlobalAveragePool") {
    call.demandShape(dims.length >= 3, "only images are pooled");
    const axes = dims.map((_, axis) => axis).slice(2);
    return { axes, dims: dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) };
  }
  const given = call.parameter(1, "axes") ?? [];
  const none = given.length === 0 && call.number("noop_with_empty_axes", 0) !== 0;
  const axes = (given.length === 0 ? dims.map((_, axis) => axis) : given).map((axis) =>
    call.axis(axis, dims.length),
  );
  return kept(dims, none ? [] : axes, call.number("keepdims", 1) !== 0);
}

function kept(dims: readonly number[], given: readonly number[], keep: boolean): Reduction {
  const axes = [...new Set(given)];
  const left = dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  return { axes, dims: keep ? left : left.filter((_, axis) => !axes.includes(axis)) };
}

type Fold = (x: Elements, at: Int32Array) => number;

/** Folds the elements that fall on each element of the result. */
function reduce(call: OperatorCall, { axes, dims }: Reduction, fold: Fold): Result {
  const { kind, dims: from } = call.input(0);
  const fill = (target: Elements, [x]: readonly Elements[]) => {
    const groups = groupBy(from, axes);
    const length = x.length / Math.max(1, target.length);
    for (let i = 0; i < target.length; i++) {
      target[i] = fold(x, groups.subarray(i * length, (i + 1) * length));
    }
  };
  return call.result(kind, dims, fill, sizeOf(from));
}

/** Indices of a value, those that differ only along `axes` one after the other. */
function groupBy(dims: readonly number[], axes: readonly number[]): Int32Array {
  let groups = Int32Array.of(0);
  const order = [
    ...dims.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis])),
    ...dims.flatMap((_, axis) => (axes.includes(axis) ? [axis] : [])),
  ];
  for (const axis of order) {
    const stride = sizeOf(dims.slice(axis + 1));
    const next = new Int32Array(groups.length * dims[axis]);
    for (let i = 0, at = 0; i < groups.length; i++) {
      for (let k = 0; k < dims[axis]; k++) next[at++] = groups[i] + k * stride;
    }
    groups = next;
  }
  return groups;
}

const sum: Fold = (x, at) => at.reduce((total, i) => total + x[i], 0);
const mean: Fold = (x, at) => sum(x, at) / at.length;
const greatest: Fold = (x, at) => at.reduce((most, i) => Math.max(most, x[i]), -Infinity);

const argMax: Rule = (call) => {
  const { dims } = call.input(0);
  const axis = call.axis(call.number("axis", 0), dims.length);
  if (call.number("select_last_index", 0) !== 0) {
    throw call.error("OPERATOR", "only the first of several greatest is supported");
  }
  const reduction = kept(dims, [axis], call.number("keepdims", 1) !== 0);
  const result = reduce(call, reduction, (x, at) =>
    at.reduce((best, i, k) => (x[i] > x[at[best]] ? k : best), 0),
  );
  return { ...result, kind: "whole" };
};

/** The axis of a Softmax. Before opset 13 it flattens all axes from there on; throws SHAPE then. */
export function softmaxAxis(call: OperatorCall): number {
  const { dims } = call.input(0);
  const axis = call.axis(call.number("axis", call.opset < 13 ? 1 : -1), dims.length);
  const single = call.opset >= 13 || sizeOf(dims.slice(axis + 1)) === 1;
  call.demandShape(single, "a Softmax of several axes is not supported");
  return axis;
}

const softmax: Rule = (call) => {
  const { dims } = call.input(0);
  const axis = softmaxAxis(call);
  return call.result("real", dims, (target, [x]) => {
    const groups = groupBy(dims, [axis]);
    for (let start = 0; start < groups.length; start += dims[axis]) {
      const at = groups.subarray(start, start + dims[axis]);
      const most = greatest(x, at);
      for (const i of at) target[i] = Math.exp(x[i] - most);
      const total = sum(target, at);
      for (const i of at) target[i] /= total;
    }
  });
};

/** A normalisation of rows: the axes from `axis` on are one row. */
export interface Normalisation {
  readonly cols: number;
  readonly epsilon: number;
  /** Whether the mean is taken away first. */
  readonly centred: boolean;
}

/** What LayerNormalization or RMSNormalization do. Throws `OnnxError` SHAPE or ATTRIBUTE. */
export function normalisationOf(call: OperatorCall): Normalisation {
  const { dims } = call.input(0);
  const axis = call.axis(call.number("axis", -1), dims.length);
  const epsilon = call.number("epsilon", 1e-5);
  if (!(epsilon >= 0)) throw call.error("ATTRIBUTE", `attribute "epsilon" is ${epsilon}`);
  return {
    cols: sizeOf(dims.slice(axis)),
    epsilon,
    centred: call.node.operator === "LayerNormalization",
  };
}

const normalise: Rule = (call) => {
  const { dims } = call.input(0);
  const { cols, epsilon, centred } = normalisationOf(call);
  for (const parameter of [call.input(1), ...call.inputs.slice(2)]) {
    call.demandShape(sizeOf(parameter.dims) === cols, "scale and bias are not one row");
  }
  return call.result("real", dims, (target, [x, scale, bias]) => {
    for (let start = 0; start < x.length; start += cols) {
      let centre = 0;
      for (let i = 0; centred && i < cols; i++) centre += x[start + i] / cols;
      let square = 0;
      for (let i = 0; i < cols; i++) square += (x[start + i] - centre) ** 2 / cols;
      const factor = 1 / Math.sqrt(square + epsilon);
      for (let i = 0; i < cols; i++) {
        target[start + i] = (x[start + i] - centre) * factor * scale[i] + (bias?.[i] ?? 0);
      }
    }
  });
};

const batchNormalise: Rule = (call) => {
  const { dims } = call.input(0);
  const epsilon = call.number("epsilon", 1e-5);
  const inner = sizeOf(dims.slice(2));
  if (call.number("training_mode", 0) !== 0) throw call.error("OPERATOR", "it is in training mode");
  for (const parameter of [1, 2, 3, 4].map((index) => call.input(index))) {
    call.demandShape(
      sizeOf(parameter.dims) === dims[1],
      "there is not one number for each channel",
    );
  }
  return call.result("real", dims, (target, [x, scale, bias, centre, variance]) => {
    for (let i = 0; i < target.length; i++) {
      const c = Math.floor(i / inner) % dims[1];
      target[i] = ((x[i] - centre[c]) * scale[c]) / Math.sqrt(variance[c] + epsilon) + bias[c];
    }
  });
};

function pool(call: OperatorCall): Result {
  const isMax = call.node.operator === "MaxPool";
  const kernel = call.numbers("kernel_shape") ?? [];
  const spatial = windowsOf(call, kernel);
  const { channels, height, width, stride, dilation, padding, outHeight, outWidth } = spatial;
  const counts = windowCounts(call, spatial);
  const dims = [1, channels, outHeight, outWidth];
  const taps = kernel[0] * kernel[1];
  const fill = (target: Elements, [x]: readonly Elements[]) => {
    for (let i = 0; i < target.length; i++) {
      const channel = Math.floor(i / (outHeight * outWidth));
      const top = (Math.floor(i / outWidth) % outHeight) * stride[0] - padding[0];
      const left = (i % outWidth) * stride[1] - padding[1];
      let [total, most] = [0, -Infinity];
      for (let tap = 0; tap < taps; tap++) {
        const row = top + Math.floor(tap / kernel[1]) * dilation[0];
        const col = left + (tap % kernel[1]) * dilation[1];
        if (row < 0 || row >= height || col < 0 || col >= width) continue;
        const value = x[(channel * height + row) * width + col];
        total += value;
        most = Math.max(most, value);
      }
      target[i] = isMax ? most : total / counts[i % counts.length];
    }
  };
  return call.result("real", dims, fill, sizeOf(dims) * taps);
}

/** Operators that fold many elements into one, or change each by what is beside it. */
export const REDUCE: Readonly<Record<string, Rule>> = {
  ArgMax: argMax,
  AveragePool: pool,
  BatchNormalization: batchNormalise,
  GlobalAveragePool: (call) => reduce(call, reductionOf(call), mean),
  LayerNormalization: normalise,
  MaxPool: pool,
  RMSNormalization: normalise,
  ReduceMax: (call) => reduce(call, reductionOf(call), greatest),
  ReduceMean: (call) => reduce(call, reductionOf(call), mean),
  ReduceSum: (call) => reduce(call, reductionOf(call), sum),
  Softmax: softmax,
};
