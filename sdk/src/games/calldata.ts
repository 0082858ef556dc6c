import type { Hex } from "../../../tensor/src/index";

/** Hexadecimal digits of a word. */
const WORD_DIGITS = 64;

/**
 * The first list of `count` words in a transaction's data that is the one looked for. Lists are looked
 * for behind their length, wherever that is: a wallet wraps the call of the verifier in its own, and the
 * verifier takes calls that decoders refuse.
 */
export function listIn(
  data: Hex,
  count: number,
  isWanted: (words: readonly Hex[]) => boolean,
): Hex[] | undefined {
  const digits = data.slice(2).toLowerCase();
  const length = count.toString(16).padStart(WORD_DIGITS, "0");
  for (let at = digits.indexOf(length); at >= 0; at = digits.indexOf(length, at + 1)) {
    const list = digits.slice(at + WORD_DIGITS, at + (1 + count) * WORD_DIGITS);
    const words = (list.match(/.{64}/g) ?? []).map((word): Hex => `0x${word}`);
    if (at % 2 === 0 && words.length === count && isWanted(words)) return words;
  }
  return undefined;
}
