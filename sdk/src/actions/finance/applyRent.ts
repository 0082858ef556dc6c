import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Which vault. */
export interface ApplyRentParameters {
  readonly vault: Address;
}

/** The call of `applyRent`. */
export function applyRentCall(parameters: ApplyRentParameters): Call {
  const { vault } = parameters;
  return callOf(vault, () => abi.stakeVault.encodeFunctionData("applyRent"));
}

/**
 * Makes the announced rate of rent the rate; anyone may call. Throws `ErgonRevertError`:
 * `VaultRentTooEarly` (retryable), `VaultRentLapsed`.
 *
 * @example
 * await applyRent(client, { vault });
 */
export function applyRent(
  client: ErgonClient,
  parameters: ApplyRentParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, applyRentCall(parameters));
}
