import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** How much is taken out of the junior. */
export interface WithdrawJuniorParameters {
  readonly vault: Address;
  /** Payment-token units. */
  readonly amount: bigint;
  /** Gets the claims; the client's account unless given. */
  readonly to?: Address;
}

/** The call of `withdrawJunior`. */
export function withdrawJuniorCall(parameters: Required<WithdrawJuniorParameters>): Call {
  const { vault, amount, to } = parameters;
  return callOf(vault, () => abi.stakeVault.encodeFunctionData("withdrawJunior", [amount, to]));
}

/**
 * Takes claims out of a vault's junior, as its owner. Throws `ErgonRevertError`: `JuniorNotOwner`,
 * `JuniorTooLow`, `JuniorInvalidReceiver`.
 *
 * @example
 * await withdrawJunior(client, { vault, amount: 5_000_000n });
 */
export async function withdrawJunior(
  client: ErgonClient,
  parameters: WithdrawJuniorParameters,
): Promise<TransactionReceipt> {
  const account = await accountOf(client);
  const { to = account } = parameters;
  return sendCall(client, withdrawJuniorCall({ ...parameters, to }));
}
