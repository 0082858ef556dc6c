import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { vaultEventIn } from "../../vaults/events";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Shares of a settled window. */
export interface ClaimExitParameters {
  readonly vault: Address;
  /** The window's number. */
  readonly requestId: bigint;
  /** Vault shares. */
  readonly shares: bigint;
  /** Gets the claims; the client's account unless given. */
  readonly receiver?: Address;
  /** Whose request; the client's account unless given. */
  readonly controller?: Address;
}

/** What a claim paid. */
export interface ClaimExitOutcome {
  /** What was paid, in payment-token units. */
  readonly assets: bigint;
  /** Shares that leave in the next window. */
  readonly rolled: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `claimExit`. */
export function claimExitCall(parameters: Required<ClaimExitParameters>): Call {
  const { vault, requestId, shares, receiver, controller } = parameters;
  return callOf(vault, () =>
    abi.stakeVault.encodeFunctionData("claimRedeem", [requestId, shares, receiver, controller]),
  );
}

/**
 * Collects what a settled window owes for shares, as claims in the Ledger. Throws `ErgonRevertError`:
 * `ExitsNotSettled` (retryable), `ERC6909InsufficientBalance`, `ExitsNothing`.
 *
 * @example
 * const { assets, rolled } = await claimExit(client, { vault, requestId, shares });
 */
export async function claimExit(
  client: ErgonClient,
  parameters: ClaimExitParameters,
): Promise<ClaimExitOutcome> {
  const account = await accountOf(client);
  const { receiver = account, controller = account } = parameters;
  const transaction = await sendCall(
    client,
    claimExitCall({ ...parameters, receiver, controller }),
  );
  const event = vaultEventIn<Omit<ClaimExitOutcome, "transaction">>(
    transaction,
    parameters.vault,
    "RedeemClaimed",
  );
  const { assets, rolled } = event;
  return { assets, rolled, transaction };
}
