import { allocate, dtypeMax, dtypeMin, saturate, tensor } from "../../src/index";
import { convolutionOf, upscalingOf } from "../operators/linear";
import { decibels } from "./formats";
import { asRows, mergeLoops } from "./held";
import { channelsLast, imageAxes, windowView } from "./image";
import { rescale } from "./rescale";
import { rectifierBound, rectify } from "./table";
import type { Affine, DType, DotOptions, Loop, Tensor, Value } from "../../src/index";
import type { Step } from "../graph/infer";
import type { Operand, OperatorCall } from "../operators/call";
import type { Convolution } from "../operators/linear";
import type { Emitter } from "./emitter";
import type { Held } from "./held";
import type { Lowering } from "./lowering";

/** Most columns of a product with 16 bits. */
const MAX_WIDE_COLUMNS = 4_096;

/** Share of the range of i32 that sums may reach, so that rounding stays inside. */
const REACH = 0.95 * 2 ** 31;

/** Weights of a channel have at least this part of the scale of the greatest. */
const LEAST_SCALE = 2 ** -18;

/** Integer weights of a layer, and what makes its sums real numbers. */
interface Quantised {
  readonly weights: Tensor;
  readonly factors: readonly number[];
  readonly offsets: readonly number[];
}

/** Where a layer's result goes. */
interface Target {
  readonly name: string;
  readonly affine: Affine;
  /** Where the result is cut off above, if it is cut off at 0 below. */
  readonly bound?: number;
}

/** The result's name and format; a rectifier that alone reads the layer is part of it. */
function targetOf(lowering: Lowering, name: string): Target {
  const { needs, pointwise } = lowering;
  const functions = needs.functions.get(name) ?? [];
  const [only] = functions;
  const rectifier =
    functions.length === 1 && !needs.direct.has(name) ? pointwise.get(only) : undefined;
  if (rectifier !== undefined) {
    const { min, max } = lowering.seen(name);
    const bound = rectifierBound(rectifier, min, max);
    if (bound !== undefined) return { name: only, affine: lowering.format(only), bound };
  }
  return { name, affine: lowering.format(name) };
}

/** What weights are quantised for. */
export interface LayerFormats {
  readonly input: Affine;
  readonly output: Affine;
  /** Signal to noise in decibels that 8 bits must give; below, weights take 16. */
  readonly leastDecibels: number;
}

/** Weights with a scale for each of their rows, so chosen that no sum leaves i32. */
function quantiseRows(
  weights: Float32Array,
  bias: ArrayLike<number>,
  formats: LayerFormats,
): Quantised {
  const narrow = quantiseAs("i8", weights, bias, formats);
  const taps = weights.length / bias.length;
  if (taps > MAX_WIDE_COLUMNS) return narrow;
  const { data } = narrow.weights;
  const { input, output, leastDecibels } = formats;
  const restored = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const factor = narrow.factors[Math.floor(i / taps)];
    restored[i] = (data[i] * factor * output.scale) / input.scale;
  }
  const serves = decibels(weights, restored) >= leastDecibels || data.every((x) => x === 0);
  return serves ? narrow : quantiseAs("i16", weights, bias, formats);
}

function quantiseAs(
  dtype: "i8" | "i16",
  weights: Float32Array,
  bias: ArrayLike<number>,
  { input, output }: LayerFormats,
): Quantised {
  const rows = bias.length;
  const taps = weights.length / rows;
  const scales = safeScales(dtype, weights, bias, input, output);
  const integers = allocate(dtype, weights.length);
  const offsets = scales.map((scale, row) => {
    let sum = 0;
    for (let i = row * taps; i < (row + 1) * taps; i++) {
      integers[i] = saturate(dtype, Math.round(weights[i] / scale));
      sum += integers[i];
    }
    return bias[row] / (input.scale * scale) - input.zeroPoint * sum;
  });
  const factors = scales.map((scale) => (input.scale * scale) / output.scale);
  return { weights: tensor(dtype, rows, taps, integers), factors, offsets };
}

