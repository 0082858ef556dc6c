import { OnnxError, demand } from "../errors";
import { allocateElements, sizeOf } from "../graph/tensor";
import { checkDims } from "./constants";
import type { FloatTensor, Kind } from "../graph/tensor";

const MAGIC = Buffer.from("\x93NUMPY", "latin1");

interface ElementType {
  readonly kind: Kind;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** Element types by their NumPy names, little endian. */
const TYPES = new Map<string, ElementType>([
  ["<f4", { kind: "real", bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ["<f8", { kind: "real", bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
  ["|u1", { kind: "whole", bytes: 1, read: (view, at) => view.getUint8(at) }],
  ["<i4", { kind: "whole", bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  ["<i8", { kind: "whole", bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
]);

/** Most bytes of a header; NumPy writes fewer than 1,000 for the types that are read. */
const HEADER_BYTES = 4_096;

/**
 * Reads an array that NumPy saved (`.npy`, versions 1 and 2) in row-major order, of `float32`,
 * `float64`, `uint8`, `int32` or `int64`. Throws `OnnxError` INPUT, DIMENSION or LIMIT.
 */
export function parseNpy(bytes: Uint8Array): FloatTensor {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = buffer[MAGIC.length];
  const known = buffer.length >= 12 && buffer.indexOf(MAGIC) === 0 && [1, 2].includes(version);
  demand(known, "INPUT", "these bytes are no NumPy array of version 1 or 2");
  const [start, length] =
    version === 1 ? [10, buffer.readUInt16LE(8)] : [12, buffer.readUInt32LE(8)];
  demand(length <= HEADER_BYTES, "INPUT", `a header of ${length} bytes is not read`);
  const header = buffer.toString("latin1", start, start + length);
  const type = TYPES.get(/'descr': *'([^']*)'/.exec(header)?.[1] ?? "");
  const shape = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  const rowMajor = /'fortran_order': *False/.test(header);
  if (type === undefined || shape === undefined || !rowMajor) {
    throw new OnnxError("INPUT", `NumPy arrays of this kind are not read: ${header.trim()}`);
  }
  const dims = shape.split(",").flatMap((dim) => (dim.trim() === "" ? [] : [Number(dim)]));
  checkDims(dims, "the array");
  const size = sizeOf(dims);
  const whole = buffer.length === start + length + size * type.bytes;
  demand(whole, "INPUT", "a NumPy array has more or fewer bytes than its shape says");
  const view = new DataView(bytes.buffer, bytes.byteOffset + start + length);
  const data = allocateElements(type.kind, size);
  for (let i = 0; i < size; i++) data[i] = type.read(view, i * type.bytes);
  return { kind: type.kind, dims, data };
}

/** A version, and the bytes that tell the length of its header. */
const [VERSION, LENGTH_BYTES] = [Uint8Array.of(1, 0), 2];
/** Bytes that the data of a file begin at a multiple of. */
const ALIGNMENT = 64;

/** An array of this shape as NumPy saves it: version 1, row-major `float64`. */
export function encodeNpy(shape: readonly number[], elements: Float64Array): Uint8Array {
  const dims = shape.map((length) => `${length},`).join(" ");
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${dims}), }`;
  const front = MAGIC.length + VERSION.length + LENGTH_BYTES;
  const start = Math.ceil((front + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16LE(start - front);
  const data = Buffer.alloc(elements.length * Float64Array.BYTES_PER_ELEMENT);
  elements.forEach((element, i) => data.writeDoubleLE(element, i * Float64Array.BYTES_PER_ELEMENT));
  const header = Buffer.from(`${text.padEnd(start - front - 1)}\n`);
  return Buffer.concat([MAGIC, VERSION, length, header, data]);
}
