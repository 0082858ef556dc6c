import { getAddress } from "ethers";
import { InputError } from "../errors/errors";
import type { Hex } from "../../../tensor/src/index";

/** A 20-byte account or contract. */
export type Address = Hex;

/** The account that stands for "none" or "any". */
export const ZERO_ADDRESS: Address = `0x${"00".repeat(20)}`;

/** The word that stands for "none". */
export const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;

/** Where the contracts of a deployment are. */
export interface Addresses {
  readonly ledger: Address;
  readonly jobEscrow: Address;
  readonly orderBook: Address;
  readonly gpuRegistry: Address;
  readonly modelRegistry: Address;
  readonly optimisticVerifier: Address;
  readonly stakeVaultFactory: Address;
  readonly loanBook: Address;
  readonly dataDaoFactory: Address;
  readonly accessManager: Address;
  readonly timelock: Address;
  readonly ergonToken: Address;
  readonly governor: Address;
}

/** Reads an address of any case. Throws `InputError` if `value` is none. */
export function asAddress(value: string): Address {
  try {
    return asHex(getAddress(value));
  } catch (cause) {
    throw new InputError(`not an address: ${value}`, { cause });
  }
}

/** Types hexadecimal that a library gives as a plain string. Throws `InputError` for other text. */
export function asHex(value: string): Hex {
  if (!/^0x[0-9a-f]*$/i.test(value)) throw new InputError(`not hexadecimal: ${value}`);
  return value as Hex;
}

/** Whether two hexadecimal values are equal, whatever their case. */
export function sameHex(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
