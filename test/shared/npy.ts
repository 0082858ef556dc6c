interface NpyFields {
  readonly descr?: string;
  readonly shape?: string;
  readonly order?: string;
  readonly version?: number;
}

/** A NumPy file of an array; fields of its header may be wrong. */
export function encodeNpy(array: ArrayBufferView, fields: NpyFields = {}): Buffer {
  const { descr = "<f4", shape = "(2,)", order = "False", version = 1 } = fields;
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const header = Buffer.from(`${text.padEnd(117)}\n`, "latin1");
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUInt16LE(header.length);
  const front = Buffer.concat([
    Buffer.from("\x93NUMPY", "latin1"),
    Buffer.from([version, 0]),
    length,
  ]);
  return Buffer.concat([
    front,
    header,
    Buffer.from(array.buffer, array.byteOffset, array.byteLength),
  ]);
}
