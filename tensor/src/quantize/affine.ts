import { allocate, dtypeMax, dtypeMin, saturate } from "../dtype";
import { QuantizeError } from "./errors";
import type { DType, Elements } from "../dtype";
import type { Range } from "./range";

/** How integers of a type stand for real numbers: real = scale x (integer - zeroPoint). */
export interface Affine {
  readonly dtype: DType;
  /** Positive. */
  readonly scale: number;
  /** The integer that stands for zero, exactly. */
  readonly zeroPoint: number;
}

/**
 * Spreads the whole type over `range`, which is widened to hold zero. A range without negative
 * numbers has the least integer as its zero point; storing in it, which saturates, is a ReLU. Throws
 * `QuantizeError` RANGE if the range is not finite.
 */
export function affineOver(range: Range, dtype: DType = "i8"): Affine {
  const [least, greatest] = [dtypeMin(dtype), dtypeMax(dtype)];
  const [min, max] = [Math.min(range.min, 0), Math.max(range.max, 0)];
  const scale = scaleOf(max - min, greatest - least);
  return { dtype, scale, zeroPoint: saturate(dtype, Math.round(least - min / scale)) };
}

/** Spreads the type over `range` evenly around zero. Throws `QuantizeError` RANGE as above. */
export function symmetricOver(range: Range, dtype: DType = "i8"): Affine {
  const reach = Math.max(-range.min, range.max);
  return { dtype, scale: scaleOf(reach, dtypeMax(dtype)), zeroPoint: 0 };
}

/** One for a width of zero, where every scale serves. */
function scaleOf(width: number, steps: number): number {
  if (!Number.isFinite(width)) throw new QuantizeError("RANGE", `a range is ${width} wide`);
  return width > 0 ? width / steps : 1;
}

/**
 * The integers nearest to real numbers (halves up), saturated. Throws `QuantizeError` RANGE for what
 * is not a number.
 */
export function quantize(values: ArrayLike<number>, { dtype, scale, zeroPoint }: Affine): Elements {
  const integers = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) throw new QuantizeError("RANGE", `value ${i} is not a number`);
    integers[i] = saturate(dtype, Math.round(values[i] / scale) + zeroPoint);
  }
  return integers;
}

/** The real numbers that integers stand for. */
export function dequantize(integers: Elements, { scale, zeroPoint }: Affine): Float64Array {
  const values = new Float64Array(integers.length);
  for (let i = 0; i < values.length; i++) values[i] = scale * (integers[i] - zeroPoint);
  return values;
}
