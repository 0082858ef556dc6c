import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { allowLoanBook, tokenOfLoan } from "../../loans/allow";
import { loanEventIn } from "../../loans/events";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** What a lender puts in. */
export interface FundLoanParameters {
  readonly id: bigint;
  /** The most to take, in payment-token units. */
  readonly amount: bigint;
}

/** What was taken. */
export interface FundLoanOutcome {
  /** Payment-token units. */
  readonly taken: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `fundLoan`. */
export function fundLoanCall(addresses: Addresses, parameters: FundLoanParameters): Call {
  const { id, amount } = parameters;
  return callOf(addresses.loanBook, () => abi.loanBook.encodeFunctionData("fund", [id, amount]));
}

/**
 * Commits claims of the client to a loan that is not drawn yet, never more than it lacks. If the
 * book is allowed too few of them, it is allowed `amount` first, in a transaction of its own. Throws `ErgonRevertError`: `LendersTooLate`,
 * `LendersNothingTaken`, `LendersEntriesPaused` (retryable), `LoansWrongStatus`, `ERC6909InsufficientBalance`.
 *
 * @example
 * const { taken } = await fundLoan(client, { id, amount: 5_000_000n });
 */
export async function fundLoan(
  client: ErgonClient,
  parameters: FundLoanParameters,
): Promise<FundLoanOutcome> {
  await allowLoanBook(client, await tokenOfLoan(client, parameters.id), parameters.amount);
  const transaction = await sendCall(client, fundLoanCall(client.addresses, parameters));
  const { amount } = loanEventIn<{ readonly amount: bigint }>(
    transaction,
    client.addresses.loanBook,
    "LoanFunded",
  );
  return { taken: amount, transaction };
}
