import { dtypeMin } from "../../src/index";
import { sizeOf } from "../graph/tensor";
import { reductionOf } from "../operators/reduce";
import { windowCounts, windowsOf } from "../operators/windows";
import { WHOLE } from "./formats";
import { arrange, naturalOrder } from "./held";
import { inEightBits } from "./layers";
import { imageAxes, windowView } from "./image";
import { rescale } from "./rescale";
import type { DType, ReduceFunction, Value } from "../../src/index";
import type { Step } from "../graph/infer";
import type { Operand, OperatorCall } from "../operators/call";
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
  const counts = windowCounts(call, spatial);
  const taps = spatial.kernel[0] * spatial.kernel[1];
  const ratio = image.affine.scale / affine.scale;
  const same = counts.every((count) => count === counts[0]);
  const factors = (same ? counts.slice(0, 1) : counts).map((count) => ratio / count);
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

/** The operand in a format in which a sum of `cols` integers does not leave i32. Throws LIMIT. */
function summable(lowering: Lowering, call: OperatorCall, cols: number): Held {
  const x = call.input(0);
  const fits = (dtype: DType) => cols * -dtypeMin(dtype) < 2 ** 30;
  if (!fits("i8")) throw call.error("LIMIT", `sums of ${cols} numbers can leave i32`);
  const held = lowering.get(x);
  return fits(held.affine.dtype) ? held : inEightBits(lowering, x.name, held);
}

/** Mean, sum and greatest along axes. */
export function lowerReduction(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const { operator, outputs } = step.node;
  const [x] = step.operands as readonly Operand[];
  const call = lowering.call(step);
  const { axes, dims } = reductionOf(call);
  const cols = sizeOf(axes.map((axis) => x.dims[axis]));
  const isMax = operator === "ReduceMax";
  const held = isMax ? lowering.get(x) : summable(lowering, call, cols);
  const left = held.order.filter((axis) => !axes.includes(axis));
  const rows = arrange(emit, held, [...left, ...axes], cols).value;
  const keeps = dims.length === x.dims.length;
  const order = keeps
    ? [...left, ...axes]
    : left.map((axis) => axis - axes.filter((removed) => removed < axis).length);
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
  const parts = Math.ceil(rows.cols / MAX_COLUMNS);
  const length = Math.ceil(rows.cols / parts);
  const pieces = emit.view("parts", rows, {
    rows: rows.rows * parts,
    cols: length,
    dims: [1, 1, rows.rows, rows.cols],
    pad: fn === "max" ? dtypeMin(rows.dtype) : 0,
    loops: [
      { extent: rows.rows, axis: 2, stride: 1 },
      { extent: parts * length, axis: 3, stride: 1 },
    ],
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
  const order = naturalOrder(dims);
  lowering.hold(step.node.outputs[0], { value, dims, order, affine: WHOLE });
}
