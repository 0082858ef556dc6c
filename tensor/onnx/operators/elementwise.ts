import { stridesOf } from "../graph/tensor";
import { erf } from "./erf";
import type { Elements, FloatTensor, Kind } from "../graph/tensor";
import type { OperatorCall, Result, Rule } from "./call";

/** A function of one number, with what its node says of it. */
export type Unary = (x: number) => number;
type Binary = (x: number, y: number) => number;

/** The shape of values of these shapes spread over each other; undefined if they do not fit. */
export function broadcastDims(...shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  const dims = Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return lengths.find((length) => length !== 1) ?? 1;
  });
  const fits = shapes.every((shape) =>
    shape.every((dim, i) => dim === 1 || dim === dims[i + rank - shape.length]),
  );
  return fits ? dims : undefined;
}

/** For each element of `dims` in order, the index of the element of `source` that falls on it. */
export function broadcastIndices(source: readonly number[], dims: readonly number[]): Int32Array {
  return walk(dims, broadcastStrides(source, dims.length), 0);
}

/** Steps along each of `rank` axes between elements of `source` that is spread over them. */
function broadcastStrides(source: readonly number[], rank: number): number[] {
  const strides = stridesOf(source).map((stride, axis) => (source[axis] === 1 ? 0 : stride));
  return [...new Array<number>(rank - source.length).fill(0), ...strides];
}

/** Positions base + sum of counter x stride, for all counters below `dims`, the last the fastest. */
export function walk(
  dims: readonly number[],
  strides: readonly number[],
  base: number,
): Int32Array {
  let positions = Int32Array.of(base);
  for (let axis = 0; axis < dims.length; axis++) {
    const [length, stride] = [dims[axis], strides[axis]];
    const next = new Int32Array(positions.length * length);
    for (let i = 0, at = 0; i < positions.length; i++) {
      for (let k = 0; k < length; k++) next[at++] = positions[i] + k * stride;
    }
    positions = next;
  }
  return positions;
}

/** Copies the elements at the positions of `walk` to `target`, one after the other. */
export function copyStrided(
  source: Elements,
  dims: readonly number[],
  strides: readonly number[],
  base: number,
  target: Elements,
): void {
  const [length, stride] = [dims.at(-1) ?? 1, strides.at(-1) ?? 0];
  let at = 0;
  for (const start of walk(dims.slice(0, -1), strides.slice(0, -1), base)) {
    for (let k = 0, from = start; k < length; k++, from += stride) target[at++] = source[from];
  }
}

function broadcast(call: OperatorCall): number[] {
  const shapes = call.inputs.map(({ dims }) => dims);
  const dims = broadcastDims(...shapes);
  if (dims === undefined) throw call.error("SHAPE", `shapes ${shapes.join(" and ")} do not fit`);
  return dims;
}

function binary(f: Binary, kind?: Kind): Rule {
  return (call) => {
    if (call.operands.length !== 2) throw call.error("OPERATOR", "only two values are combined");
    const dims = broadcast(call);
    const [a, b] = [call.input(0), call.input(1)];
    const alike = a.kind === b.kind || call.node.operator === "Pow";
    if (!alike) throw call.error("TYPE", "it combines real numbers with whole ones");
    const whole = a.kind === "whole" && b.kind === "whole";
    const result = kind ?? (whole ? "whole" : "real");
    return call.result(result, dims, (target, [x, y]) => {
      const plain = x.length === target.length && [1, x.length].includes(y.length);
      if (plain && FAST.has(f) && target instanceof Float32Array && x instanceof Float32Array) {
        return applyFast(f, target, x, y, y.length === 1 ? 0 : 1);
      }
      applyBinary(f, target, dims, { ...a, data: x }, { ...b, data: y });
    });
  };
}

function applyBinary(
  f: Binary,
  target: Elements,
  dims: readonly number[],
  { data: x, dims: xDims }: FloatTensor,
  { data: y, dims: yDims }: FloatTensor,
): void {
  const [xStrides, yStrides] = [xDims, yDims].map((own) => broadcastStrides(own, dims.length));
  const outer = dims.slice(0, -1);
  const [xStarts, yStarts] = [xStrides, yStrides].map((all) => walk(outer, all.slice(0, -1), 0));
  const [length, xStep, yStep] = [dims, xStrides, yStrides].map((all) => all.at(-1) ?? 0);
  const count = dims.length === 0 ? 1 : length;
  let at = 0;
  for (let i = 0; i < xStarts.length; i++) {
    let [xAt, yAt] = [xStarts[i], yStarts[i]];
    for (let k = 0; k < count; k++, xAt += xStep, yAt += yStep) target[at++] = f(x[xAt], y[yAt]);
  }
}

const add: Binary = (x, y) => x + y;
const subtract: Binary = (x, y) => x - y;
const multiply: Binary = (x, y) => x * y;
const divide: Binary = (x, y) => x / y;

/** Functions that take most of the time, which have loops of their own. */
const FAST: ReadonlySet<Binary> = new Set([add, subtract, multiply, divide]);

