import { QuantizeError } from "./errors";

/** Least and greatest of some real numbers. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The range of all values seen in calibration. Throws `QuantizeError` RANGE if there are none. */
export function rangeOf(values: ArrayLike<number>): Range {
  let [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < min) min = values[i];
    if (values[i] > max) max = values[i];
  }
  if (min > max) throw new QuantizeError("RANGE", "there are no values to calibrate with");
  return { min, max };
}

/**
 * The range that holds at least `share` of the values (0 < share <= 1) and leaves out no more than
 * half of the rest on either side: it gives up rare extremes for a finer scale. Throws
 * `QuantizeError` RANGE if there are no values or `share` is out of range.
 */
export function percentileRange(values: ArrayLike<number>, share: number): Range {
  if (!(share > 0 && share <= 1)) {
    throw new QuantizeError("RANGE", `a share is above 0 and at most 1, not ${share}`);
  }
  if (values.length === 0) return rangeOf(values);
  const sorted = Float64Array.from(values).sort();
  const left = Math.floor((sorted.length * (1 - share)) / 2);
  return { min: sorted[left], max: sorted[sorted.length - 1 - left] };
}
