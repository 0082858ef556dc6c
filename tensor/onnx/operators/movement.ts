import { describeDims, sizeOf, stridesOf } from "../graph/tensor";
import { broadcastDims, broadcastIndices, copyStrided } from "./elementwise";
import type { OperatorCall, Result, Rule } from "./call";

/** Elements that lie at regular steps of a value: one step and length for each axis of the result. */
export interface Strided {
  readonly dims: readonly number[];
  readonly strides: readonly number[];
  readonly base: number;
}

/** The order in which a Transpose takes axes. Throws `OnnxError` SHAPE or ATTRIBUTE. */
export function permutationOf(call: OperatorCall): readonly number[] {
  const { dims } = call.input(0);
  const order = call.numbers("perm") ?? dims.map((_, axis) => dims.length - 1 - axis);
  const axes = [...order].sort((a, b) => a - b);
  const valid = order.length === dims.length && axes.every((axis, i) => axis === i);
  call.demandShape(valid, `[${order}] does not order ${dims.length} axes`);
  return order;
}

/** Part of each axis of a value. */
export interface Part {
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly dims: readonly number[];
}

/** What a Slice takes. Throws `OnnxError` SHAPE or NOT_CONSTANT. */
export function partOf(call: OperatorCall): Part {
  const { dims } = call.input(0);
  const starts = call.parameter(1, "starts") ?? [];
  const ends = call.parameter(2, "ends") ?? [];
  const axes = call.parameter(3, "axes") ?? starts.map((_, axis) => axis);
  const steps = call.constant(4) ?? starts.map(() => 1);
  const different = new Set(axes.map((axis) => call.axis(axis, dims.length))).size === axes.length;
  const fits = different && ends.length === starts.length && axes.length === starts.length;
  call.demandShape(fits, `[${starts}] to [${ends}] of axes [${axes}] do not fit`);
  const part = { starts: dims.map(() => 0), steps: dims.map(() => 1), dims: [...dims] };
  axes.forEach((given, i) => {
    const axis = call.axis(given, dims.length);
    const [length, step] = [dims[axis], steps[i]];
    call.demandShape(Number.isInteger(step) && step !== 0, `its step is ${step}`);
    const clamp = (at: number) => {
      const index = at < 0 ? at + length : at;
      return step > 0
        ? Math.min(Math.max(index, 0), length)
        : Math.min(Math.max(index, -1), length - 1);
    };
    const [start, end] = [clamp(starts[i]), clamp(ends[i])];
    part.starts[axis] = start;
    part.steps[axis] = step;
    part.dims[axis] = Math.max(0, Math.ceil((end - start) / step));
  });
  return part;
}

/** The parts of a Split, one after the other along an axis. Throws `OnnxError` SHAPE. */
export function splitOf(call: OperatorCall): { axis: number; lengths: readonly number[] } {
  const { dims } = call.input(0);
  const axis = call.axis(call.number("axis", 0), dims.length);
  const count = call.node.outputs.length;
  const agrees = call.number("num_outputs", count) === count;
  call.demandShape(agrees, `${count} outputs are named`);
  const even = Math.ceil(dims[axis] / count);
  const lengths =
    call.parameter(1, "split") ??
    Array.from({ length: count }, (_, i) => Math.min(even, dims[axis] - i * even));
  const fits = lengths.reduce((sum, n) => sum + n, 0) === dims[axis];
  call.demandShape(fits && lengths.length === count, `[${lengths}] do not fit`);
  return { axis, lengths };
}

