import { allocate, dtypeMin, quantize, tensor } from "../../src/index";
import type { Affine, Value } from "../../src/index";
import type { Elements } from "../graph/tensor";
import type { Emitter } from "./emitter";
import type { Lowering } from "./lowering";
import type { Pointwise } from "./pointwise";

/** Points at which a function is told apart from others. */
const POINTS = 4_096;

/** A function of each element, by one look-up in a table of all its values. */
export function lowerPointwise(lowering: Lowering, name: string, pointwise: Pointwise): void {
  const source = lowering.held.get(pointwise.source);
  if (source === undefined || lowering.held.has(name)) return;
  const { affine, value } = source;
  const factor = scaleOf(pointwise, affine);
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
    value: lookUp(emit, value, tableOf(affine, format, pointwise.apply)),
  });
}

/** Entries in the order of the index modulo their number: those of negative integers come last. */
function tableOf(
  { dtype, scale, zeroPoint }: Affine,
  format: Affine,
  apply: (x: Float32Array) => Elements,
) {
  const half = -dtypeMin(dtype);
  const reals = Float32Array.from({ length: 2 * half }, (_, i) => {
    const integer = i < half ? i : i - 2 * half;
    return scale * (integer - zeroPoint);
  });
  const results = apply(reals).map((y) => (Number.isNaN(y) ? 0 : y));
  return tensor(format.dtype, 1, reals.length, quantize(results, format));
}

function lookUp(emit: Emitter, value: Value, table: ReturnType<typeof tableOf>): Value {
  return emit.builder.take(emit.name("looked-up"), emit.constant("table", table), value);
}

/** The positive factor that the function multiplies by, if it does nothing else. */
function scaleOf({ apply }: Pointwise, { dtype, scale }: Affine): number | undefined {
  const reach = -dtypeMin(dtype) * scale;
  const x = Float32Array.from({ length: POINTS + 1 }, (_, i) => (2 * i * reach) / POINTS - reach);
  const y = apply(x);
  const factor = y[POINTS] / x[POINTS];
  const isLinear = x.every((value, i) => Math.abs(y[i] - factor * value) <= 1e-6 * factor * reach);
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