function safeScales(
  dtype: DType,
  weights: Float32Array,
  bias: ArrayLike<number>,
  input: Affine,
  output: Affine,
): number[] {
  const taps = weights.length / bias.length;
  const reach = Math.abs(input.zeroPoint) - dtypeMin(input.dtype);
  const shift = (Math.abs(output.zeroPoint) * output.scale) / input.scale;
  const scales = Array.from(bias, (b, row) => {
    let [most, sum] = [0, 0];
    for (let i = row * taps; i < (row + 1) * taps; i++) {
      most = Math.max(most, Math.abs(weights[i]));
      sum += Math.abs(weights[i]);
    }
    const least = (sum * reach + Math.abs(b) / input.scale + shift) / REACH;
    return Math.max(most / dtypeMax(dtype), least);
  });
  const floor = scales.reduce((most, scale) => Math.max(most, scale), 0) * LEAST_SCALE;
  return scales.map((scale) => (floor > 0 ? Math.max(scale, floor) : 1));
}

/** Products and sums of a layer, brought to the format of its result. */
function finish(
  lowering: Lowering,
  a: Value,
  quantised: Quantised,
  target: Target,
  options: DotOptions,
): Value {
  const { emit } = lowering;
  const { groups = 1 } = options;
  const { weights, factors, offsets } = quantised;
  const filters = emit.constant("weights", weights);
  const sums = emit.builder.dot(emit.name("sums"), a, filters, options);
  const spread = { rows: groups, cols: factors.length / groups };
  const scaled = rescale(emit, sums, factors, offsets, target.affine, spread);
  return target.bound === undefined ? scaled : rectify(emit, scaled, target.affine, target.bound);
}

/** The operand in 8 bits if rows of `cols` are too long for 16. */
function narrow(lowering: Lowering, x: Operand, cols: number): Held {
  const held = lowering.get(x);
  const serves = held.affine.dtype === "i8" || cols <= MAX_WIDE_COLUMNS;
  return serves ? held : inEightBits(lowering, x.name, held);
}

/** A value in 8 bits, whatever the loss. */
export function inEightBits(lowering: Lowering, name: string, held: Held): Held {
  const affine = lowering.format8(name);
  const { scale, zeroPoint } = held.affine;
  const value = rescale(lowering.emit, held.value, [scale / affine.scale], [-zeroPoint], affine);
  return { ...held, value, affine };
}

function biasOf(call: OperatorCall, count: number): ArrayLike<number> {
  return call.elements(2) ?? new Float32Array(count);
}

/** Rows times a constant matrix. */
export function lowerLinear(lowering: Lowering, step: Step): void {
  const call = lowering.call(step);
  const [x, w] = step.operands as readonly Operand[];
  const [inner, outer] = w.dims;
  const data = call.elements(1) ?? [];
  const rows = asRows(lowering.emit, narrow(lowering, x, inner));
  const weights = new Float32Array(inner * outer);
  for (let i = 0; i < weights.length; i++) {
    weights[(i % outer) * inner + Math.floor(i / outer)] = data[i];
  }
  const target = targetOf(lowering, step.node.outputs[0]);
  const quantised = quantiseRows(
    weights,
    biasOf(call, outer),
    lowering.layer(rows.affine, target.affine),
  );
  const value = finish(lowering, rows.value, quantised, target, {});
  const dims = [...x.dims.slice(0, -1), outer];
  lowering.hold(target.name, { value, dims, order: rows.order, affine: target.affine });
}

/** Convolutions: dense, depthwise and in groups. */
export function lowerConv(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const call = lowering.call(step);
  const convolution = convolutionOf(call);
  const { groups, filters, depth, kernel, outHeight, outWidth } = convolution;
  const taps = kernel[0] * kernel[1];
  const image = narrow(lowering, call.input(0), depth * taps);
  const target = targetOf(lowering, step.node.outputs[0]);
  const weights = weightRows(call.elements(1) ?? [], filters, depth, taps);
  const quantised = quantiseRows(
    weights,
    biasOf(call, filters),
    lowering.layer(image.affine, target.affine),
  );
  const patches = isPointwise(convolution)
    ? channelsLast(emit, image).value
    : patchesOf(emit, image, convolution);
  const pixels = outHeight * outWidth;
  const shape = groups === 1 ? {} : { groups, rows: groups, cols: (pixels * filters) / groups };
  const value = finish(lowering, patches, quantised, target, shape);
  const dims = [1, filters, outHeight, outWidth];
  const result = { dims, affine: target.affine };
  if (groups === 1 || groups === filters) {
    const order = groups === 1 ? [0, 2, 3, 1] : [0, 1, 2, 3];
    return lowering.hold(target.name, { ...result, value, order });
  }
  const [perGroup, axis] = [filters / groups, 3];
  const loops: Loop[] = [
    { extent: pixels, axis, stride: perGroup },
    { extent: groups, axis, stride: pixels * perGroup },
    { extent: perGroup, axis, stride: 1 },
  ];
  const shuffled = emit.view("ungrouped", value, {
    rows: pixels,
    cols: filters,
    dims: [1, 1, 1, pixels * filters],
    loops: mergeLoops(loops),
  });
  lowering.hold(target.name, { ...result, value: shuffled, order: [0, 2, 3, 1] });
}

