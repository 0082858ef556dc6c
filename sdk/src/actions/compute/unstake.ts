import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** How much of which claims is taken back. */
export interface UnstakeParameters {
  readonly token: Address;
  /** Token units. */
  readonly amount: bigint;
}

/** The call of `unstake`. */
export function unstakeCall(addresses: Addresses, parameters: UnstakeParameters): Call {
  const { token, amount } = parameters;
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("unstake", [token, amount]),
  );
}

/**
 * Takes claims out of the client's stake. Throws `ErgonRevertError`: `StakesTooLow`.
 *
 * @example
 * await unstake(client, { token, amount: 5_000_000n });
 */
export function unstake(
  client: ErgonClient,
  parameters: UnstakeParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, unstakeCall(client.addresses, parameters));
}
