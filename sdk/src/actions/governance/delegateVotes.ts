import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** Who votes. */
export interface DelegateVotesParameters {
  /** Votes with all that the account holds; the account itself unless given. */
  readonly to?: Address;
}

/** The call of `delegateVotes`. */
export function delegateVotesCall(
  addresses: Addresses,
  parameters: Required<DelegateVotesParameters>,
): Call {
  return callOf(addresses.ergonToken, () =>
    abi.ergonToken.encodeFunctionData("delegate", [parameters.to]),
  );
}

/**
 * Lets the client's tokens vote, by itself or by another account, from the next second on. Tokens that were never
 * delegated do not vote.
 *
 * @example
 * await delegateVotes(client);
 */
export async function delegateVotes(
  client: ErgonClient,
  parameters: DelegateVotesParameters = {},
): Promise<TransactionReceipt> {
  const to = parameters.to ?? (await accountOf(client));
  return sendCall(client, delegateVotesCall(client.addresses, { to }));
}
