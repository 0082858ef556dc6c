import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { vaultEventIn } from "../../vaults/events";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Whose oldest window is settled. */
export interface SettleWindowParameters {
  readonly vault: Address;
}

/** How a window was settled. */
export interface SettleWindowOutcome {
  /** The window. */
  readonly requestId: bigint;
  /** Shares that asked to leave in it. */
  readonly shares: bigint;
  /** What is owed for them, in payment-token units. */
  readonly assets: bigint;
  /** Shares that could not be paid, and leave in the next window. */
  readonly rolled: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `settleWindow`. */
export function settleWindowCall(parameters: SettleWindowParameters): Call {
  const { vault } = parameters;
  return callOf(vault, () => abi.stakeVault.encodeFunctionData("settleWindow"));
}

/**
 * Settles the oldest window of a vault that waits; anyone may call. Throws `ErgonRevertError`:
 * `ExitsNotEnded`, `ExitsFrozen` (both retryable), `ExitsNoneWaiting`.
 *
 * @example
 * const { assets } = await settleWindow(client, { vault });
 */
export async function settleWindow(
  client: ErgonClient,
  parameters: SettleWindowParameters,
): Promise<SettleWindowOutcome> {
  const transaction = await sendCall(client, settleWindowCall(parameters));
  const event = vaultEventIn<Omit<SettleWindowOutcome, "transaction">>(
    transaction,
    parameters.vault,
    "WindowSettled",
  );
  const { requestId, shares, assets, rolled } = event;
  return { requestId, shares, assets, rolled, transaction };
}
