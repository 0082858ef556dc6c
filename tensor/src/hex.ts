/** Bytes written as lower-case hexadecimal with the prefix 0x. */
export type Hex = `0x${string}`;

const HEX = /^0x(?:[0-9a-f]{2})*$/;

/** Whether `value` is `length` bytes of lower-case hexadecimal. */
export function isHex(value: string, length: number): value is Hex {
  return value.length === 2 + 2 * length && HEX.test(value);
}

/** Writes `bytes` as hexadecimal. */
export function bytesToHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

/** Reads hexadecimal of either case. Throws `RangeError` if `hex` is not a whole number of bytes. */
export function hexToBytes(hex: Hex): Uint8Array {
  if (!HEX.test(hex.toLowerCase())) throw new RangeError(`not hexadecimal: ${hex}`);
  return new Uint8Array(Buffer.from(hex.slice(2), "hex"));
}
