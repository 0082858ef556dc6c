import { dequantize, quantize, tensor } from "../../src/index";
import { sizeOf, stridesOf } from "../graph/tensor";
import { gatherAxis, paddingOf, partOf, permutationOf, splitOf } from "../operators/movement";
import { nearestOf } from "../operators/shape";
import { expanded } from "./binary";
import { arrange, memoryStrides, naturalOrder, readAt, reshapedOrder } from "./held";
import { channelsLast } from "./image";
import { rescale } from "./rescale";
import type { Affine, Axes, Value } from "../../src/index";
import type { Step } from "../graph/infer";
import type { Operand } from "../operators/call";
import type { Part } from "../operators/movement";
import type { Held } from "./held";
import type { Lowering } from "./lowering";

function source(lowering: Lowering, step: Step): Held {
  const [x] = step.operands as readonly Operand[];
  return lowering.get(x);
}

/** Another order of the axes, which nothing has to be moved for. */
export function lowerTranspose(lowering: Lowering, step: Step): void {
  const held = source(lowering, step);
  const permutation = permutationOf(lowering.call(step));
  const dims = permutation.map((axis) => held.dims[axis]);
  const order = held.order.map((axis) => permutation.indexOf(axis));
  lowering.hold(step.node.outputs[0], { ...held, dims, order, isShares: false });
}

/** Other axes of the same elements; memory is put in order first if it has to be. */
export function lowerReshape(lowering: Lowering, step: Step): void {
  const held = source(lowering, step);
  const { dims } = step.results[0];
  const kept = reshapedOrder(held, dims);
  const inOrder = kept === undefined ? arrange(lowering.emit, held, naturalOrder(held.dims)) : held;
  const order = kept ?? naturalOrder(dims);
  lowering.hold(step.node.outputs[0], { ...inOrder, dims, order, isShares: false });
}

function take(lowering: Lowering, name: string, held: Held, part: Part): void {
  const strides = memoryStrides(held);
  const offset = strides.reduce((sum, stride, axis) => sum + stride * part.starts[axis], 0);
  const loops = held.order.map((axis) => ({
    extent: part.dims[axis],
    axis: 3,
    stride: strides[axis] * part.steps[axis],
  }));
  const cols = part.dims[held.order[held.order.length - 1]] ?? 1;
  const value = readAt(lowering.emit, held.value, loops, offset, cols);
  lowering.hold(name, { ...held, dims: part.dims, value, isShares: false });
}

/** A part of each axis. */
export function lowerSlice(lowering: Lowering, step: Step): void {
  const held = source(lowering, step);
  take(lowering, step.node.outputs[0], held, partOf(lowering.call(step)));
}

/** Parts along an axis; those that nothing reads are left out. */
export function lowerSplit(lowering: Lowering, step: Step): void {
  const held = source(lowering, step);
  const { axis, lengths } = splitOf(lowering.call(step));
  let start = 0;
  lengths.forEach((length, i) => {
    const name = step.node.outputs[i];
    if (lowering.needs.need.has(name)) {
      take(lowering, name, held, {
        starts: held.dims.map((_, other) => (other === axis ? start : 0)),
        steps: held.dims.map(() => 1),
        dims: held.dims.map((dim, other) => (other === axis ? length : dim)),
      });
    }
    start += length;
  });
}

/** Repetition along axes of length 1, or of whole axes. */
export function lowerExpand(lowering: Lowering, step: Step): void {
  const held = source(lowering, step);
  const { dims } = step.results[0];
  const more = dims.length - held.dims.length;
  const front = Array.from({ length: more }, (_, axis) => axis);
  const padded = {
    ...held,
    dims: [...front.map(() => 1), ...held.dims],
    order: [...front, ...held.order.map((axis) => axis + more)],
  };
  const single = padded.dims.every((dim, axis) => dim === 1 || dim === dims[axis]);
  lowering.call(step).demandShape(single, "only axes of length 1 are repeated");
  const wide = expanded(lowering.emit, padded, dims, padded.order);
  lowering.hold(step.node.outputs[0], { ...wide, isShares: false });
}

/** The operand of a Pad in a format that holds the border, too. */
function holding(lowering: Lowering, step: Step, border: number): Held {
  const held = source(lowering, step);
  const [kept] = dequantize(quantize([border], held.affine), held.affine);
  const affine = lowering.format(step.node.outputs[0]);
  if (Math.abs(kept - border) <= affine.scale) return held;
  return { ...held, affine, value: align(lowering, held, affine) };
}

/** A border of one value. */
export function lowerPad(lowering: Lowering, step: Step): void {
  const call = lowering.call(step);
  const { before, dims, value: border } = paddingOf(call);
  const held = holding(lowering, step, border);
  const { affine, order } = held;
  const long = order.filter((axis) => dims[axis] > 1);
  call.demandShape(long.length <= 4, "only four axes are padded");
  const lead = 4 - long.length;
  const axes = (f: (axis: number) => number, idle: number): Axes => {
    const [a, b, c, d] = [...new Array<number>(lead).fill(idle), ...long.map(f)];
    return [a, b, c, d];
  };
  const cols = dims[order[order.length - 1]] ?? 1;
  const [pad] = quantize([border], affine);
  const value = lowering.emit.view("padded", held.value, {
    rows: sizeOf(dims) / cols,
    cols,
    dims: axes((axis) => held.dims[axis], 1),
    offsets: axes((axis) => 0 - before[axis], 0),
    pad,
    loops: long.map((axis, i) => ({ extent: dims[axis], axis: lead + i, stride: 1 })),
  });
  lowering.hold(step.node.outputs[0], { ...held, dims, value, isShares: false });
}

