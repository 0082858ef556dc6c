import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Who owns the junior from now on. */
export interface TransferJuniorParameters {
  readonly vault: Address;
  readonly to: Address;
}

/** The call of `transferJunior`. */
export function transferJuniorCall(parameters: TransferJuniorParameters): Call {
  const { vault, to } = parameters;
  return callOf(vault, () => abi.stakeVault.encodeFunctionData("transferJunior", [to]));
}

/**
 * Gives a vault's junior to another owner, as its owner. Throws `ErgonRevertError`: `JuniorNotOwner`,
 * `JuniorInvalidReceiver`.
 *
 * @example
 * await transferJunior(client, { vault, to });
 */
export function transferJunior(
  client: ErgonClient,
  parameters: TransferJuniorParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, transferJuniorCall(parameters));
}
