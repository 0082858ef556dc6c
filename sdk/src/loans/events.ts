import { eventIn, findEvent, parseEvent } from "../contractEvents";
import { abi } from "../contracts";
import type { Log, TransactionReceipt } from "ethers";
import type { ContractEvent } from "../contractEvents";
import type { Address } from "../types/address";

/** An event of the loan book, its fields by name. */
export type LoanLog = ContractEvent;

/** Reads a log of the loan book; undefined for one that the interface does not know. */
export function parseLoanLog(log: Pick<Log, "topics" | "data">): LoanLog | undefined {
  return parseEvent(abi.loanBook, log);
}

/** The fields of the last event called `name` that the book emitted in a transaction, if there is one. */
export function findLoanEvent<Fields>(
  transaction: TransactionReceipt,
  loanBook: Address,
  name: string,
): Fields | undefined {
  return findEvent(abi.loanBook, transaction, loanBook, name);
}

/** The same. Throws `ErgonError` RPC if there is none. */
export function loanEventIn<Fields>(
  transaction: TransactionReceipt,
  loanBook: Address,
  name: string,
): Fields {
  return eventIn(abi.loanBook, transaction, loanBook, name);
}
