import { abi } from "../../contracts";
import { allowLoanBook } from "../../loans/allow";
import { loanEventIn } from "../../loans/events";
import { callOf, sendCall } from "../../send";
import { translated } from "../../errors/translate";
import { asAddress } from "../../types/address";
import { vaultAt } from "../../vaults/contract";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { LoanRequest } from "../../loans/request";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** A loan that was requested. */
export interface RequestLoanOutcome {
  readonly id: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `requestLoan`, without the allowance. */
export function requestLoanCall(addresses: Addresses, request: LoanRequest): Call {
  return callOf(addresses.loanBook, () =>
    abi.loanBook.encodeFunctionData("request", [{ ...request, gpuIds: [...request.gpuIds] }]),
  );
}

/**
 * Requests a loan to the owner of a vault's junior, and pays in its reserve. If the book is allowed too
 * few claims, it is allowed the reserve first, in a transaction of its own. Throws `ErgonRevertError`:
 * `LoanBookNotVault`, `LoanBookNotJuniorOwner`, `LoanBookVaultTaken`, `LoanBookReserveTooLow`,
 * `LoanBookRateTooHigh`, `LoanBookInvalidPayments`, `LendersTooLate`, `LendersEntriesPaused` (retryable).
 *
 * @example
 * const { id } = await requestLoan(client, { vault, principal, reserve: principal / 4n, ...terms });
 */
export async function requestLoan(
  client: ErgonClient,
  request: LoanRequest,
): Promise<RequestLoanOutcome> {
  const { addresses } = client;
  const token = asAddress(await translated(() => vaultAt(client, request.vault).asset()));
  await allowLoanBook(client, token, request.reserve);
  const transaction = await sendCall(client, requestLoanCall(addresses, request));
  const { id } = loanEventIn<{ readonly id: bigint }>(
    transaction,
    addresses.loanBook,
    "LoanRequested",
  );
  return { id, transaction };
}
