import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Who votes. */
export interface DelegateVotesParameters {
  /** Votes with all that the account holds; the account itself unless given. */
  readonly to?: Address;
  /** What votes: the protocol's token unless given, or a dataset's shares. */
  readonly token?: Address;
}

/** The call of `delegateVotes`. */
export function delegateVotesCall(parameters: Required<DelegateVotesParameters>): Call {
  const { to, token } = parameters;
  return callOf(token, () => abi.ergonToken.encodeFunctionData("delegate", [to]));
}

/**
 * Lets the client's tokens vote, by itself or by another account, from the next second on. Tokens that were never
 * delegated do not vote; the first shares of a dataset are delegated to who gets them.
 *
 * @example
 * await delegateVotes(client);
 */
export async function delegateVotes(
  client: ErgonClient,
  parameters: DelegateVotesParameters = {},
): Promise<TransactionReceipt> {
  const { to = await accountOf(client), token = client.addresses.ergonToken } = parameters;
  return sendCall(client, delegateVotesCall({ to, token }));
}
