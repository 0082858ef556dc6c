import { ensureValuation } from "./errors";
import { checkOptions, roundedBits, shareTable } from "./options";
import { checkPoint } from "./state";
import type { ValuationOptions } from "./options";
import type { LabelledPoint, PointRow } from "./state";

/** A point that is not empty, and its row. */
interface PlacedPoint extends LabelledPoint {
  readonly row: number;
}

/**
 * The sums of the program, in plain arithmetic: for each row its value for all `tests` together, in
 * units of `wholeShare`. Throws `ValuationError` OPTIONS, COUNT or POINT.
 */
export function valuePoints(
  options: ValuationOptions,
  points: readonly PointRow[],
  tests: readonly PointRow[],
): number[] {
  checkOptions(options);
  const { rows } = options;
  for (const block of [points, tests]) {
    ensureValuation(block.length <= rows, "COUNT", `a block has ${rows} rows`);
    for (const point of block) if (point !== undefined) checkPoint(options, point);
  }
  const sums = Array.from({ length: rows }, () => 0);
  for (const test of tests) {
    if (test === undefined) continue;
    for (const [row, value] of valuesFor(options, points, test)) sums[row] += value;
  }
  return sums;
}

/**
 * The rows of the points that count, from the nearest to the test point to the farthest: without
 * empty rows, and without points within the radius of an earlier one.
 */
export function rankPoints(
  { radiusSquared }: Pick<ValuationOptions, "radiusSquared">,
  points: readonly PointRow[],
  test: LabelledPoint,
): number[] {
  const placed = points.flatMap((point, row): PlacedPoint[] =>
    point === undefined ? [] : [{ ...point, row }],
  );
  return placed
    .filter(
      (point, i) => !placed.slice(0, i).some((other) => distance(point, other) <= radiusSquared),
    )
    .map((point) => ({ row: point.row, distance: distance(point, test) }))
    .sort((a, b) => a.distance - b.distance || a.row - b.row)
    .map(({ row }) => row);
}

/** The values of the rows that count, in whole units. */
function valuesFor(
  options: ValuationOptions,
  points: readonly PointRow[],
  test: LabelledPoint,
): Map<number, number> {
  const shares = shareTable(options);
  const half = 2 ** (roundedBits(options) - 1);
  const values = new Map<number, number>();
  let farther = 0;
  const ranked = rankPoints(options, points, test);
  for (let at = ranked.length - 1; at >= 0; at--) {
    const agrees = points[ranked[at]]?.label === test.label;
    const fine = farther + (agrees ? shares[at] : 0);
    values.set(ranked[at], Math.floor((fine + half) / (2 * half)));
    if (agrees && at > 0) farther += shares[at] - shares[at - 1];
  }
  return values;
}

/** The square of the distance of two points. */
function distance(a: LabelledPoint, b: LabelledPoint): number {
  const count = Math.max(a.embedding.length, b.embedding.length);
  let sum = 0;
  for (let k = 0; k < count; k++) sum += (at(a, k) - at(b, k)) ** 2;
  return sum;
}

function at({ embedding }: LabelledPoint, dimension: number): number {
  return dimension < embedding.length ? embedding[dimension] : 0;
}
