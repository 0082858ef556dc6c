import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** What a lender takes back. */
export interface UnfundLoanParameters {
  readonly id: bigint;
  /** Payment-token units. */
  readonly amount: bigint;
}

/** The call of `unfundLoan`. */
export function unfundLoanCall(addresses: Addresses, parameters: UnfundLoanParameters): Call {
  const { id, amount } = parameters;
  return callOf(addresses.loanBook, () => abi.loanBook.encodeFunctionData("unfund", [id, amount]));
}

/**
 * Takes claims of the client back from a loan that was not drawn. Throws `ErgonRevertError`: `LoansWrongStatus`,
 * `LendersTooMuch`.
 *
 * @example
 * await unfundLoan(client, { id, amount: 5_000_000n });
 */
export async function unfundLoan(
  client: ErgonClient,
  parameters: UnfundLoanParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, unfundLoanCall(client.addresses, parameters));
}
