import { bytesToHex, hexToBytes } from "../hex";
import { listPadding } from "../list";
import { hashPair } from "../merkle";
import { ceilLog2 } from "../tensor";
import { openWords, tensorRoot } from "../tensorTree";
import { ensureValuation } from "./errors";
import { isPowerOfTwo } from "./options";
import { encodeRows } from "./rows";
import type { Hex } from "../hex";
import type { Tensor } from "../tensor";
import type { ValuationOptions } from "./options";
import type { LabelledPoint, RowShape } from "./rows";

/** A point that others are tested by. */
export interface TestPoint extends LabelledPoint {
  /**
   * The last word of its row, 32 bytes, which the program ignores; zeros by default. A random one
   * hides the row behind its hash until it is drawn.
   */
  readonly tag?: Hex;
}

/** A row of test points; an empty one holds a place. */
export type TestRow = TestPoint | undefined;

/** A part of a pool, whose rows come first in the block of test points. */
export interface SegmentOpening {
  /** Root of the segment's rows. */
  readonly root: Hex;
  /** Siblings from there to the pool's root, bottom-up. */
  readonly path: readonly Hex[];
}

/** The size of a row and of a block. */
type BlockShape = Pick<ValuationOptions, "rows" | "rowWords">;

/** Rows of test points, i32 [rows, 8 rowWords]. Throws `ValuationError` POINT or TAG. */
export function encodeTests(shape: RowShape, tests: readonly TestRow[]): Tensor {
  return encodeRows(
    shape,
    tests.map((test) => ({ point: test, tag: test?.tag })),
  );
}

/**
 * The root of a pool of test points: of the tree over its rows, completed with empty ones to a power
 * of two. Throws `ValuationError` COUNT if there is no row, POINT or TAG.
 */
export function poolRoot(shape: RowShape, rows: readonly TestRow[]): Hex {
  ensureValuation(rows.length > 0, "COUNT", "a pool has at least one row");
  return tensorRoot(encodeTests(shape, rows));
}

/**
 * Rows `segment` x `segmentRows` and on of a pool, of which there are `segmentRows`: a power of two,
 * at most the rows of a block and of the pool with its completion. Throws like `poolRoot`, and
 * `ValuationError` COUNT if there is no such segment.
 */
export function openSegment(
  shape: BlockShape,
  rows: readonly TestRow[],
  segment: number,
  segmentRows: number,
): SegmentOpening {
  ensureValuation(rows.length > 0, "COUNT", "a pool has at least one row");
  checkSegmentRows(shape, segmentRows);
  const count = 2 ** ceilLog2(rows.length) / segmentRows;
  ensureValuation(
    Number.isInteger(segment) && segment >= 0 && segment + 1 <= count,
    "COUNT",
    `${rows.length} rows have no segment ${segment} of ${segmentRows}`,
  );
  const first = segment * segmentRows;
  const drawn = Array.from({ length: segmentRows }, (_, i) => rows[first + i]);
  const words = segmentRows * shape.rowWords;
  const { siblings } = openWords(encodeTests(shape, rows), segment * words, words);
  return { root: poolRoot(shape, drawn), path: siblings };
}

/**
 * The root of a block of test points whose first rows are a segment and whose others are empty: the
 * segment's root, folded as the left one with roots of zeros. Throws `ValuationError` COUNT if a
 * block cannot begin with so many rows.
 */
export function testBlockRoot(shape: BlockShape, segmentRoot: Hex, segmentRows: number): Hex {
  checkSegmentRows(shape, segmentRows);
  let root = hexToBytes(segmentRoot);
  const bottom = ceilLog2(segmentRows * shape.rowWords);
  for (let level = bottom; level < ceilLog2(shape.rows * shape.rowWords); level++) {
    root = hashPair(root, hexToBytes(listPadding(level)));
  }
  return bytesToHex(root);
}

function checkSegmentRows({ rows }: BlockShape, segmentRows: number): void {
  ensureValuation(
    isPowerOfTwo(segmentRows) && segmentRows <= rows,
    "COUNT",
    `a segment has a power of two of rows up to ${rows}, not ${segmentRows}`,
  );
}
