import { bytesToHex as toHex, hexToBytes as fromHex } from "@noble/hashes/utils";
import { TensorError } from "./errors";

/** Bytes written as hexadecimal with the prefix 0x; what this package writes is lower case. */
export type Hex = `0x${string}`;

const HEX = /^0x(?:[0-9a-f]{2})*$/i;

/** Whether `value` is `length` bytes of hexadecimal, of either case. */
export function isHex(value: string, length: number): value is Hex {
  return value.length === 2 + 2 * length && HEX.test(value);
}

/** Writes `bytes` as hexadecimal. */
export function bytesToHex(bytes: Uint8Array): Hex {
  return `0x${toHex(bytes)}`;
}

/** Reads hexadecimal of either case. Throws `TensorError` HEX if `hex` is not whole bytes. */
export function hexToBytes(hex: Hex): Uint8Array {
  if (!HEX.test(hex)) throw new TensorError("HEX", `not hexadecimal: ${hex}`);
  return fromHex(hex.slice(2));
}
