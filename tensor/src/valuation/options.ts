import { WORD_BYTES } from "../merkle";
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
  /** Most contributed points, and most test points: a power of two from 2 to 4,096. */
  readonly rows: number;
  /** Words of 32 bytes for one point: a power of two up to 64. */
  readonly rowWords: number;
  /** K: the nearest points that vote on a test point; 1 to 4,096. */
  readonly neighbours: number;
  /** A point earns nothing if the square of its distance to an earlier point is at most this. */
  readonly radiusSquared: number;
}

/** Throws `ValuationError` OPTIONS unless a program can be made. */
export function checkOptions(options: ValuationOptions): void {
  const { rows, rowWords, neighbours, radiusSquared } = options;
  const powers = isPowerOfTwo(rows) && isPowerOfTwo(rowWords);
  ensureValuation(powers, "OPTIONS", `${rows} rows, ${rowWords} words: not powers of two`);
  ensureValuation(rows >= 2 && rows <= MAX_ROWS, "OPTIONS", `2 to ${MAX_ROWS} rows, not ${rows}`);
  ensureValuation(
    rowWords <= MAX_ROW_WORDS,
    "OPTIONS",
    `at most ${MAX_ROW_WORDS} words, not ${rowWords}`,
  );
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

/** Dimensions of a point: all bytes of its row but the last, which is its label. */
export function dimensionsOf({ rowWords }: Pick<ValuationOptions, "rowWords">): number {
  return WORD_BYTES * rowWords - 1;
}

/** Words of a row that holds a label and this many dimensions, a power of two. */
export function rowWordsFor(dimensions: number): number {
  let words = 1;
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
 * a(t) = min(K, t) / (K t) for t = 1 to `rows`, in units of 2^-30 / K, rounded half up: 2^30 for the
 * K nearest, exactly.
 */
export function shareTable({ rows, neighbours }: ValuationOptions): number[] {
  const whole = 2 ** SHARE_BITS;
  return Array.from({ length: rows }, (_, i) =>
    Math.floor((2 * whole * Math.min(neighbours, i + 1) + (i + 1)) / (2 * (i + 1))),
  );
}

/** Whether `value` is a whole number above 0. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function isPowerOfTwo(value: number): boolean {
  return isCount(value) && Number.isInteger(Math.log2(value));
}

function isWithin(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
