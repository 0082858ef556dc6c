import { zeroPadValue, toBeHex } from "ethers";
import { abi } from "../contracts";
import { InputError } from "../errors/errors";
import { logsIn } from "../jobs/logs";
import { translated } from "../errors/translate";
import { parseLoanLog } from "./events";
import type { ErgonClient } from "../client";
import type { Address } from "../types/address";

/** The terms of a loan that is wanted. Amounts are payment-token units. */
export interface LoanRequest {
  /** The provider account that pays; the borrower owns its junior. */
  readonly vault: Address;
  readonly principal: bigint;
  /** What the borrower puts in against first losses; at least a quarter of the principal. */
  readonly reserve: bigint;
  /** What the books must say that jobs paid in each period. */
  readonly leastIncome: bigint;
  /** Interest for a year of 365 days, in basis points. */
  readonly rateBps: bigint;
  /** Level payments, one at the end of each period. */
  readonly payments: bigint;
  /** Seconds since 1970; the last second at which the loan can be drawn. */
  readonly fundingDeadline: bigint;
  /** Whose attestations count; zero for none. */
  readonly custodian: Address;
  readonly gpuIds: readonly bigint[];
}

/** What a loan was requested with. Throws `InputError` if nobody requested it, or `ErgonError` RPC. */
export async function requestOfLoan(client: ErgonClient, id: bigint): Promise<LoanRequest> {
  const to = await translated(() => client.provider.getBlockNumber());
  const topics = [abi.loanBook.getEvent("LoanRequested").topicHash, loanTopic(id)];
  const filter = { address: client.addresses.loanBook, topics };
  for await (const log of logsIn(client, filter, { from: client.fromBlock, to })) {
    return parseLoanLog(log)?.fields.request as LoanRequest;
  }
  throw new InputError(`nobody requested loan ${id}`);
}

/** A loan's id as an indexed field of an event. */
export function loanTopic(id: bigint): string {
  return zeroPadValue(toBeHex(id), 32);
}
