import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** How much of which claims is staked. */
export interface StakeParameters {
  readonly token: Address;
  /** Token units. */
  readonly amount: bigint;
}

/** The call of `stake`. */
export function stakeCall(addresses: Addresses, parameters: StakeParameters): Call {
  const { token, amount } = parameters;
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("stake", [token, amount]),
  );
}

/**
 * Puts claims of the client into its stake, out of which asks can be bonded that its delegates sign.
 * Throws `ErgonRevertError`: `ERC6909InsufficientBalance`, `ERC6909InsufficientAllowance`.
 *
 * @example
 * await stake(client, { token, amount: 5_000_000n });
 */
export function stake(
  client: ErgonClient,
  parameters: StakeParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, stakeCall(client.addresses, parameters));
}
