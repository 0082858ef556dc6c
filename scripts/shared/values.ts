import { InvalidArgumentError } from "commander";
import { isAddress, isHexString, parseUnits } from "ethers";

import { TermsClass, asAddress, asHex } from "../../sdk/src/index";
import type { Address } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";
import { ScriptError } from "./errors";

/** Names of terms classes on the command line. */
export const CLASSES = {
  fast: TermsClass.Fast,
  standard: TermsClass.Standard,
  high: TermsClass.High,
} as const;

const WORD_BYTES = 32;

/** Reads a whole number of at least 0. Throws commander's error. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("Write a whole number, such as 0.");
}

/** Reads a whole number of at least 0 of any size. Throws commander's error. */
export function bigNumber(text: string): bigint {
  if (/^\d+$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError("Write a whole number, such as 0.");
}

/** Reads the id of a GPU, in decimal or hexadecimal digits. Throws commander's error. */
export function gpuNumber(text: string): bigint {
  if (/^(0x[0-9a-fA-F]{1,40}|\d+)$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError("Write the id of a GPU: a number, or 0x and hexadecimal digits.");
}

/** Reads an address. Throws commander's error. */
export function address(text: string): Address {
  if (isAddress(text)) return asAddress(text);
  throw new InvalidArgumentError("Write an address: 0x and 40 hexadecimal digits.");
}

/** Reads a word of 32 bytes. Throws commander's error. */
export function word(text: string): Hex {
  if (isHexString(text, WORD_BYTES)) return asHex(text.toLowerCase());
  throw new InvalidArgumentError("Write a word: 0x and 64 hexadecimal digits.");
}

/** Reads an amount in whole tokens, for `parseAmount`. Throws commander's error. */
export function decimalAmount(text: string): string {
  if (/^\d+(\.\d+)?$/.test(text)) return text;
  throw new InvalidArgumentError("Write an amount in whole tokens, such as 12.5.");
}

/** Token units of an amount in whole tokens. Throws `ScriptError` ARGUMENT if it is too fine. */
export function parseAmount(text: string, decimals: number): bigint {
  try {
    return parseUnits(text, decimals);
  } catch (cause) {
    const message = `${text} is finer than the token's ${decimals} decimals: give fewer digits`;
    throw new ScriptError("ARGUMENT", message, { cause });
  }
}

/** Seconds since 1970 as a date. */
export function formatTime(seconds: bigint): string {
  return new Date(Number(seconds) * 1_000).toISOString();
}
