import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { findLoanEvent } from "../../loans/events";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** Which loan. */
export interface CollectLoanParameters {
  readonly id: bigint;
}

/** What was taken out of the vault. */
export interface CollectLoanOutcome {
  /** Payment-token units. */
  readonly taken: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `collectLoan`. */
export function collectLoanCall(addresses: Addresses, parameters: CollectLoanParameters): Call {
  const { id } = parameters;
  return callOf(addresses.loanBook, () => abi.loanBook.encodeFunctionData("collect", [id]));
}

/**
 * Takes what is due out of the vault; anyone may. Throws `ErgonRevertError`: `LoansWrongStatus`.
 *
 * @example
 * const { taken } = await collectLoan(client, { id });
 */
export async function collectLoan(
  client: ErgonClient,
  parameters: CollectLoanParameters,
): Promise<CollectLoanOutcome> {
  const transaction = await sendCall(client, collectLoanCall(client.addresses, parameters));
  const event = findLoanEvent<{ readonly amount: bigint }>(
    transaction,
    client.addresses.loanBook,
    "LoanPaid",
  );
  return { taken: event?.amount ?? 0n, transaction };
}
