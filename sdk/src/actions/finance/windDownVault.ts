import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Which vault. */
export interface WindDownVaultParameters {
  readonly vault: Address;
}

/** The call of `windDownVault`. */
export function windDownVaultCall(parameters: WindDownVaultParameters): Call {
  const { vault } = parameters;
  return callOf(vault, () => abi.stakeVault.encodeFunctionData("windDown"));
}

/**
 * Ends a vault's business, as its operator: no deposits and no more jobs; stakers leave by windows.
 * Throws `ErgonRevertError`: `VaultNotOperator`.
 *
 * @example
 * await windDownVault(client, { vault });
 */
export function windDownVault(
  client: ErgonClient,
  parameters: WindDownVaultParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, windDownVaultCall(parameters));
}
