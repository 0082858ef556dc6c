import { WORD_BYTES } from "../merkle";
import { describeHeader, elementCount, sameHeader, zeros } from "../tensor";
import { ensureValuation } from "./errors";
import { checkOptions, dimensionsOf } from "./options";
import type { Header, Tensor } from "../tensor";
import type { ValuationOptions } from "./options";

/** A point: integers of an embedding, and what it is labelled as. */
export interface LabelledPoint {
  /** i8; missing dimensions are 0. */
  readonly embedding: ArrayLike<number>;
  /** i8, other than 0. */
  readonly label: number;
}

/** A row of points; an empty one holds a place. */
export type PointRow = LabelledPoint | undefined;

/** The shape of a state. */
export type StateShape = Pick<ValuationOptions, "rows" | "rowWords">;

/** Blocks of a state, each of `rows` rows: points, test points, sums, and rows of zeros. */
export const [POINTS, TESTS, SUMS, ZEROS] = [0, 1, 2, 3];
const BLOCKS = 4;

/** Elements of a word of i32. */
const WORD_ELEMENTS = WORD_BYTES / 4;

/** Header of input and output of the program: i32, four blocks of rows. */
export function stateHeader({ rows, rowWords }: StateShape): Header {
  return { dtype: "i32", rows: BLOCKS * rows, cols: WORD_ELEMENTS * rowWords };
}

/**
 * The state before the first unit. A row of the blocks of points and test points is the bytes of one
 * point, four to an element, the first in its highest bits: the embedding, zeros, and the label as
 * the last byte. So the words of a row are the embedding's own words, and each block is one of the
 * four subtrees at depth 2. Throws `ValuationError` COUNT or POINT.
 */
export function encodeState(
  options: ValuationOptions,
  points: readonly PointRow[],
  tests: readonly PointRow[],
): Tensor {
  checkOptions(options);
  const { rows } = options;
  for (const { length } of [points, tests]) {
    ensureValuation(length <= rows, "COUNT", `a block has ${rows} rows, not ${length}`);
  }
  const { dtype, rows: stateRows, cols } = stateHeader(options);
  const state = zeros(dtype, stateRows, cols);
  const put = (block: number) => (point: PointRow, i: number) => {
    const words = encodePoint(options, point);
    for (let k = 0; k < cols; k++)
      state.data[(block * rows + i) * cols + k] = words.getInt32(4 * k);
  };
  points.forEach(put(POINTS));
  tests.forEach(put(TESTS));
  return state;
}

/**
 * The sum of each row's values so far, in units of `wholeShare`: the first element of its row in the
 * block of sums. Throws `ValuationError` STATE if the tensor has another header.
 */
export function readSums(options: StateShape, state: Tensor): number[] {
  const header = stateHeader(options);
  ensureValuation(
    sameHeader(header, state) && state.data.length === elementCount(header),
    "STATE",
    `a state is ${describeHeader(header)}, not ${describeHeader(state)}`,
  );
  const { rows } = options;
  return Array.from({ length: rows }, (_, i) => state.data[(SUMS * rows + i) * header.cols]);
}

/** Throws `ValuationError` POINT unless a row can hold the point. */
export function checkPoint(options: StateShape, point: LabelledPoint): void {
  const { embedding, label } = point;
  const most = dimensionsOf(options);
  ensureValuation(
    embedding.length <= most,
    "POINT",
    `a point has at most ${most} dimensions, not ${embedding.length}`,
  );
  ensureValuation(isByte(label) && label !== 0, "POINT", `${label} is no label`);
  const wrong = Array.from(embedding).findIndex((value) => !isByte(value));
  ensureValuation(wrong === -1, "POINT", `dimension ${wrong} is ${embedding[wrong]}, not of i8`);
}

function encodePoint(options: StateShape, point: PointRow): DataView {
  const bytes = new Int8Array(WORD_BYTES * options.rowWords);
  if (point !== undefined) {
    checkPoint(options, point);
    bytes.set(point.embedding);
    bytes[bytes.length - 1] = point.label;
  }
  return new DataView(bytes.buffer);
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= -128 && value <= 127;
}