/** Whether each window is one pixel of its own. */
function isPointwise({ kernel, stride, padding, groups }: Convolution): boolean {
  const single = [...kernel, ...stride, groups].every((n) => n === 1);
  return single && padding.every((n) => n === 0);
}

/** Filters x depth x taps as filters x taps x depth. */
function weightRows(
  data: ArrayLike<number>,
  filters: number,
  depth: number,
  taps: number,
): Float32Array {
  const rows = new Float32Array(filters * depth * taps);
  for (let i = 0; i < rows.length; i++) {
    const [filter, tap, channel] = [
      Math.floor(i / (taps * depth)),
      Math.floor(i / depth) % taps,
      i % depth,
    ];
    rows[i] = data[(filter * depth + channel) * taps + tap];
  }
  return rows;
}

/** A row for each group and window: the pixels in order, the group's channels of each. */
function patchesOf(emit: Emitter, image: Held, convolution: Convolution): Value {
  const { groups, depth, kernel, outHeight, outWidth } = convolution;
  const axes = imageAxes(image);
  const { offsets, loops } = windowView(convolution, axes);
  return emit.view("patches", image.value, {
    rows: groups * outHeight * outWidth,
    cols: depth * kernel[0] * kernel[1],
    dims: axes.dims,
    offsets,
    pad: image.affine.zeroPoint,
    loops: [
      { extent: groups, axis: axes.channel, stride: depth },
      loops.down,
      loops.right,
      loops.kernelDown,
      loops.kernelRight,
      { extent: depth, axis: axes.channel, stride: 1 },
    ],
  });
}

/** Transposed convolutions whose windows lie side by side: a product for each pixel, then a shuffle. */
export function lowerConvTranspose(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const call = lowering.call(step);
  const { height, width, channels, filters, kernel } = upscalingOf(call);
  const held = narrow(lowering, call.input(0), channels);
  const image = channelsLast(emit, held);
  const taps = kernel[0] * kernel[1];
  const data = call.elements(1) ?? [];
  const weights = new Float32Array(taps * filters * channels);
  for (let i = 0; i < weights.length; i++) {
    const [tap, filter, channel] = [
      Math.floor(i / (filters * channels)),
      Math.floor(i / channels) % filters,
      i % channels,
    ];
    weights[i] = data[(channel * filters + filter) * taps + tap];
  }
  const bias = biasOf(call, filters);
  const biases = Float32Array.from({ length: taps * filters }, (_, i) => bias[i % filters]);
  const target = targetOf(lowering, step.node.outputs[0]);
  const quantised = quantiseRows(weights, biases, lowering.layer(image.affine, target.affine));
  const value = finish(lowering, image.value, quantised, target, {});
  const [axis, line] = [3, kernel[1] * filters];
  const loops: Loop[] = [
    { extent: height, axis, stride: width * taps * filters },
    { extent: kernel[0], axis, stride: line },
    { extent: width, axis, stride: taps * filters },
    { extent: line, axis, stride: 1 },
  ];
  const shuffled = emit.view("pixels", value, {
    rows: height * width * taps,
    cols: filters,
    dims: [1, 1, 1, height * width * taps * filters],
    loops: mergeLoops(loops),
  });
  const dims = [1, filters, height * kernel[0], width * kernel[1]];
  lowering.hold(target.name, { value: shuffled, dims, order: [0, 2, 3, 1], affine: target.affine });
}
