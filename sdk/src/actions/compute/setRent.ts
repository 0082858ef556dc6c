import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** What bonds owe. */
export interface SetRentParameters {
  readonly token: Address;
  /** Basis points of the bond for a year of 365 days. */
  readonly rentBps: bigint;
}

/** The call of `setRent`. */
export function setRentCall(addresses: Addresses, parameters: SetRentParameters): Call {
  const { token, rentBps } = parameters;
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("setRent", [token, rentBps]),
  );
}

/**
 * Sets what bonds out of the client's stake owe from now on; open jobs keep what they owe.
 *
 * @example
 * await setRent(client, { token, rentBps: 800n });
 */
export function setRent(
  client: ErgonClient,
  parameters: SetRentParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, setRentCall(client.addresses, parameters));
}