function applyFast(
  f: Binary,
  target: Float32Array,
  x: Float32Array,
  y: Elements,
  step: 0 | 1,
): void {
  const count = target.length;
  if (f === add) for (let i = 0, j = 0; i < count; i++, j += step) target[i] = x[i] + y[j];
  if (f === subtract) for (let i = 0, j = 0; i < count; i++, j += step) target[i] = x[i] - y[j];
  if (f === multiply) for (let i = 0, j = 0; i < count; i++, j += step) target[i] = x[i] * y[j];
  if (f === divide) for (let i = 0, j = 0; i < count; i++, j += step) target[i] = x[i] / y[j];
}

function unary(f: (call: OperatorCall) => Unary): Rule {
  return (call) => {
    const { kind, dims } = call.input(0);
    const g = f(call);
    return call.result(kind, dims, (target, [x]) => {
      for (let i = 0; i < target.length; i++) target[i] = g(x[i]);
    });
  };
}

function clip(call: OperatorCall): Unary {
  const low = call.constant(1)?.[0] ?? call.number("min", -Infinity);
  const high = call.constant(2)?.[0] ?? call.number("max", Infinity);
  return (x) => Math.min(Math.max(x, low), high);
}

const sigmoid: Unary = (x) => 1 / (1 + Math.exp(-x));

function gelu(call: OperatorCall): Unary {
  if (call.text("approximate", "none") === "none")
    return (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2));
  const scale = Math.sqrt(2 / Math.PI);
  return (x) => 0.5 * x * (1 + Math.tanh(scale * (x + 0.044715 * x * x * x)));
}

/** Functions of one number each. */
export const UNARY: Readonly<Record<string, (call: OperatorCall) => Unary>> = {
  Abs: () => Math.abs,
  Ceil: () => Math.ceil,
  Clip: clip,
  Cos: () => Math.cos,
  Elu: (call) => {
    const alpha = call.number("alpha", 1);
    return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
  },
  Erf: () => erf,
  Exp: () => Math.exp,
  Floor: () => Math.floor,
  Gelu: gelu,
  HardSigmoid: (call) => {
    const [alpha, beta] = [call.number("alpha", 0.2), call.number("beta", 0.5)];
    return (x) => Math.min(Math.max(alpha * x + beta, 0), 1);
  },
  HardSwish: () => (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  LeakyRelu: (call) => {
    const alpha = call.number("alpha", 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  },
  Log: () => Math.log,
  Neg: () => (x) => -x,
  Not: () => (x) => (x === 0 ? 1 : 0),
  Reciprocal: () => (x) => 1 / x,
  Relu: () => (x) => Math.max(x, 0),
  Round: () => (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  Sigmoid: () => sigmoid,
  Sin: () => Math.sin,
  Softplus: () => (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  Sqrt: () => Math.sqrt,
  Tanh: () => Math.tanh,
};

const BINARY: Readonly<Record<string, Rule>> = {
  Add: binary(add),
  Div: (call) => {
    const whole = call.inputs.every(({ kind }) => kind === "whole");
    return binary(whole ? (x, y) => Math.trunc(x / y) : divide)(call);
  },
  Equal: binary((x, y) => Number(x === y), "whole"),
  Greater: binary((x, y) => Number(x > y), "whole"),
  GreaterOrEqual: binary((x, y) => Number(x >= y), "whole"),
  Less: binary((x, y) => Number(x < y), "whole"),
  LessOrEqual: binary((x, y) => Number(x <= y), "whole"),
  And: binary((x, y) => x & y, "whole"),
  Or: binary((x, y) => x | y, "whole"),
  Max: binary(Math.max),
  Min: binary(Math.min),
  Mod: (call) => {
    const keepsSign = call.number("fmod", 0) !== 0;
    return binary(keepsSign ? (x, y) => x % y : (x, y) => x - y * Math.floor(x / y))(call);
  },
  Mul: binary(multiply),
  Pow: (call) => {
    const { kind } = call.input(0);
    const power: Binary = (x, y) => (y === 2 ? x * x : Math.pow(x, y));
    return binary(kind === "whole" ? (x, y) => Math.trunc(power(x, y)) : power, kind)(call);
  },
  Sub: binary(subtract),
};

function where(call: OperatorCall): Result {
  const dims = broadcast(call);
  const [condition, a, b] = [call.input(0), call.input(1), call.input(2)];
  return call.result(a.kind, dims, (target, [test, x, y]) => {
    const at = [condition, a, b].map((operand) => broadcastIndices(operand.dims, dims));
    for (let i = 0; i < target.length; i++) {
      target[i] = test[at[0][i]] === 0 ? y[at[2][i]] : x[at[1][i]];
    }
  });
}

/** Operators on each element by itself. */
export const ELEMENTWISE: Readonly<Record<string, Rule>> = {
  ...BINARY,
  ...Object.fromEntries(Object.entries(UNARY).map(([name, f]) => [name, unary(f)])),
  Where: where,
};
