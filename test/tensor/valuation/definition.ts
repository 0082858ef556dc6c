import { addFractions, fraction, wholeShare } from "../../../tensor/src/index";
import type {
  Fraction,
  LabelledPoint,
  PointRow,
  ValuationOptions,
} from "../../../tensor/src/index";

/**
 * The values of all rows for all tests by the words of the definition, for tests only: ranks by
 * counting, values by the sum over farther points, nothing shared with the package but fractions.
 */
export function valuesByDefinition(
  { neighbours, radiusSquared }: Pick<ValuationOptions, "neighbours" | "radiusSquared">,
  points: readonly PointRow[],
  tests: readonly PointRow[],
): Fraction[] {
  const live = points.flatMap((point, i) => {
    const copies = points.slice(0, i).some((other) => reach(point, other) <= radiusSquared);
    return point === undefined || copies ? [] : [i];
  });
  const values = points.map(() => fraction(0n, 1n));
  for (const test of tests) {
    if (test === undefined) continue;
    const distances = points.map((point) => reach(point, test));
    const d = (i: number) => distances[i];
    const before = (j: number, i: number) => d(j) < d(i) || (d(j) === d(i) && j < i);
    const rank = new Map(live.map((i) => [i, 1 + live.filter((j) => before(j, i)).length]));
    const r = (i: number) => rank.get(i) ?? 0;
    const agrees = (i: number) => points[i]?.label === test.label;
    for (const i of live) {
      if (agrees(i)) values[i] = addFractions(values[i], a(neighbours, r(i)));
      for (const j of live.filter((other) => r(other) > r(i) && agrees(other))) {
        values[i] = addFractions(values[i], step(neighbours, r(j)));
      }
    }
  }
  return values;
}

/** How far sums are from exact values at most, in units of the sums, to a millionth below. */
export function farthestOff(
  options: ValuationOptions,
  sums: readonly number[],
  exact: readonly Fraction[],
): number {
  const units = BigInt(options.neighbours * wholeShare(options));
  const off = exact.map(({ numerator, denominator }, i) => {
    const scaled = BigInt(sums[i]) * denominator - numerator * units;
    const millionths = ((scaled < 0n ? -scaled : scaled) * 1_000_000n) / denominator;
    return Number(millionths) / 1e6;
  });
  return Math.max(0, ...off);
}

function a(neighbours: number, t: number): Fraction {
  return fraction(BigInt(Math.min(neighbours, t)), BigInt(neighbours * t));
}

/** a(t) - a(t - 1) for t > 1: 0 up to K, then -1 / (t (t - 1)). */
function step(neighbours: number, t: number): Fraction {
  const { numerator, denominator } = a(neighbours, t - 1);
  return addFractions(a(neighbours, t), fraction(-numerator, denominator));
}

function reach(one: PointRow, other: PointRow): number {
  if (one === undefined || other === undefined) return Infinity;
  const value = ({ embedding }: LabelledPoint, k: number) =>
    k < embedding.length ? embedding[k] : 0;
  const count = Math.max(one.embedding.length, other.embedding.length);
  return Array.from({ length: count }, (_, k) => (value(one, k) - value(other, k)) ** 2).reduce(
    (sum, square) => sum + square,
    0,
  );
}
