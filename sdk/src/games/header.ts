import { bytesToHex, hexToBytes, parseTensorHeader, tensorHeader } from "../../../tensor/src/index";
import type { Header, Hex } from "../../../tensor/src/index";

/** The header that a word stands for. Throws `TensorError` if it stands for none. */
export function headerOfWord(word: Hex): Header {
  return parseTensorHeader(hexToBytes(word));
}

/** The word of a header, as a number. */
export function headerWord(header: Header): bigint {
  return BigInt(bytesToHex(tensorHeader(header)));
}
