import { allocate, dtypeFromCode, dtypeSize } from "./dtype";
import { TensorError } from "./errors";
import { WORD_BYTES } from "./merkle";
import { checkHeader, describeHeader, elementCount, layoutOf } from "./tensor";
import type { DType } from "./dtype";
import type { Header, Tensor } from "./tensor";

const DTYPE_AT = 23;
const ROWS_AT = 24;
const COLS_AT = 28;

/** The header word: dtype x 2^64 + rows x 2^32 + cols, big endian. */
export function tensorHeader(header: Header): Uint8Array {
  const word = new Uint8Array(WORD_BYTES);
  const view = new DataView(word.buffer);
  view.setUint8(DTYPE_AT, dtypeSize(header.dtype));
  view.setUint32(ROWS_AT, header.rows);
  view.setUint32(COLS_AT, header.cols);
  return word;
}

/** Reads a header word. Throws `TensorError` HEADER, SHAPE or TOO_LARGE. */
export function parseTensorHeader(word: Uint8Array): Header {
  const view = new DataView(word.buffer, word.byteOffset, word.byteLength);
  const dtype = word.length === WORD_BYTES ? dtypeFromCode(view.getUint8(DTYPE_AT)) : undefined;
  if (dtype === undefined || word.subarray(0, DTYPE_AT).some((byte) => byte !== 0)) {
    throw new TensorError("HEADER", "these bytes do not start with the header word of a tensor");
  }
  const header = { dtype, rows: view.getUint32(ROWS_AT), cols: view.getUint32(COLS_AT) };
  checkHeader(header);
  return header;
}

/** The elements without padding, row after row, big endian: count x element size bytes. */
export function elementBytes(tensor: Tensor): Uint8Array {
  const rowBytes = tensor.cols * dtypeSize(tensor.dtype);
  const bytes = new Uint8Array(tensor.rows * rowBytes);
  writeRows(tensor, bytes, rowBytes);
  return bytes;
}

/** Reads what `elementBytes` writes. Throws `TensorError` SHAPE, TOO_LARGE or LENGTH. */
export function tensorFromElementBytes(header: Header, bytes: Uint8Array): Tensor {
  checkHeader(header);
  const rowBytes = header.cols * dtypeSize(header.dtype);
  checkLength(header, header.rows * rowBytes, bytes.length);
  return readRows(header, bytes, rowBytes);
}

/** A tensor as a file: the header word, then the elements without padding. */
export function encodeTensor(tensor: Tensor): Uint8Array {
  const elements = elementBytes(tensor);
  const bytes = new Uint8Array(WORD_BYTES + elements.length);
  bytes.set(tensorHeader(tensor));
  bytes.set(elements, WORD_BYTES);
  return bytes;
}

/** Reads a tensor file. Throws `TensorError` HEADER, SHAPE, TOO_LARGE or LENGTH. */
export function decodeTensor(bytes: Uint8Array): Tensor {
  const header = parseTensorHeader(bytes.subarray(0, WORD_BYTES));
  return tensorFromElementBytes(header, bytes.subarray(WORD_BYTES));
}

/** The committed bytes: all words in order, padding included. */
export function tensorWords(tensor: Tensor): Uint8Array {
  const layout = layoutOf(tensor);
  const bytes = new Uint8Array(layout.bytes);
  writeRows(tensor, bytes, layout.rowWords * WORD_BYTES);
  return bytes;
}

/** The committed bytes up to the last word that holds an element. */
export function tensorUsedWords(tensor: Tensor): Uint8Array {
  const rowBytes = layoutOf(tensor).rowWords * WORD_BYTES;
  const usedWords = Math.ceil((tensor.cols * dtypeSize(tensor.dtype)) / WORD_BYTES);
  const bytes = new Uint8Array((tensor.rows - 1) * rowBytes + usedWords * WORD_BYTES);
  writeRows(tensor, bytes, rowBytes);
  return bytes;
}

/**
 * Reads committed bytes. Throws `TensorError` SHAPE, TOO_LARGE, LENGTH, or PADDING (a padding byte
 * is not zero).
 */
export function tensorFromWords(header: Header, bytes: Uint8Array): Tensor {
  checkHeader(header);
  const layout = layoutOf(header);
  checkLength(header, layout.bytes, bytes.length);
  const rowBytes = layout.rowWords * WORD_BYTES;
  const usedBytes = header.cols * dtypeSize(header.dtype);
  for (let row = 0; row < layout.paddedRows; row++) {
    const start = row * rowBytes + (row < header.rows ? usedBytes : 0);
    const dirty = bytes.subarray(start, (row + 1) * rowBytes).findIndex((byte) => byte !== 0);
    if (dirty >= 0) {
      throw new TensorError(
        "PADDING",
        `byte ${start + dirty} of ${describeHeader(header)} pads and is not zero`,
      );
    }
  }
  return readRows(header, bytes, rowBytes);
}

function checkLength(header: Header, expected: number, actual: number): void {
  if (expected === actual) return;
  throw new TensorError(
    "LENGTH",
    `${describeHeader(header)} takes ${expected} bytes, not ${actual}`,
  );
}

/** Writes each row of `tensor` at a multiple of `rowBytes`. */
function writeRows(tensor: Tensor, bytes: Uint8Array, rowBytes: number): void {
  const { data, rows, cols } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = dtypeSize(tensor.dtype);
  const write = WRITERS[tensor.dtype];
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      write(view, row * rowBytes + col * size, data[row * cols + col]);
    }
  }
}

/** Reads the rows that lie at multiples of `rowBytes`. */
function readRows(header: Header, bytes: Uint8Array, rowBytes: number): Tensor {
  const { dtype, rows, cols } = header;
  const data = allocate(dtype, elementCount(header));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = dtypeSize(dtype);
  const read = READERS[dtype];
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      data[row * cols + col] = read(view, row * rowBytes + col * size);
    }
  }
  return { dtype, rows, cols, data };
}

const WRITERS: Record<DType, (view: DataView, at: number, value: number) => void> = {
  i8: (view, at, value) => view.setInt8(at, value),
  i16: (view, at, value) => view.setInt16(at, value),
  i32: (view, at, value) => view.setInt32(at, value),
};

const READERS: Record<DType, (view: DataView, at: number) => number> = {
  i8: (view, at) => view.getInt8(at),
  i16: (view, at) => view.getInt16(at),
  i32: (view, at) => view.getInt32(at),
};