/** The shape that a Reshape, Flatten, Squeeze or Unsqueeze gives. Throws `OnnxError`. */
function newDims(call: OperatorCall): readonly number[] {
  const { dims } = call.input(0);
  switch (call.node.operator) {
    case "Flatten": {
      const given = call.number("axis", 1);
      const axis = given === dims.length ? given : call.axis(given, dims.length);
      return [sizeOf(dims.slice(0, axis)), sizeOf(dims.slice(axis))];
    }
    case "Squeeze": {
      const given = call.parameter(1, "axes")?.map((axis) => call.axis(axis, dims.length));
      const axes = given ?? dims.flatMap((dim, axis) => (dim === 1 ? [axis] : []));
      call.demandShape(
        axes.every((axis) => dims[axis] === 1),
        `axes [${axes}] of ${describeDims(dims)} are not of length 1`,
      );
      return dims.filter((_, axis) => !axes.includes(axis));
    }
    case "Unsqueeze": {
      const given = call.parameter(1, "axes") ?? [];
      const rank = dims.length + given.length;
      const axes = given.map((axis) => call.axis(axis, rank));
      call.demandShape(new Set(axes).size === axes.length, `axes [${axes}] are not different`);
      const rest = [...dims];
      return Array.from({ length: rank }, (_, axis) =>
        axes.includes(axis) ? 1 : (rest.shift() ?? 1),
      );
    }
    default:
      return reshapeDims(call, dims);
  }
}

function reshapeDims(call: OperatorCall, dims: readonly number[]): readonly number[] {
  const wanted = call.constant(1) ?? [];
  const keepsZero = call.number("allowzero", 0) !== 0;
  const given = wanted.map((dim, axis) => (dim === 0 && !keepsZero ? (dims[axis] ?? NaN) : dim));
  const open = given.filter((dim) => dim === -1).length;
  call.demandShape(open <= 1, `${describeDims(wanted)} leaves more than one length open`);
  const known = sizeOf(given.filter((dim) => dim !== -1));
  return given.map((dim) => (dim === -1 ? sizeOf(dims) / known : dim));
}

function strided(call: OperatorCall, { dims, strides, base }: Strided): Result {
  return call.result(call.input(0).kind, dims, (target, [x]) =>
    copyStrided(x, dims, strides, base, target),
  );
}

const transpose: Rule = (call) => {
  const { dims } = call.input(0);
  const order = permutationOf(call);
  const strides = stridesOf(dims);
  return strided(call, {
    dims: order.map((axis) => dims[axis]),
    strides: order.map((axis) => strides[axis]),
    base: 0,
  });
};

function take(call: OperatorCall, { starts, steps, dims }: Part): Result {
  const strides = stridesOf(call.input(0).dims);
  return strided(call, {
    dims,
    strides: strides.map((stride, axis) => stride * steps[axis]),
    base: strides.reduce((base, stride, axis) => base + stride * starts[axis], 0),
  });
}

const split: Rule = (call) => {
  const { dims } = call.input(0);
  const { axis, lengths } = splitOf(call);
  let start = 0;
  return lengths.map((length) => {
    const part = {
      starts: dims.map((_, i) => (i === axis ? start : 0)),
      steps: dims.map(() => 1),
      dims: dims.map((dim, i) => (i === axis ? length : dim)),
    };
    start += length;
    return take(call, part);
  });
};

const concat: Rule = (call) => {
  const { inputs } = call;
  const [first] = inputs;
  const axis = call.axis(call.number("axis", 1), call.input(0).dims.length);
  const rest = (dims: readonly number[]) => dims.filter((_, i) => i !== axis).join();
  const fit = inputs.every(
    ({ dims, kind }) =>
      dims.length === first.dims.length && rest(dims) === rest(first.dims) && kind === first.kind,
  );
  call.demandShape(fit, `shapes ${inputs.map(({ dims }) => describeDims(dims)).join()} do not fit`);
  const length = inputs.reduce((sum, { dims }) => sum + dims[axis], 0);
  const dims = first.dims.map((dim, i) => (i === axis ? length : dim));
  const inner = sizeOf(dims.slice(axis + 1));
  return call.result(first.kind, dims, (target, parts) => {
    let at = 0;
    for (let outer = 0; at < target.length; outer++) {
      for (let i = 0; i < inputs.length; i++) {
        const run = inputs[i].dims[axis] * inner;
        target.set(parts[i].subarray(outer * run, (outer + 1) * run), at);
        at += run;
      }
    }
  });
};

/** The axis of a Gather. Throws `OnnxError` SHAPE. */
export function gatherAxis(call: OperatorCall): number {
  return call.axis(call.number("axis", 0), call.input(0).dims.length);
}

