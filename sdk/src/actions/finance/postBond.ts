import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { allowLoanBook } from "../../loans/allow";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** What is added to a bond. */
export interface PostBondParameters {
  readonly token: Address;
  /** Payment-token units. */
  readonly amount: bigint;
}

/** The call of `postBond`. */
export function postBondCall(addresses: Addresses, parameters: PostBondParameters): Call {
  const { token, amount } = parameters;
  return callOf(addresses.loanBook, () =>
    abi.loanBook.encodeFunctionData("postBond", [token, amount]),
  );
}

/**
 * Adds claims of the client to its bond as a custodian. If the book is allowed too few of them, it is
 * allowed `amount` first, in a transaction of its own. Throws `ErgonRevertError`:
 * `ERC6909InsufficientBalance`.
 *
 * @example
 * await postBond(custodian, { token, amount: 100_000_000n });
 */
export async function postBond(
  client: ErgonClient,
  parameters: PostBondParameters,
): Promise<TransactionReceipt> {
  await allowLoanBook(client, parameters.token, parameters.amount);
  return sendCall(client, postBondCall(client.addresses, parameters));
}
