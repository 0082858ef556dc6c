import { abi } from "../../contracts";
import { ErgonRevertError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { callOf, sendCall } from "../../send";
import { asAddress } from "../../types/address";
import { transferJunior } from "./transferJunior";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { SignedAttestation } from "../../eip712/attestation";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** Which loan, and on what. */
export interface DrawLoanParameters {
  readonly id: bigint;
  /** One for each GPU, in the order of the request; none unless given. */
  readonly attestations?: readonly SignedAttestation[];
}

/** The call of `drawLoan`, without the handing over of the junior. */
export function drawLoanCall(addresses: Addresses, parameters: DrawLoanParameters): Call {
  const { id, attestations = [] } = parameters;
  return callOf(addresses.loanBook, () =>
    abi.loanBook.encodeFunctionData("draw", [
      id,
      attestations.map(({ attestation }) => attestation),
      attestations.map(({ signature }) => signature),
    ]),
  );
}

/**
 * Draws a loan: its principal goes to the borrower. If the vault's junior is all that is missing, it is
 * handed to the book first, in a transaction of its own; `cancelLoan` gives it back. Throws
 * `ErgonRevertError`: `LoanBookNotFunded` (retryable), `LoanBookNotBorrower`, `LoanBookCollateralTooLow`,
 * `LoanBookAdvanceTooHigh`, `LoanBookGpusMismatch`, `LoanBookVaultClosed`, `LendersTooLate`,
 * `CustodiansInvalidSignature`, `CustodiansNotLive`, `CustodiansBondTooLow`, `CollateralNotPledged`,
 * `CollateralNotOperated` and others.
 *
 * @example
 * await drawLoan(client, { id, attestations: [{ attestation, signature }] });
 */
export async function drawLoan(
  client: ErgonClient,
  parameters: DrawLoanParameters,
): Promise<TransactionReceipt> {
  const { addresses, loanBook } = client;
  const call = drawLoanCall(addresses, parameters);
  try {
    return await sendCall(client, call);
  } catch (error) {
    const noLien = error instanceof ErgonRevertError && error.errorName === "LoanBookNoLien";
    if (!noLien) throw error;
  }
  const { terms } = await translated(() => loanBook.loanOf(parameters.id));
  await transferJunior(client, { vault: asAddress(terms.vault), to: addresses.loanBook });
  return sendCall(client, call);
}
