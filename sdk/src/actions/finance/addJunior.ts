import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { tokenId } from "../payments/getBalances";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** How many claims go into the junior. */
export interface AddJuniorParameters {
  readonly vault: Address;
  /** The vault's token: claims on another one would be out of everybody's reach. */
  readonly token: Address;
  /** Payment-token units. */
  readonly amount: bigint;
}

/** The call of `addJunior`. */
export function addJuniorCall(addresses: Addresses, parameters: AddJuniorParameters): Call {
  const { vault, token, amount } = parameters;
  return callOf(addresses.ledger, () =>
    abi.ledger.encodeFunctionData("transfer", [vault, tokenId(token), amount]),
  );
}

/**
 * Adds claims of the client to a vault's junior; only the junior's owner can take them out again.
 * Throws `ErgonRevertError`: `ERC6909InsufficientBalance`.
 *
 * @example
 * await addJunior(client, { vault, token, amount: 5_000_000n });
 */
export function addJunior(
  client: ErgonClient,
  parameters: AddJuniorParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, addJuniorCall(client.addresses, parameters));
}
