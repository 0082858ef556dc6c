import { demand } from "../errors";
import { LIMITS } from "../file/limits";
import { sizeOf } from "../graph/tensor";
import { broadcastDims, broadcastIndices } from "./elementwise";
import { multiplyRows } from "./gemm";
import { gatherPatches, gatherWindow, windowsOf } from "./windows";
import type { ElementPool } from "../graph/pool";
import type { Elements } from "../graph/tensor";
import type { Fill, OperatorCall, Result, Rule } from "./call";
import type { Spatial } from "./windows";

/** Pixels of windows that are laid out at a time, about. */
const PATCHES = 2 ** 17;

/** A convolution of one image. */
export interface Convolution extends Spatial {
  readonly groups: number;
  readonly filters: number;
  /** Channels that a filter reads. */
  readonly depth: number;
}

/** What a Conv does. Throws `OnnxError` SHAPE or ATTRIBUTE. */
export function convolutionOf(call: OperatorCall): Convolution {
  const [x, w] = [call.input(0), call.input(1)];
  call.demandShape(x.dims.length === 4 && w.dims.length === 4, "only images of two axes");
  const [filters, depth, ...kernel] = w.dims;
  const spatial = windowsOf(call, kernel);
  const groups = call.number("group", 1);
  const fits =
    Number.isInteger(groups) && depth * groups === spatial.channels && filters % groups === 0;
  call.demandShape(fits, `${groups} groups of ${filters} filters of ${depth} channels do not fit`);
  checkBias(call, filters);
  return { ...spatial, groups, filters, depth };
}

function checkBias(call: OperatorCall, filters: number): void {
  const bias = call.operands[2]?.dims ?? [filters];
  call.demandShape(bias.join() === `${filters}`, `a bias [${bias}] of ${filters} filters`);
}

const conv: Rule = (call) => {
  const convolution = convolutionOf(call);
  const { outHeight, outWidth, kernel, filters, depth } = convolution;
  const cols = depth * kernel[0] * kernel[1];
  const dims = [1, filters, outHeight, outWidth];
  const few = outWidth * cols <= LIMITS.resultElements;
  demand(few, "LIMIT", `a row of its windows has ${outWidth * cols} elements`, call.node);
  const fill: Fill = (target, [x, w, bias], pool) => {
    if (depth === 1) convolveChannels(convolution, x, w, target);
    else convolve(convolution, cols, x, w, target, pool);
    if (bias !== undefined) addToRows(target, bias, outHeight * outWidth);
  };
  return call.result("real", dims, fill, sizeOf(dims) * cols);
};

function convolve(
  { groups, filters, depth, ...spatial }: Convolution,
  cols: number,
  x: Elements,
  w: Elements,
  target: Elements,
  pool: ElementPool,
): void {
  const { outHeight, outWidth } = spatial;
  const [pixels, perGroup] = [outHeight * outWidth, filters / groups];
  const step = Math.min(outHeight, Math.ceil(PATCHES / (outWidth * cols)));
  const patches = pool.take("real", step * outWidth * cols);
  for (let group = 0; group < groups; group++) {
    const channels = { start: group * depth, end: (group + 1) * depth };
    for (let start = 0; start < outHeight; start += step) {
      const rows = { start, end: Math.min(start + step, outHeight) };
      gatherPatches(spatial, x, channels, rows, patches);
      multiplyRows(
        { data: w, start: group * perGroup * cols, count: perGroup },
        { data: patches, start: 0, count: (rows.end - start) * outWidth },
        cols,
        target,
        group * perGroup * pixels + start * outWidth,
        pixels,
      );
    }
  }
  pool.give(patches);
}

