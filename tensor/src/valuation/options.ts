import { WORD_BYTES } from "../merkle";
import { ceilLog2 } from "../tensor";
import { ensureValuation } from "./errors";

/** Most rows of a block: DOT sums over at most so many columns of i32. */
export const MAX_ROWS = 4_096;
/** Most words of a row. */
export const MAX_ROW_WORDS = 64;
/** Most neighbours. */
export const MAX_NEIGHBOURS = 4_096;
/** Greatest square of the radius: below what puts an empty row out of reach. */
export const MAX_RADIUS_SQUARED = 2 ** 27;

/** Bits of a whole share, the value of a right point among the neighbours, while one test is run. */
export const SHARE_BITS = 30;

/** What is fixed when the program is made. */
export interface ValuationOptions {
  /** Rows of contributions, and most test points: a power of two from 2 to 4,096. */
  readonly rows: number;
  /** Words of 32 bytes for one row, the last of them its tag: a power of two from 2 to 64. */
  readonly rowWords: number;
  /** Q, rows of one contribution, its header among them: a power of two from 2 to `rows`. */
  readonly slotRows: number;
  /** K: the nearest points that vote on a test point; 1 to 4,096. */
  readonly neighbours: number;
  /** A point earns nothing if the square of its distance to an earlier point is at most this. */
  readonly radiusSquared: number;
}

/** The shape of a state. */
export type StateShape = Pick<ValuationOptions, "rows" | "rowWords">;

/** The shape of a state, and of the slots in it. */
export type SlotShape = Pick<ValuationOptions, "rows" | "rowWords" | "slotRows">;

/** Throws `ValuationError` OPTIONS unless a program can be made. */
export function checkOptions(options: ValuationOptions): void {
  const { neighbours, radiusSquared } = options;
  checkShape(options);
  ensureValuation(
    isWithin(neighbours, 1, MAX_NEIGHBOURS),
    "OPTIONS",
    `1 to ${MAX_NEIGHBOURS} neighbours, not ${neighbours}`,
  );
  ensureValuation(
    isWithin(radiusSquared, 0, MAX_RADIUS_SQUARED),
    "OPTIONS",
    `a square of the radius of 0 to ${MAX_RADIUS_SQUARED}, not ${radiusSquared}`,
  );
}

/** Throws `ValuationError` OPTIONS unless a state can have this many rows and words. */
export function checkShape({ rows, rowWords, slotRows }: SlotShape): void {
  const powers = [rows, rowWords, slotRows].every(isPowerOfTwo);
  const shape = `${rows} rows, ${rowWords} words, slots of ${slotRows} rows`;
  ensureValuation(powers, "OPTIONS", `${shape}: not powers of two`);
  ensureValuation(rows >= 2 && rows <= MAX_ROWS, "OPTIONS", `2 to ${MAX_ROWS} rows, not ${rows}`);
  ensureValuation(
    rowWords >= 2 && rowWords <= MAX_ROW_WORDS,
    "OPTIONS",
    `2 to ${MAX_ROW_WORDS} words, not ${rowWords}`,
  );
  ensureValuation(
    slotRows >= 2 && slotRows <= rows,
    "OPTIONS",
    `2 to ${rows} rows in a slot, not ${slotRows}`,
  );
}

/** Dimensions of a point: all bytes before the tag of its row but the last, which is its label. */
export function dimensionsOf({ rowWords }: Pick<ValuationOptions, "rowWords">): number {
  return WORD_BYTES * (rowWords - 1) - 1;
}

/** Words of a row that holds a tag, a label and this many dimensions, a power of two. */
export function rowWordsFor(dimensions: number): number {
  let words = 2;
  while (dimensionsOf({ rowWords: words }) < dimensions) words *= 2;
  return words;
}

/** Bits that values are rounded by when they are added up, so that a sum for every row fits i32. */
export function roundedBits({ rows }: Pick<ValuationOptions, "rows">): number {
  return Math.log2(rows);
}

/**
 * Units of a value that make 1 / K, the most that a point can be worth to one test point. A value is
 * its units / (K x wholeShare).
 */
export function wholeShare(options: Pick<ValuationOptions, "rows">): number {
  return 2 ** (SHARE_BITS - roundedBits(options));
}

/**
 * Bits that a row's sum is rounded by in the value of its slot: 4 + log2 K, rounded up. Neither a
 * slot's value nor the total can then leave i32, after up to `rows` units from sums of 0, in any
 * order of adding up:
 *
 * For one test point, with H_n = 1 + 1/2 + … + 1/n, values above 0 add up to at most
 * sum of a(t) = 1 + H_N - H_K, and losses to at most the sum of (t - 1) |a(t) - a(t - 1)| =
 * H_N - H_K, so the sum of all |s_i| is at most 2 H_N - 1 < 17 for N <= 4,096. In units of sums that
 * is 17 K 2^30 / rows, and rounding adds less than 1 for each row: less than 17 K 2^30 + rows^2 for
 * as many tests as rows. Of that, 2^-valueBits is at most 17 x 2^26 + 2^20, and rounding of rows adds
 * at most 2^11: below 2^31.
 */
export function valueBits({ neighbours }: Pick<ValuationOptions, "neighbours">): number {
  return 4 + ceilLog2(neighbours);
}

/**
 * Units of a slot's value that make the worth of one test point, 1, if all K nearest are right. A
 * value counts the sum of each row, rounded half up, so it is within (slotRows - 1) / 2 units of the
 * unrounded sums of its rows.
 */
export function wholeValue(options: Pick<ValuationOptions, "rows" | "neighbours">): number {
  return (options.neighbours * wholeShare(options)) / 2 ** valueBits(options);
}

/**
 * a(t) = min(K, t) / (K t) for t = 1 to `rows`, in units of 2^-30 / K, rounded half up: 2^30 for the
 * K nearest, exactly.
 */
export function shareTable({
  rows,
  neighbours,
}: Pick<ValuationOptions, "rows" | "neighbours">): number[] {
  const whole = 2 ** SHARE_BITS;
  return Array.from({ length: rows }, (_, i) =>
    Math.floor((2 * whole * Math.min(neighbours, i + 1) + (i + 1)) / (2 * (i + 1))),
  );
}

/** Whether `value` is a whole number above 0. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

/** Whether `value` is 1, 2, 4, … */
export function isPowerOfTwo(value: number): boolean {
  return isCount(value) && Number.isInteger(Math.log2(value));
}

function isWithin(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
