import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Which shares do not leave. */
export interface CancelExitParameters {
  readonly vault: Address;
  /** The window's number. */
  readonly requestId: bigint;
  /** Vault shares. */
  readonly shares: bigint;
  /** Gets the shares; the client's account unless given. */
  readonly receiver?: Address;
  /** Whose request; the client's account unless given. */
  readonly controller?: Address;
}

/** The call of `cancelExit`. */
export function cancelExitCall(parameters: Required<CancelExitParameters>): Call {
  const { vault, requestId, shares, receiver, controller } = parameters;
  return callOf(vault, () =>
    abi.stakeVault.encodeFunctionData("cancelRedeem", [requestId, shares, receiver, controller]),
  );
}

/**
 * Takes shares back from a window that has not started. Throws `ErgonRevertError`: `ExitsStarted`,
 * `ERC6909InsufficientBalance`, `ExitsNothing`.
 *
 * @example
 * await cancelExit(client, { vault, requestId, shares });
 */
export async function cancelExit(
  client: ErgonClient,
  parameters: CancelExitParameters,
): Promise<TransactionReceipt> {
  const account = await accountOf(client);
  const { receiver = account, controller = account } = parameters;
  return sendCall(client, cancelExitCall({ ...parameters, receiver, controller }));
}