/** Filters of one channel each, as in a depthwise convolution. */
function convolveChannels(
  { groups, filters, ...spatial }: Convolution,
  x: Elements,
  w: Elements,
  target: Elements,
): void {
  const pixels = spatial.outHeight * spatial.outWidth;
  const taps = spatial.kernel[0] * spatial.kernel[1];
  for (let filter = 0; filter < filters; filter++) {
    const channel = Math.floor((filter * groups) / filters);
    const sums = target.subarray(filter * pixels, (filter + 1) * pixels);
    for (let tap = 0; tap < taps; tap++) {
      gatherWindow(spatial, x, channel, tap, w[filter * taps + tap], sums);
    }
  }
}

function addToRows(target: Elements, bias: Elements, cols: number): void {
  for (let row = 0, at = 0; row < bias.length; row++) {
    for (let col = 0; col < cols; col++, at++) target[at] += bias[row];
  }
}

/** A transposed convolution whose windows do not overlap. */
export interface Upscaling {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  readonly kernel: readonly [number, number];
}

/** What a ConvTranspose does. Throws `OnnxError` SHAPE, or OPERATOR if its windows overlap. */
export function upscalingOf(call: OperatorCall): Upscaling {
  const [x, w] = [call.input(0), call.input(1)];
  const images = x.dims.length === 4 && x.dims[0] === 1 && w.dims.length === 4;
  call.demandShape(images, "only one image of two axes");
  const [channels, filters, ...kernel] = w.dims;
  const {
    strides = [1, 1],
    pads = [],
    dilations = [],
  } = {
    strides: call.numbers("strides"),
    pads: call.numbers("pads"),
    dilations: call.numbers("dilations"),
  };
  checkBias(call, filters);
  const plain =
    channels === x.dims[1] &&
    call.number("group", 1) === 1 &&
    strides.join() === kernel.join() &&
    pads.every((pad) => pad === 0) &&
    dilations.every((dilation) => dilation === 1) &&
    ["output_padding", "output_shape"].every((name) => !call.node.attributes.has(name));
  if (!plain)
    throw call.error("OPERATOR", "only windows side by side, in one group, are supported");
  const [height, width] = x.dims.slice(2);
  return { height, width, channels, filters, kernel: [kernel[0], kernel[1]] };
}

const convTranspose: Rule = (call) => {
  const { height, width, channels, filters, kernel } = upscalingOf(call);
  const [pixels, taps] = [height * width, kernel[0] * kernel[1]];
  const dims = [1, filters, height * kernel[0], width * kernel[1]];
  const fill = (target: Elements, [x, w, bias]: readonly Elements[]) => {
    for (let i = 0; i < target.length; i++) {
      const [filter, row, col] = split(i, height * kernel[0], width * kernel[1]);
      const pixel = Math.floor(row / kernel[0]) * width + Math.floor(col / kernel[1]);
      const tap = filter * taps + (row % kernel[0]) * kernel[1] + (col % kernel[1]);
      let sum = bias?.[filter] ?? 0;
      for (let c = 0; c < channels; c++) sum += x[c * pixels + pixel] * w[c * filters * taps + tap];
      target[i] = sum;
    }
  };
  return call.result("real", dims, fill, sizeOf(dims) * channels);
};

function split(index: number, rows: number, cols: number): [number, number, number] {
  const row = Math.floor(index / cols);
  return [Math.floor(row / rows), row % rows, index % cols];
}

/** Shapes of a product of matrices. */
export interface Product {
  readonly rows: number;
  readonly inner: number;
  readonly cols: number;
  readonly batch: readonly number[];
}

/** What a MatMul does. Throws `OnnxError` SHAPE. */
export function productOf(call: OperatorCall): Product {
  const [a, b] = [call.input(0).dims, call.input(1).dims];
  call.demandShape(a.length >= 2 && b.length >= 2, "only matrices are multiplied");
  const batch = broadcastDims(a.slice(0, -2), b.slice(0, -2));
  const fits = batch !== undefined && a[a.length - 1] === b[b.length - 2];
  call.demandShape(fits, `[${a}] and [${b}] are not multiplied`);
  return {
    rows: a[a.length - 2],
    inner: a[a.length - 1],
    cols: b[b.length - 1],
    batch: batch ?? [],
  };
}

