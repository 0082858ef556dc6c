import { abi } from "../contracts";
import { namedFields } from "../decode";
import { ErgonError } from "../errors/errors";
import { sameHex } from "../types/address";
import type { Log, TransactionReceipt } from "ethers";
import type { Address } from "../types/address";

/** An event of the loan book, its fields by name. */
export interface LoanLog {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads a log of the loan book; undefined for one that the interface does not know. */
export function parseLoanLog(log: Pick<Log, "topics" | "data">): LoanLog | undefined {
  const parsed = abi.loanBook.parseLog(log);
  if (parsed === null) return undefined;
  return { name: parsed.name, fields: namedFields(parsed.fragment.inputs, parsed.args) };
}

/** The fields of the last event called `name` that the book emitted in a transaction, if there is one. */
export function findLoanEvent<Fields>(
  transaction: TransactionReceipt,
  loanBook: Address,
  name: string,
): Fields | undefined {
  const found = transaction.logs
    .filter((log) => sameHex(log.address, loanBook))
    .map(parseLoanLog)
    .findLast((event) => event?.name === name);
  return found?.fields as Fields | undefined;
}

/** The same. Throws `ErgonError` RPC if there is none. */
export function loanEventIn<Fields>(
  transaction: TransactionReceipt,
  loanBook: Address,
  name: string,
): Fields {
  const found = findLoanEvent<Fields>(transaction, loanBook, name);
  if (found !== undefined) return found;
  throw new ErgonError(
    "RPC",
    `transaction ${transaction.hash} has no ${name} of ${loanBook}`,
    true,
  );
}
