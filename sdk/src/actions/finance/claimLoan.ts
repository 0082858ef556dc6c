import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { findLoanEvent } from "../../loans/events";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** Whose share of which loan. */
export interface ClaimLoanParameters {
  readonly id: bigint;
  readonly lender: Address;
}

/** What a lender got. */
export interface ClaimLoanOutcome {
  /** Payment-token units. */
  readonly amount: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `claimLoan`. */
export function claimLoanCall(addresses: Addresses, parameters: ClaimLoanParameters): Call {
  const { id, lender } = parameters;
  return callOf(addresses.loanBook, () => abi.loanBook.encodeFunctionData("claim", [id, lender]));
}

/**
 * Pays a lender its share of what a loan paid so far; anyone may. Throws `ErgonRevertError`: `LoansWrongStatus`.
 *
 * @example
 * const { amount } = await claimLoan(client, { id, lender });
 */
export async function claimLoan(
  client: ErgonClient,
  parameters: ClaimLoanParameters,
): Promise<ClaimLoanOutcome> {
  const transaction = await sendCall(client, claimLoanCall(client.addresses, parameters));
  const event = findLoanEvent<{ readonly amount: bigint }>(
    transaction,
    client.addresses.loanBook,
    "LenderPaid",
  );
  return { amount: event?.amount ?? 0n, transaction };
}
