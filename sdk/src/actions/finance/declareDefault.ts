import { abi } from "../../contracts";
import { requestOfLoan } from "../../loans/request";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** Which loan. */
export interface DeclareDefaultParameters {
  readonly id: bigint;
  /** Its GPUs, in the order of the request; read from the event of the request unless given. */
  readonly gpuIds?: readonly bigint[];
}

/** The call of `declareDefault`. */
export function declareDefaultCall(
  addresses: Addresses,
  { id, gpuIds }: Required<DeclareDefaultParameters>,
): Call {
  return callOf(addresses.loanBook, () =>
    abi.loanBook.encodeFunctionData("declareDefault", [id, [...gpuIds]]),
  );
}

/**
 * Declares a loan in default: its reserve is credited, and its GPUs are for sale. Anyone may. Throws
 * `ErgonRevertError`: `LoanBookNotInDefault` (retryable), `LoansWrongStatus`, `LoanBookGpusMismatch`.
 *
 * @example
 * await declareDefault(client, { id });
 */
export async function declareDefault(
  client: ErgonClient,
  { id, ...rest }: DeclareDefaultParameters,
): Promise<TransactionReceipt> {
  const gpuIds = rest.gpuIds ?? (await requestOfLoan(client, id)).gpuIds;
  return sendCall(client, declareDefaultCall(client.addresses, { id, gpuIds }));
}
