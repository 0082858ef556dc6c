import { dtypeMin, elementCount } from "../../src/index";
import { sizeOf } from "../graph/tensor";
import { reductionOf } from "../operators/reduce";
import { windowsOf } from "../operators/windows";
import { arrange, naturalOrder } from "./held";
import { imageAxes, windowView } from "./image";
import { rescale } from "./rescale";
import type { ReduceFunction, Value } from "../../src/index";
import type { Step } from "../graph/infer";
import type { Operand } from "../operators/call";
import type { Spatial } from "../operators/windows";
import type { Emitter } from "./emitter";
import type { Held } from "./held";
import type { Lowering } from "./lowering";

/** Most columns that one REDUCE folds. */
const MAX_COLUMNS = 16_384;

/** Average and greatest of the pixels under windows. */
export function lowerPool(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const call = lowering.call(step);
  const [name] = step.node.outputs;
  const image = lowering.get(call.input(0));
  const spatial = windowsOf(call, call.numbers("kernel_shape") ?? []);
  const { channels, outHeight, outWidth } = spatial;
  const isMax = step.node.operator === "MaxPool";
  const pad = isMax ? dtypeMin(image.affine.dtype) : image.affine.zeroPoint;
  const windows = windowRows(emit, image, spatial, pad);
  const shape = { rows: outHeight * outWidth, cols: channels };
  const result = { dims: [1, channels, outHeight, outWidth], order: [0, 2, 3, 1] };
  if (isMax) {
    const value = emit.builder.reduce(emit.name("greatest"), "max", windows, shape);
    return lowering.hold(name, { ...result, value, affine: image.affine });
  }
  const sums = emit.builder.reduce(emit.name("sums"), "sum", windows, shape);
  const affine = lowering.format(name);
  const counts = call.number("count_include_pad", 0) !== 0 ? undefined : pixelCounts(spatial);
  const taps = spatial.kernel[0] * spatial.kernel[1];
  const ratio = image.affine.scale / affine.scale;
  const same = counts === undefined || counts.every((count) => count === taps);
  const factors = same ? [ratio / taps] : counts.map((count) => ratio / count);
  const offsets = factors.map(() => 0 - taps * image.affine.zeroPoint);
  const spread = { rows: factors.length, cols: 1 };
  const value = rescale(emit, sums, factors, offsets, affine, spread);
  lowering.hold(name, { ...result, value, affine });
}

/** A row for each window and channel. */
function windowRows(emit: Emitter, image: Held, spatial: Spatial, pad: number): Value {
  const { channels, kernel, outHeight, outWidth } = spatial;
  const axes = imageAxes(image);
  const { offsets, loops } = windowView(spatial, axes);
  return emit.view("windows", image.value, {
    rows: outHeight * outWidth * channels,
    cols: kernel[0] * kernel[1],
    dims: axes.dims,
    offsets,
    pad,
    loops: [
      loops.down,
      loops.right,
      { extent: channels, axis: axes.channel, stride: 1 },
      loops.kernelDown,
      loops.kernelRight,
    ],
  });
}

/** Pixels of the image under each window. */
function pixelCounts(spatial: Spatial): number[] {
  const { height, width, kernel, stride, dilation, padding, outHeight, outWidth } = spatial;
  const along = (axis: 0 | 1, size: number, windows: number) =>
    Array.from({ length: windows }, (_, i) => {
      const first = i * stride[axis] - padding[axis];
      const taps = Array.from({ length: kernel[axis] }, (_, k) => first + k * dilation[axis]);
      return taps.filter((at) => at >= 0 && at < size).length;
    });
  const right = along(1, width, outWidth);
  return along(0, height, outHeight).flatMap((rows) => right.map((cols) => rows * cols));
}

/** Mean, sum and greatest along axes. */
export function lowerReduction(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const { operator, outputs } = step.node;
  const [x] = step.operands as readonly Operand[];
  const { axes, dims } = reductionOf(lowering.call(step));
  const held = lowering.get(x);
  const left = held.order.filter((axis) => !axes.includes(axis));
  const cols = sizeOf(axes.map((axis) => x.dims[axis]));
  const rows = arrange(emit, held, [...left, ...axes], cols).value;
  const keeps = dims.length === x.dims.length;
  const order = keeps
    ? [...left, ...axes]
    : left.map((axis) => axis - axes.filter((removed) => removed < axis).length);
  const isMax = operator === "ReduceMax";
  const folded = foldRows(emit, isMax ? "max" : "sum", rows);
  if (isMax) return lowering.hold(outputs[0], { value: folded, dims, order, affine: held.affine });
  const affine = lowering.format(outputs[0]);
  const ratio = held.affine.scale / affine.scale;
  const factor = operator === "ReduceSum" ? ratio : ratio / cols;
  const value = rescale(emit, folded, [factor], [0 - cols * held.affine.zeroPoint], affine);
  lowering.hold(outputs[0], { value, dims, order, affine });
}

/** One number for each row, in one line; long rows are folded in parts first. */
function foldRows(emit: Emitter, fn: ReduceFunction, rows: Value): Value {
  const reduce = (value: Value, shape: { rows: number; cols: number }) =>
    emit.builder.reduce(emit.name(fn), fn, value, shape);
  if (rows.cols <= MAX_COLUMNS) return reduce(rows, { rows: 1, cols: rows.rows });
  let parts = Math.ceil(rows.cols / MAX_COLUMNS);
  while (rows.cols % parts !== 0) parts++;
  const length = rows.cols / parts;
  const pieces = emit.view("parts", rows, {
    rows: rows.rows * parts,
    cols: length,
    dims: [1, 1, 1, elementCount(rows)],
    loops: [{ extent: elementCount(rows), axis: 3, stride: 1 }],
  });
  return foldRows(emit, fn, reduce(pieces, { rows: rows.rows, cols: parts }));
}

/** The index of the greatest along an axis. */
export function lowerArgMax(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const call = lowering.call(step);
  const [x] = step.operands as readonly Operand[];
  const held = lowering.get(x);
  const axis = call.axis(call.number("axis", 0), x.dims.length);
  const left = naturalOrder(x.dims).filter((other) => other !== axis);
  const rows = arrange(emit, held, [...left, axis]);
  const { dims } = step.results[0];
  const value = emit.builder.reduce(emit.name("argmax"), "argmax", rows.value);
  const affine = { dtype: "i32", scale: 1, zeroPoint: 0 } as const;
  lowering.hold(step.node.outputs[0], { value, dims, order: naturalOrder(dims), affine });
}
