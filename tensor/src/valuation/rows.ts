import { bytesToHex, hexToBytes, isHex } from "../hex";
import { WORD_BYTES } from "../merkle";
import { tensor } from "../tensor";
import { ensureValuation } from "./errors";
import { dimensionsOf } from "./options";
import type { Hex } from "../hex";
import type { Tensor } from "../tensor";
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

/** What a row of a state holds. */
export interface RowContent {
  readonly point?: PointRow;
  /** The last word, of 32 bytes; zeros by default. */
  readonly tag?: Hex;
}

/** The size of a row. */
export type RowShape = Pick<ValuationOptions, "rowWords">;

/** Elements of a word of i32. */
export const WORD_ELEMENTS = WORD_BYTES / 4;

/** Bytes of an owner's address, the first of a tag; the others are its salt. */
export const OWNER_BYTES = 20;

/** Elements of an owner's address. */
export const OWNER_ELEMENTS = OWNER_BYTES / 4;

/** A tag without owner and salt. */
export const NO_TAG = bytesToHex(new Uint8Array(WORD_BYTES));

/**
 * Rows of a state, i32 [rows, 8 rowWords]: for each the bytes of the embedding, zeros, the label as
 * the last byte before the last word, and the tag, four bytes to an element, the first in its
 * highest bits. So the words of a row are these bytes. Throws `ValuationError` POINT or TAG.
 */
export function encodeRows(shape: RowShape, rows: readonly RowContent[]): Tensor {
  const rowBytes = WORD_BYTES * shape.rowWords;
  const bytes = new Uint8Array(rowBytes * rows.length);
  rows.forEach(({ point, tag = NO_TAG }, i) => {
    const row = bytes.subarray(i * rowBytes, (i + 1) * rowBytes);
    if (point !== undefined) {
      checkPoint(shape, point);
      row.set(Int8Array.from(point.embedding));
      row[rowBytes - WORD_BYTES - 1] = point.label;
    }
    ensureValuation(isHex(tag, WORD_BYTES), "TAG", `a tag has ${WORD_BYTES} bytes: ${tag}`);
    row.set(hexToBytes(tag), rowBytes - WORD_BYTES);
  });
  const view = new DataView(bytes.buffer);
  const elements = Array.from({ length: bytes.length / 4 }, (_, k) => view.getInt32(4 * k));
  return tensor("i32", rows.length, WORD_ELEMENTS * shape.rowWords, elements);
}

/** Throws `ValuationError` POINT unless a row can hold the point. */
export function checkPoint(shape: RowShape, point: LabelledPoint): void {
  const { embedding, label } = point;
  const most = dimensionsOf(shape);
  ensureValuation(
    embedding.length <= most,
    "POINT",
    `a point has at most ${most} dimensions, not ${embedding.length}`,
  );
  ensureValuation(
    isByte(label) && label !== 0,
    "POINT",
    `${label} is no label: ${BYTES}, other than 0`,
  );
  const wrong = Array.from(embedding).findIndex((value) => !isByte(value));
  ensureValuation(wrong === -1, "POINT", `dimension ${wrong} is ${embedding[wrong]}: ${BYTES}`);
}

const BYTES = "write a whole number from -128 to 127";

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= -128 && value <= 127;
}
