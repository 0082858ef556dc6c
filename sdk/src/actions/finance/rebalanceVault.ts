import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { vaultEventIn } from "../../vaults/events";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Which vault. */
export interface RebalanceVaultParameters {
  readonly vault: Address;
}

/** What a rebalance left. */
export interface RebalanceVaultOutcome {
  /** What can bond jobs now, in payment-token units. */
  readonly free: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `rebalanceVault`. */
export function rebalanceVaultCall(parameters: RebalanceVaultParameters): Call {
  const { vault } = parameters;
  return callOf(vault, () => abi.stakeVault.encodeFunctionData("rebalance"));
}

/**
 * Stakes what may bond jobs of a vault, and takes back what may not; anyone may call.
 *
 * @example
 * const { free } = await rebalanceVault(client, { vault });
 */
export async function rebalanceVault(
  client: ErgonClient,
  parameters: RebalanceVaultParameters,
): Promise<RebalanceVaultOutcome> {
  const transaction = await sendCall(client, rebalanceVaultCall(parameters));
  const event = vaultEventIn<Omit<RebalanceVaultOutcome, "transaction">>(
    transaction,
    parameters.vault,
    "Rebalanced",
  );
  const { free } = event;
  return { free, transaction };
}
