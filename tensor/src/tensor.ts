import { allocate, dtypeMax, dtypeMin, dtypeSize, isElements } from "./dtype";
import type { DType, Elements } from "./dtype";
import { TensorError } from "./errors";
import { WORD_BYTES } from "./merkle";

/** Most committed bytes of one tensor. */
export const MAX_COMMITTED_BYTES = 2 ** 30;

/** Element type and shape. */
export interface Header {
  readonly dtype: DType;
  readonly rows: number;
  readonly cols: number;
}

/** A matrix of integers; element `r * cols + c` of `data` is row r, column c. */
export interface Tensor extends Header {
  readonly data: Elements;
}

/** Where the elements of a tensor lie among its words. */
export interface Layout {
  /** Words of one row, a power of two. */
  readonly rowWords: number;
  /** Rows with padding, a power of two. */
  readonly paddedRows: number;
  /** Words of the whole tensor, a power of two. */
  readonly words: number;
  /** Depth of the tree over the words. */
  readonly depth: number;
  /** Bytes of all words, padding included. */
  readonly bytes: number;
}

/** Number of elements. */
export function elementCount(header: Header): number {
  return header.rows * header.cols;
}

/** Describes a header for messages, as in `i8 [2,3]`. */
export function describeHeader(header: Header): string {
  return `${header.dtype} [${header.rows},${header.cols}]`;
}

/** Whether two headers are equal. */
export function sameHeader(a: Header, b: Header): boolean {
  return a.dtype === b.dtype && a.rows === b.rows && a.cols === b.cols;
}

/** Least k with `2 ** k >= n`, for 1 <= n < 2^53. */
export function ceilLog2(n: number): number {
  let k = 0;
  for (let power = 1; power < n; power *= 2) k++;
  return k;
}

/** The layout of any header with whole rows and cols in [1, 2^32); exact, and never throws. */
export function layoutOf(header: Header): Layout {
  const rowDepth = ceilLog2(Math.ceil((header.cols * dtypeSize(header.dtype)) / WORD_BYTES));
  const rowsDepth = ceilLog2(header.rows);
  const depth = rowDepth + rowsDepth;
  return {
    rowWords: 2 ** rowDepth,
    paddedRows: 2 ** rowsDepth,
    words: 2 ** depth,
    depth,
    bytes: WORD_BYTES * 2 ** depth,
  };
}

/** Throws `TensorError` SHAPE or TOO_LARGE unless a tensor may have this header. */
export function checkHeader(header: Header): void {
  const { rows, cols } = header;
  if (!isDimension(rows) || !isDimension(cols)) {
    throw new TensorError(
      "SHAPE",
      `a tensor has 1 to 2^32 - 1 rows and columns, not ${describeHeader(header)}`,
    );
  }
  const { bytes } = layoutOf(header);
  if (bytes > MAX_COMMITTED_BYTES) {
    throw new TensorError(
      "TOO_LARGE",
      `${describeHeader(header)} has ${bytes} committed bytes, more than ${MAX_COMMITTED_BYTES}`,
    );
  }
}

/** Whether `value` can be a number of rows or columns. */
export function isDimension(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value < 2 ** 32;
}

/**
 * A tensor with the given elements, row after row. An array of the type itself is kept, not copied.
 * Throws `TensorError` SHAPE, TOO_LARGE, LENGTH or ELEMENT (not an integer of the type).
 */
export function tensor(
  dtype: DType,
  rows: number,
  cols: number,
  values: ArrayLike<number>,
): Tensor {
  const header = { dtype, rows, cols };
  checkHeader(header);
  if (values.length !== rows * cols) {
    throw new TensorError(
      "LENGTH",
      `${describeHeader(header)} has ${rows * cols} elements, not ${values.length}`,
    );
  }
  return { ...header, data: isElements(dtype, values) ? values : copyElements(dtype, values) };
}

function copyElements(dtype: DType, values: ArrayLike<number>): Elements {
  const data = allocate(dtype, values.length);
  const [min, max] = [dtypeMin(dtype), dtypeMax(dtype)];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new TensorError("ELEMENT", `element ${i} is ${value}, not an integer of ${dtype}`);
    }
    data[i] = value;
  }
  return data;
}

/** A tensor of zeros. Throws like `tensor`. */
export function zeros(dtype: DType, rows: number, cols: number): Tensor {
  checkHeader({ dtype, rows, cols });
  return { dtype, rows, cols, data: allocate(dtype, rows * cols) };
}