function matMul(call: OperatorCall): Result {
  const { rows, inner, cols, batch } = productOf(call);
  const dims = [...batch, rows, cols];
  return call.result("real", dims, multiply(call), sizeOf(dims) * inner);
}

function multiply(call: OperatorCall): Fill {
  const [a, b] = [call.input(0), call.input(1)];
  const { rows, inner, cols, batch } = productOf(call);
  return (target, [x, y], pool) => {
    const columns = pool.take("real", inner * cols);
    const xs = broadcastIndices(a.dims.slice(0, -2), batch);
    const ys = broadcastIndices(b.dims.slice(0, -2), batch);
    for (let i = 0; i < xs.length; i++) {
      transpose(y, ys[i] * inner * cols, inner, cols, columns);
      const left = { data: x, start: xs[i] * rows * inner, count: rows };
      const right = { data: columns, start: 0, count: cols };
      multiplyRows(left, right, inner, target, i * rows * cols, cols);
    }
    pool.give(columns);
  };
}

/** Writes the columns of a matrix, which starts at `start`, as rows. */
function transpose(
  x: Elements,
  start: number,
  rows: number,
  cols: number,
  columns: Elements,
): void {
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) columns[col * rows + row] = x[start + row * cols + col];
  }
}

function transposed(x: Elements, rows: number, cols: number): Elements {
  const columns = new Float32Array(rows * cols);
  transpose(x, 0, rows, cols, columns);
  return columns;
}

const gemm: Rule = (call): Result => {
  const [a, b, c] = [call.input(0), call.input(1), call.operands[2]];
  call.demandShape(a.dims.length === 2 && b.dims.length === 2, "only matrices are multiplied");
  const [transA, transB] = [call.number("transA", 0) !== 0, call.number("transB", 0) !== 0];
  const [alpha, beta] = [call.number("alpha", 1), call.number("beta", 1)];
  const [rows, inner] = transA ? [a.dims[1], a.dims[0]] : a.dims;
  const [cols, innerOfB] = transB ? b.dims : [b.dims[1], b.dims[0]];
  call.demandShape(inner === innerOfB, `[${a.dims}] and [${b.dims}] are not multiplied`);
  const dims = [rows, cols];
  const fits = c === undefined || broadcastDims(c.dims, dims)?.join() === dims.join();
  call.demandShape(fits, `[${c?.dims ?? []}] does not spread over [${dims}]`);
  const fill = (target: Elements, [x, y, z]: readonly Elements[]) => {
    const left = transA ? transposed(x, inner, rows) : x;
    const right = transB ? y : transposed(y, inner, cols);
    const all = { start: 0 };
    const [l, r] = [
      { ...all, data: left, count: rows },
      { ...all, data: right, count: cols },
    ];
    multiplyRows(l, r, inner, target, 0, cols);
    const at = c === undefined ? undefined : broadcastIndices(c.dims, dims);
    for (let i = 0; i < target.length; i++) {
      target[i] = alpha * target[i] + (at === undefined ? 0 : beta * z[at[i]]);
    }
  };
  return call.result("real", dims, fill, sizeOf(dims) * inner);
};

/** Rows times a constant matrix of inputs x outputs, plus a bias: what simplifying makes of others. */
const linear: Rule = (call) => {
  const { dims, work } = matMul(call);
  const { cols } = productOf(call);
  const product = multiply(call);
  return call.result(
    "real",
    dims,
    (target, inputs, pool) => {
      product(target, inputs, pool);
      const bias = inputs[2];
      for (let i = 0; bias !== undefined && i < target.length; i++) target[i] += bias[i % cols];
    },
    work,
  );
};

/** Operators that multiply by matrices. */
export const LINEAR: Readonly<Record<string, Rule>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MatMul: matMul,
  Gemm: gemm,
  Linear: linear,
};