const gather: Rule = (call) => {
  const [a, b] = [call.input(0), call.input(1)];
  const axis = gatherAxis(call);
  const dims = [...a.dims.slice(0, axis), ...b.dims, ...a.dims.slice(axis + 1)];
  const [length, inner] = [a.dims[axis], sizeOf(a.dims.slice(axis + 1))];
  call.demandShape(b.kind === "whole", "its indices are not whole numbers");
  const place = (given: number) => {
    const index = given < 0 ? given + length : given;
    call.demandShape(index >= 0 && index < length, `index ${given} of ${length}`);
    return index;
  };
  b.data?.forEach(place);
  return call.result(a.kind, dims, (target, [x, indices]) => {
    const chunks = indices.length;
    for (let at = 0, i = 0; at < target.length; at += inner, i++) {
      const from = (Math.floor(i / chunks) * length + place(indices[i % chunks])) * inner;
      target.set(x.subarray(from, from + inner), at);
    }
  });
};

const expand: Rule = (call) => {
  const { dims: from } = call.input(0);
  const wanted = call.constant(1) ?? [];
  const dims = broadcastDims(from, wanted);
  if (dims === undefined) throw call.error("SHAPE", `[${from}] does not spread to [${wanted}]`);
  return call.result(call.input(0).kind, dims, (target, [x]) => {
    const at = broadcastIndices(from, dims);
    for (let i = 0; i < target.length; i++) target[i] = x[at[i]];
  });
};

const tile: Rule = (call) => {
  const { kind, dims: from } = call.input(0);
  const repeats = call.constant(1) ?? [];
  call.demandShape(repeats.length === from.length, `[${repeats}] do not fit [${from}]`);
  const dims = from.map((dim, axis) => dim * repeats[axis]);
  return call.result(kind, dims, (target, [x]) => {
    const strides = stridesOf(from);
    const inner = stridesOf(dims);
    for (let i = 0; i < target.length; i++) {
      let at = 0;
      for (let axis = 0; axis < dims.length; axis++) {
        at += (Math.floor(i / inner[axis]) % from[axis]) * strides[axis];
      }
      target[i] = x[at];
    }
  });
};

/** What a Pad adds. Throws `OnnxError` SHAPE, NOT_CONSTANT, or OPERATOR for modes but constant. */
export function paddingOf(call: OperatorCall): { before: number[]; dims: number[]; value: number } {
  const { dims } = call.input(0);
  if (call.text("mode", "constant") !== "constant" || call.operands[3] !== undefined) {
    throw call.error("OPERATOR", "only constant padding of all axes is supported");
  }
  const pads = call.parameter(1, "pads") ?? [];
  call.demandShape(pads.length === 2 * dims.length, `[${pads}] do not fit [${dims}]`);
  return {
    before: [...pads.slice(0, dims.length)],
    dims: dims.map((dim, axis) => dim + pads[axis] + pads[axis + dims.length]),
    value: call.constant(2)?.[0] ?? call.number("value", 0),
  };
}

const pad: Rule = (call) => {
  const { kind, dims: from } = call.input(0);
  const { before, dims, value } = paddingOf(call);
  return call.result(kind, dims, (target, [x]) => {
    const [strides, inner] = [stridesOf(from), stridesOf(dims)];
    for (let i = 0; i < target.length; i++) {
      let [at, inside] = [0, true];
      for (let axis = 0; axis < dims.length; axis++) {
        const p = (Math.floor(i / inner[axis]) % dims[axis]) - before[axis];
        inside &&= p >= 0 && p < from[axis];
        at += p * strides[axis];
      }
      target[i] = inside ? x[at] : value;
    }
  });
};

const reshape: Rule = (call) => call.reshaped(0, newDims(call));

/** Operators that move elements and change none. */
export const MOVEMENT: Readonly<Record<string, Rule>> = {
  Concat: concat,
  Expand: expand,
  Flatten: reshape,
  Gather: gather,
  Identity: (call) => call.reshaped(0, call.input(0).dims),
  Pad: pad,
  Reshape: reshape,
  Slice: (call) => take(call, partOf(call)),
  Split: split,
  Squeeze: reshape,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: reshape,
};
