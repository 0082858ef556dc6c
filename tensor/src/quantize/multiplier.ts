import { dtypeMax } from "../dtype";
import { MAX_SHIFT } from "../validate";
import { QuantizeError } from "./errors";

/** Factors written as integers over a power of two: factor = multiplier / 2^shift. */
export interface Multipliers {
  readonly multipliers: Int32Array;
  readonly shift: number;
}

/**
 * Writes positive factors for MAP mul, with the one shift that a node has: the largest at which the
 * greatest factor fits i32, so that its error is below one part in 2^31, and that of a factor 2^k
 * times smaller below one in 2^(31 - k). Throws `QuantizeError` RATIO for a factor that is not
 * positive, above the greatest i32, or too small beside the greatest to be more than zero.
 */
export function multipliersFor(factors: readonly number[]): Multipliers {
  const greatest = factors.reduce((most, factor) => Math.max(most, factor), 0);
  const limit = dtypeMax("i32");
  for (const factor of factors) {
    if (!(factor > 0)) throw new QuantizeError("RATIO", `a factor is positive, not ${factor}`);
  }
  let shift = MAX_SHIFT;
  while (shift > 0 && Math.round(greatest * 2 ** shift) > limit) shift--;
  const multipliers = factors.map((factor) => Math.round(factor * 2 ** shift));
  for (const [i, multiplier] of multipliers.entries()) {
    if (multiplier < 1 || multiplier > limit) {
      throw new QuantizeError("RATIO", `factor ${factors[i]} of up to ${greatest} is out of range`);
    }
  }
  return { multipliers: Int32Array.from(multipliers), shift };
}
