import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { findLoanEvent } from "../../loans/events";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** Which loan. */
export interface ReleaseCustodianParameters {
  readonly id: bigint;
}

/** What the custodian can use again. */
export interface ReleaseCustodianOutcome {
  /** Payment-token units. */
  readonly released: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `releaseCustodian`. */
export function releaseCustodianCall(
  addresses: Addresses,
  parameters: ReleaseCustodianParameters,
): Call {
  const { id } = parameters;
  return callOf(addresses.loanBook, () =>
    abi.loanBook.encodeFunctionData("releaseCustodian", [id]),
  );
}

/**
 * Gives a custodian back what is held of its bond for a loan that has been in default for 60 days; anyone
 * may. Throws `ErgonRevertError`: `LoansWrongStatus`, `LoanBookCustodianHeld` (retryable).
 *
 * @example
 * const { released } = await releaseCustodian(client, { id });
 */
export async function releaseCustodian(
  client: ErgonClient,
  parameters: ReleaseCustodianParameters,
): Promise<ReleaseCustodianOutcome> {
  const transaction = await sendCall(client, releaseCustodianCall(client.addresses, parameters));
  const event = findLoanEvent<{ readonly amount: bigint }>(
    transaction,
    client.addresses.loanBook,
    "CustodianReleased",
  );
  return { released: event?.amount ?? 0n, transaction };
}
