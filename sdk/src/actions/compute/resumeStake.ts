import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** Which stake bonds jobs again. */
export interface ResumeStakeParameters {
  readonly token: Address;
}

/** The call of `resumeStake`. */
export function resumeStakeCall(addresses: Addresses, { token }: ResumeStakeParameters): Call {
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("resumeStake", [token]),
  );
}

/**
 * Lets the client's stake bond jobs again, after one took something out of it.
 *
 * @example
 * const { suspended } = await getStake(client, { token });
 * if (suspended) await resumeStake(client, { token });
 */
export function resumeStake(
  client: ErgonClient,
  parameters: ResumeStakeParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, resumeStakeCall(client.addresses, parameters));
}
