import { mulShift } from "../arithmetic";
import { checkOptions, roundedBits, shareTable, valueBits } from "./options";
import { checkPoint } from "./rows";
import { pointRows } from "./slots";
import { checkTestCount } from "./state";
import type { ValuationOptions } from "./options";
import type { TestRow } from "./pool";
import type { LabelledPoint, PointRow } from "./rows";
import type { Slot } from "./slots";
import type { SlotValues } from "./state";

/** A point that is not empty, and its row. */
interface PlacedPoint extends LabelledPoint {
  readonly row: number;
}

/**
 * The sums of the program, in plain arithmetic: for each row its value for all `tests` together, in
 * units of `wholeShare`. Throws `ValuationError` OPTIONS, COUNT, POINT or TAG.
 */
export function valuePoints(
  options: ValuationOptions,
  slots: readonly Slot[],
  tests: readonly TestRow[],
): number[] {
  checkOptions(options);
  const { rows } = options;
  checkTestCount(options, tests);
  const points = pointRows(options, slots);
  for (const point of [...points, ...tests]) if (point !== undefined) checkPoint(options, point);
  const shares = shareTable(options);
  const first = originals(options, points);
  const sums = Array.from({ length: rows }, () => 0);
  for (const test of tests) {
    if (test === undefined) continue;
    const ranked = rank(first, test);
    const agrees = ranked.map(({ label }) => label === test.label);
    const values = valuesOf(shares, agrees, roundedBits(options));
    ranked.forEach(({ row }, i) => (sums[row] += values[i]));
  }
  return sums;
}

/** The values of slots whose rows have these sums, and their total. */
export function slotValues(options: ValuationOptions, sums: readonly number[]): SlotValues {
  const { rows, slotRows } = options;
  const rounded = sums.map((sum) => mulShift(sum, 1, valueBits(options)));
  const values = Array.from({ length: rows / slotRows }, (_, slot) =>
    add(rounded.slice(slot * slotRows, (slot + 1) * slotRows)),
  );
  return { values, total: add(values.map((value) => Math.max(0, value))) };
}

/**
 * The rows of the points that count, from the nearest to the test point to the farthest: without
 * empty rows, and without points within the radius of an earlier one.
 */
export function rankPoints(
  options: Pick<ValuationOptions, "radiusSquared">,
  points: readonly PointRow[],
  test: LabelledPoint,
): number[] {
  return rank(originals(options, points), test).map(({ row }) => row);
}

/** The points that are within the radius of no earlier one. */
function originals(
  { radiusSquared }: Pick<ValuationOptions, "radiusSquared">,
  points: readonly PointRow[],
): PlacedPoint[] {
  const placed = points.flatMap((point, row): PlacedPoint[] =>
    point === undefined ? [] : [{ ...point, row }],
  );
  const isCopy = (point: PlacedPoint, i: number) =>
    placed.slice(0, i).some((earlier) => squaredDistance(point, earlier) <= radiusSquared);
  return placed.filter((point, i) => !isCopy(point, i));
}

/** From the nearest to the farthest; at the same distance in the order of their rows. */
function rank(points: readonly PlacedPoint[], test: LabelledPoint): PlacedPoint[] {
  return points
    .map((point) => ({ point, distance: squaredDistance(point, test) }))
    .sort((a, b) => a.distance - b.distance || a.point.row - b.point.row)
    .map(({ point }) => point);
}

/** Values by rank, from the nearest to the farthest, without the last `bits` bits. */
function valuesOf(shares: readonly number[], agrees: readonly boolean[], bits: number): number[] {
  const half = 2 ** (bits - 1);
  const values: number[] = [];
  let farther = 0;
  for (let i = agrees.length - 1; i >= 0; i--) {
    const fine = farther + (agrees[i] ? shares[i] : 0);
    values[i] = Math.floor((fine + half) / (2 * half));
    if (agrees[i] && i > 0) farther += shares[i] - shares[i - 1];
  }
  return values;
}

/** The square of the distance of two points. */
function squaredDistance(a: LabelledPoint, b: LabelledPoint): number {
  const count = Math.max(a.embedding.length, b.embedding.length);
  let sum = 0;
  for (let k = 0; k < count; k++) sum += (at(a, k) - at(b, k)) ** 2;
  return sum;
}

function at({ embedding }: LabelledPoint, dimension: number): number {
  return dimension < embedding.length ? embedding[dimension] : 0;
}

function add(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
