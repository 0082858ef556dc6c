import { bytesToHex, hexToBytes, parseTensorHeader, tensorHeader } from "../../../tensor/src/index";
import { wordOf } from "../eip712/approval";
import type { Header } from "../../../tensor/src/index";

/** The header that a word stands for. Throws `TensorError` if it stands for none. */
export function headerOfWord(word: bigint): Header {
  return parseTensorHeader(hexToBytes(wordOf(word)));
}

/** The word of a header, as a number. */
export function headerWord(header: Header): bigint {
  return BigInt(bytesToHex(tensorHeader(header)));
}
