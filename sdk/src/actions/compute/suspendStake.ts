import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** Which stake bonds no more jobs. */
export interface SuspendStakeParameters {
  readonly token: Address;
}

/** The call of `suspendStake`. */
export function suspendStakeCall(addresses: Addresses, { token }: SuspendStakeParameters): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("suspendStake", [token]),
  );
}

/**
 * Stops the client's stake from bonding further jobs, until `resumeStake`; bonds of open jobs stay.
 *
 * @example
 * await suspendStake(client, { token });
 */
export function suspendStake(
  client: ErgonClient,
  parameters: SuspendStakeParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, suspendStakeCall(client.addresses, parameters));
}
