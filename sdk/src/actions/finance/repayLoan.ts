import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { allowLoanBook, tokenOfLoan } from "../../loans/allow";
import { loanEventIn } from "../../loans/events";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** What is paid. */
export interface RepayLoanParameters {
  readonly id: bigint;
  /** The most to take, in payment-token units. */
  readonly amount: bigint;
}

/** What was taken. */
export interface RepayLoanOutcome {
  /** Payment-token units. */
  readonly taken: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `repayLoan`. */
export function repayLoanCall(addresses: Addresses, parameters: RepayLoanParameters): Call {
  const { id, amount } = parameters;
  return callOf(addresses.loanBook, () => abi.loanBook.encodeFunctionData("repay", [id, amount]));
}

/**
 * Pays off a loan with claims of the client, never more than the debt. If the book is allowed too few
 * of them, it is allowed `amount` first, in a transaction of its own. Throws `ErgonRevertError`: `LoansWrongStatus`,
 * `ERC6909InsufficientBalance`.
 *
 * @example
 * const { taken } = await repayLoan(client, { id, amount: 32_267_188n });
 */
export async function repayLoan(
  client: ErgonClient,
  parameters: RepayLoanParameters,
): Promise<RepayLoanOutcome> {
  await allowLoanBook(client, await tokenOfLoan(client, parameters.id), parameters.amount);
  const transaction = await sendCall(client, repayLoanCall(client.addresses, parameters));
  const { amount } = loanEventIn<{ readonly amount: bigint }>(
    transaction,
    client.addresses.loanBook,
    "LoanPaid",
  );
  return { taken: amount, transaction };
}
