import { allocate, dtypeMin, quantize, tensor } from "../../src/index";
import type { Affine, Value } from "../../src/index";
import type { Elements } from "../graph/tensor";
import type { Emitter } from "./emitter";
import type { Lowering } from "./lowering";
import type { Pointwise } from "./pointwise";

/** Points at which a rectifier is told apart from other functions. */
const POINTS = 4_096;

/** A function of each element, by one look-up in a table of all its values. */
export function lowerPointwise(lowering: Lowering, name: string, pointwise: Pointwise): void {
  const source = lowering.held.get(pointwise.source);
  if (source === undefined || lowering.held.has(name)) return;
  const { affine, value } = source;
  const reals = realsOf(affine);
  const results = pointwise.apply(reals);
  const factor = factorOf(reals, results);
  if (factor !== undefined) {
    const scaled = { ...affine, scale: affine.scale * factor };
    lowering.hold(name, { ...source, affine: scaled, isShares: false });
    return;
  }
  const format = lowering.format(name);
  const { emit } = lowering;
  lowering.hold(name, {
    ...source,
    isShares: false,
    affine: format,
    value: lookUp(emit, value, tableOf(results, format)),
  });
}

/**
 * What all integers of a format stand for, in the order of the index modulo their number: negative
 * integers come last.
 */
function realsOf({ dtype, scale, zeroPoint }: Affine): Float32Array {
  const half = -dtypeMin(dtype);
  return Float32Array.from({ length: 2 * half }, (_, i) => {
    const integer = i < half ? i : i - 2 * half;
    return scale * (integer - zeroPoint);
  });
}

function tableOf(results: Elements, format: Affine) {
  const numbers = results.map((y) => (Number.isNaN(y) ? 0 : y));
  return tensor(format.dtype, 1, numbers.length, quantize(numbers, format));
}

function lookUp(emit: Emitter, value: Value, table: ReturnType<typeof tableOf>): Value {
  return emit.builder.take(emit.name("looked-up"), emit.constant("table", table), value);
}

/** The positive factor that makes the results of all numbers, if one does. */
function factorOf(x: Float32Array, y: Elements): number | undefined {
  const most = x.reduce((best, value, i) => (Math.abs(value) > Math.abs(x[best]) ? i : best), 0);
  const factor = y[most] / x[most];
  const near = 1e-6 * factor * Math.abs(x[most]);
  const isLinear = x.every((value, i) => Math.abs(y[i] - factor * value) <= near);
  return factor > 0 && isLinear ? factor : undefined;
}

/** Upper bound of a function that is x cut off below 0 and above it; undefined for any other. */
export function rectifierBound(
  { apply }: Pointwise,
  least: number,
  most: number,
): number | undefined {
  const reach = Math.max(-least, most, 1);
  const x = Float32Array.from(
    { length: POINTS + 1 },
    (_, i) => (4 * i * reach) / POINTS - 2 * reach,
  );
  const y = apply(x);
  const bound = y[POINTS] === x[POINTS] ? Infinity : y[POINTS];
  const isRectifier = x.every(
    (value, i) => Math.abs(y[i] - Math.min(Math.max(value, 0), bound)) <= 1e-6 * reach,
  );
  return isRectifier && bound > 0 ? bound : undefined;
}

/** Cuts integers off below 0 and above `bound` where their format does not do so by itself. */
export function rectify(emit: Emitter, value: Value, affine: Affine, bound: number): Value {
  const { dtype, scale, zeroPoint } = affine;
  const above =
    zeroPoint === dtypeMin(dtype)
      ? value
      : emit.map("max", "rectified", value, zeroPoint, { dtype });
  const most = Math.round(bound / scale) + zeroPoint;
  const reach = allocate(dtype, 1);
  reach[0] = most;
  return reach[0] === most ? emit.map("min", "bounded", above, most, { dtype }) : above;
}