/** Values one after the other along an axis: each among zeros, and all added. */
export function lowerConcat(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const call = lowering.call(step);
  const parts = step.operands as readonly Operand[];
  const { dims } = step.results[0];
  const axis = call.axis(call.number("axis", 1), dims.length);
  const affine = lowering.format(step.node.outputs[0]);
  const first = lowering.get(parts[0]);
  const { order } = first;
  let start = 0;
  const values = parts.map((part) => {
    const held = arrange(emit, lowering.get(part), order);
    const value = sameScale(held.affine, affine) ? held.value : align(lowering, held, affine);
    const placed = place(lowering, { ...held, value }, dims, axis, start);
    start += part.dims[axis];
    return placed;
  });
  const value = values.reduce((a, b) => emit.map("add", "joined", a, b, { dtype: affine.dtype }));
  lowering.hold(step.node.outputs[0], { value, dims, order, affine });
}

function sameScale(a: Affine, b: Affine): boolean {
  return a.dtype === b.dtype && a.scale === b.scale && a.zeroPoint === b.zeroPoint;
}

function align({ emit }: Lowering, { value, affine: from }: Held, to: Affine): Value {
  return rescale(emit, value, [from.scale / to.scale], [0 - from.zeroPoint], to);
}

/** A value at its place along an axis of a longer one, zeros elsewhere. */
function place(
  { emit }: Lowering,
  { value, dims: own, order }: Held,
  dims: readonly number[],
  axis: number,
  start: number,
): Value {
  const at = order.indexOf(axis);
  const outer = sizeOf(order.slice(0, at).map((other) => dims[other]));
  const inner = sizeOf(order.slice(at + 1).map((other) => dims[other]));
  const cols = dims[order[order.length - 1]];
  return emit.view("placed", value, {
    rows: sizeOf(dims) / cols,
    cols,
    dims: [1, outer, own[axis], inner],
    offsets: [0, 0, 0 - start, 0],
    loops: [
      { extent: outer, axis: 1, stride: 1 },
      { extent: dims[axis], axis: 2, stride: 1 },
      { extent: inner, axis: 3, stride: 1 },
    ],
  });
}

/** Rows along an axis by constant indices; or rows of a constant by those of an input. */
export function lowerGather(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const call = lowering.call(step);
  const [x, indices] = step.operands as readonly Operand[];
  const axis = gatherAxis(call);
  const { dims } = step.results[0];
  const held = lowering.get(x);
  const [name] = step.node.outputs;
  if (indices.data !== undefined && indices.data.length === 1) {
    const [given] = indices.data;
    const index = given < 0 ? given + x.dims[axis] : given;
    const part = {
      starts: x.dims.map((_, other) => (other === axis ? index : 0)),
      steps: x.dims.map(() => 1),
      dims: x.dims.map((dim, other) => (other === axis ? 1 : dim)),
    };
    take(lowering, name, held, part);
    const chosen = lowering.held.get(name) ?? held;
    const order = reshapedOrder(chosen, dims) ?? naturalOrder(dims);
    return lowering.hold(name, { ...chosen, dims, order });
  }
  const rest = naturalOrder(x.dims).filter((other) => other !== axis);
  const chunk = sizeOf(rest.map((other) => x.dims[other]));
  const rows = arrange(emit, held, [axis, ...rest], chunk);
  const at =
    indices.data === undefined
      ? arrange(emit, lowering.get(indices), naturalOrder(indices.dims)).value
      : emit.constant("indices", tensor("i32", 1, indices.data.length, [...indices.data]));
  const value = emit.builder.take(emit.name("rows"), rows.value, at, { chunk });
  // Memory holds the indices' axes first, then the others.
  const own = indices.dims.map((_, i) => axis + i);
  const others = naturalOrder(dims).filter((other) => !own.includes(other));
  lowering.hold(name, { ...held, value, dims, order: [...own, ...others], isShares: false });
}

/** Each pixel as often as the larger image has it. */
export function lowerResize(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const { rows, cols } = nearestOf(lowering.call(step));
  const image = channelsLast(emit, source(lowering, step));
  const [, channels, height, width] = image.dims;
  const dims = [1, channels, rows.length, cols.length];
  const result = { ...image, dims, isShares: false };
  const [down, right] = [rows.length / height, cols.length / width];
  const isEven = (list: readonly number[], factor: number) =>
    Number.isInteger(factor) && list.every((at, i) => at === Math.floor(i / factor));
  if (isEven(rows, down) && isEven(cols, right)) {
    const [axis, [line]] = [3, stridesOf([height, width * channels])];
    const loops = [
      { extent: height, axis, stride: line },
      { extent: down, axis, stride: 0 },
      { extent: width, axis, stride: channels },
      { extent: right, axis, stride: 0 },
      { extent: channels, axis, stride: 1 },
    ];
    const value = readAt(emit, image.value, loops, 0, channels);
    return lowering.hold(step.node.outputs[0], { ...result, value });
  }
  const pixels = rows.flatMap((row) => cols.map((col) => row * width + col));
  const at = emit.constant("pixels", tensor("i32", 1, pixels.length, pixels));
  const value = emit.builder.take(emit.name("resized"), image.value, at, { chunk: channels });
  lowering.hold(step.node.outputs[0], { ...result, value });
}
