import { ensureValuation } from "./errors";
import { isCount } from "./options";

/** An exact rational number in lowest terms; the denominator is positive. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** The fraction numerator / denominator in lowest terms, for a denominator other than 0. */
export function fraction(numerator: bigint, denominator: bigint): Fraction {
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = sign * greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** a + b. */
export function addFractions(a: Fraction, b: Fraction): Fraction {
  const numerator = a.numerator * b.denominator + b.numerator * a.denominator;
  return fraction(numerator, a.denominator * b.denominator);
}

/**
 * The Shapley values of points for one test point, exactly, by the recursion of theorem 1 of Jia et
 * al. (2019) from the farthest point to the nearest:
 *
 *   s_N = c_N min(K, N) / (K N),   s_i = s_(i + 1) + (c_i - c_(i + 1)) / K x min(K, i) / i
 *
 * Throws `ValuationError` OPTIONS unless K is a whole number above 0.
 *
 * @param agrees whether each point has the test point's label, from the nearest to the farthest.
 * @param neighbours K.
 */
export function exactValues(agrees: readonly boolean[], neighbours: number): Fraction[] {
  ensureValuation(isCount(neighbours), "OPTIONS", `${neighbours} neighbours`);
  const values: Fraction[] = [];
  let [value, fartherAgrees] = [fraction(0n, 1n), 0];
  for (let rank = agrees.length; rank >= 1; rank--) {
    const agree = Number(agrees[rank - 1]);
    const share = fraction(BigInt(Math.min(neighbours, rank)), BigInt(neighbours) * BigInt(rank));
    const change = BigInt(agree - fartherAgrees);
    value = addFractions(value, fraction(change * share.numerator, share.denominator));
    fartherAgrees = agree;
    values.unshift(value);
  }
  return values;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}
