/** Bytes that the data of a `.npy` file begin at a multiple of. */
const ALIGNMENT = 64;
const MAGIC = Buffer.from("\x93NUMPY\x01\x00", "latin1");
const LENGTH_BYTES = 2;

/** A NumPy file (`.npy`, version 1, row-major `float64`) of an array of this shape. */
export function encodeNpy(shape: readonly number[], elements: Float64Array): Uint8Array {
  const dims = shape.map((length) => `${length},`).join(" ");
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${dims}), }`;
  const front = MAGIC.length + LENGTH_BYTES;
  const start = Math.ceil((front + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16LE(start - front);
  const data = Buffer.alloc(elements.length * Float64Array.BYTES_PER_ELEMENT);
  elements.forEach((element, i) => data.writeDoubleLE(element, i * Float64Array.BYTES_PER_ELEMENT));
  return Buffer.concat([MAGIC, length, Buffer.from(`${text.padEnd(start - front - 1)}\n`), data]);
}
