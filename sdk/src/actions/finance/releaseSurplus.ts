import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** What the borrower takes out of its vault. */
export interface ReleaseSurplusParameters {
  readonly id: bigint;
  /** Payment-token units. */
  readonly amount: bigint;
  /** Gets the claims. */
  readonly to: Address;
}

/** The call of `releaseSurplus`. */
export function releaseSurplusCall(
  addresses: Addresses,
  parameters: ReleaseSurplusParameters,
): Call {
  const { id, amount, to } = parameters;
  return callOf(addresses.loanBook, () =>
    abi.loanBook.encodeFunctionData("release", [id, amount, to]),
  );
}

/**
 * Takes what is due, and then moves part of what is left above the junior at the draw. Throws `ErgonRevertError`: `LoanBookNotBorrower`,
 * `LoansWrongStatus`, `LoanBookNothingFree`.
 *
 * @example
 * await releaseSurplus(client, { id, amount: 5_000_000n, to });
 */
export async function releaseSurplus(
  client: ErgonClient,
  parameters: ReleaseSurplusParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, releaseSurplusCall(client.addresses, parameters));
}
