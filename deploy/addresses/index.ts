import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { DeployError } from "../errors";
import { holderSchema } from "../schemas";

const contractsSchema = z.strictObject({
  ergonToken: holderSchema,
  governor: holderSchema,
  timelock: holderSchema,
  accessManager: holderSchema,
  ledger: holderSchema,
  gpuRegistry: holderSchema,
  modelRegistry: holderSchema,
  jobEscrow: holderSchema,
  orderBook: holderSchema,
  tensorStep: holderSchema,
  optimisticVerifier: holderSchema,
  stakeVaultFactory: holderSchema,
  loanBook: holderSchema,
  dataDaoFactory: holderSchema,
  /** The payment token that was listed first. */
  token: holderSchema,
});

const addressBookSchema = z.strictObject({
  chainId: z.int().positive(),
  /** A block not after the first contract's, from which events are read. */
  fromBlock: z.int().nonnegative(),
  contracts: contractsSchema,
});

/** Where the protocol lives on a chain. */
export type AddressBook = z.infer<typeof addressBookSchema>;

/** The deployed contracts by name. */
export type Contracts = AddressBook["contracts"];

/** Takes `value` for an address book. Throws a DeployError with code ADDRESS_BOOK_INVALID. */
export function parseAddressBook(value: unknown): AddressBook {
  const result = addressBookSchema.safeParse(value);
  if (!result.success) {
    const reason = z.prettifyError(result.error);
    throw new DeployError("ADDRESS_BOOK_INVALID", `not an address book: ${reason}`, {
      cause: result.error,
    });
  }
  return result.data;
}

/**
 * Reads the addresses on a chain from `<chainId>.json` in `directory`.
 * Throws a DeployError with code ADDRESS_BOOK_MISSING, or ADDRESS_BOOK_INVALID.
 */
export async function readAddressBook(
  chainId: number,
  directory: string = __dirname,
): Promise<AddressBook> {
  const path = join(directory, `${chainId}.json`);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const message = `no address book for chain ${chainId} at ${path}: deploy there first`;
    throw new DeployError("ADDRESS_BOOK_MISSING", message, { cause });
  }

  const book = parseAddressBook(parseJson(text, path));
  if (book.chainId !== chainId) {
    throw new DeployError("ADDRESS_BOOK_INVALID", `${path} is about chain ${book.chainId}`);
  }
  return book;
}

/** Writes the addresses on a chain to `<chainId>.json` in `directory` and returns the path. */
export async function writeAddressBook(
  book: AddressBook,
  directory: string = __dirname,
): Promise<string> {
  const path = join(directory, `${book.chainId}.json`);
  await writeFile(path, `${JSON.stringify(book, null, 2)}\n`);
  return path;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DeployError("ADDRESS_BOOK_INVALID", `${path} is not JSON`, { cause });
  }
}
