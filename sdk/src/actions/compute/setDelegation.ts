import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** The sides that a delegation can cover, or asks that are bonded out of the maker's stake. */
export const DelegatedSides = { None: 0n, Asks: 1n, Bids: 2n, Both: 3n, AsksOnStake: 4n } as const;
export type DelegatedSides = (typeof DelegatedSides)[keyof typeof DelegatedSides];

/** What a delegate may sign for the client's account. */
export interface SetDelegationParameters {
  readonly delegate: Address;
  /** The token that the orders pay in. */
  readonly token: Address;
  /** `None` ends the delegation. */
  readonly sides: DelegatedSides;
  /**
   * Most that may be pulled, net of bonds that came back, in token units; below 2^104. Of no meaning
   * for asks on the stake, which the stake bounds.
   */
  readonly cap: bigint;
  /** Last second at which the delegate's signature counts. */
  readonly expiry: bigint;
}

/** The call of `setDelegation`. */
export function setDelegationCall(addresses: Addresses, parameters: SetDelegationParameters): Call {
  const { delegate, token, sides, cap, expiry } = parameters;
  return callOf(addresses.orderBook, () =>
    abi.orderBook.encodeFunctionData("setDelegation", [delegate, token, sides, cap, expiry]),
  );
}

/**
 * Lets another account sign orders of the client's account, or changes or ends what it may. What was
 * pulled so far counts on.
 *
 * @example
 * await setDelegation(client, { delegate, token, sides: DelegatedSides.Bids, cap: 10n ** 9n, expiry });
 */
export function setDelegation(
  client: ErgonClient,
  parameters: SetDelegationParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, setDelegationCall(client.addresses, parameters));
}
