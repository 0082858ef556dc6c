import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** Which loan. */
export interface CancelLoanParameters {
  readonly id: bigint;
}

/** The call of `cancelLoan`. */
export function cancelLoanCall(addresses: Addresses, parameters: CancelLoanParameters): Call {
  const { id } = parameters;
  return callOf(addresses.loanBook, () => abi.loanBook.encodeFunctionData("cancel", [id]));
}

/**
 * Gives a request up: reserve and junior go back to the borrower. Throws `ErgonRevertError`: `LoansWrongStatus`, `LoanBookNotBorrower`.
 *
 * @example
 * await cancelLoan(client, { id });
 */
export async function cancelLoan(
  client: ErgonClient,
  parameters: CancelLoanParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, cancelLoanCall(client.addresses, parameters));
}
