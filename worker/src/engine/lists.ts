import { bytesToHex, hexToBytes } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

const ID_BYTES = 32;

/** Ids one after the other, 32 bytes each. */
export function encodeIds(ids: readonly Hex[]): Uint8Array {
  return Buffer.concat(ids.map(hexToBytes));
}

/** Reads what `encodeIds` writes; undefined if it is empty or no whole number of ids. */
export function decodeIds(bytes: Uint8Array): Hex[] | undefined {
  if (bytes.length === 0 || bytes.length % ID_BYTES !== 0) return undefined;
  return Array.from({ length: bytes.length / ID_BYTES }, (_, i) =>
    bytesToHex(bytes.subarray(i * ID_BYTES, (i + 1) * ID_BYTES)),
  );
}
