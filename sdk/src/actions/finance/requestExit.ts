import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { vaultEventIn } from "../../vaults/events";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** How many shares leave. */
export interface RequestExitParameters {
  readonly vault: Address;
  /** Vault shares. */
  readonly shares: bigint;
  /** Gets the tokens of the window; the client's account unless given. */
  readonly controller?: Address;
  /** Whose shares leave; the client's account unless given. */
  readonly owner?: Address;
}

/** What a request made. */
export interface RequestExitOutcome {
  /** The window in which the shares leave. */
  readonly requestId: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `requestExit`. */
export function requestExitCall(parameters: Required<RequestExitParameters>): Call {
  const { vault, shares, controller, owner } = parameters;
  return callOf(vault, () =>
    abi.stakeVault.encodeFunctionData("requestRedeem", [shares, controller, owner]),
  );
}

/**
 * Asks to redeem shares of a vault in the window that starts next. Throws `ErgonRevertError`:
 * `ERC20InsufficientBalance`, `ERC20InsufficientAllowance` (another's shares), `ExitsNothing`.
 *
 * @example
 * const { requestId } = await requestExit(client, { vault, shares });
 */
export async function requestExit(
  client: ErgonClient,
  parameters: RequestExitParameters,
): Promise<RequestExitOutcome> {
  const account = await accountOf(client);
  const { controller = account, owner = account } = parameters;
  const transaction = await sendCall(client, requestExitCall({ ...parameters, controller, owner }));
  const event = vaultEventIn<Omit<RequestExitOutcome, "transaction">>(
    transaction,
    parameters.vault,
    "RedeemRequest",
  );
  const { requestId } = event;
  return { requestId, transaction };
}
