import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** What is taken out of a bond. */
export interface WithdrawBondParameters {
  readonly token: Address;
  /** Payment-token units. */
  readonly amount: bigint;
}

/** The call of `withdrawBond`. */
export function withdrawBondCall(addresses: Addresses, parameters: WithdrawBondParameters): Call {
  const { token, amount } = parameters;
  return callOf(addresses.loanBook, () =>
    abi.loanBook.encodeFunctionData("withdrawBond", [token, amount]),
  );
}

/**
 * Takes claims out of the bond of the client, as far as no loan holds it. Throws `ErgonRevertError`:
 * `CustodiansBondTooLow`.
 *
 * @example
 * await withdrawBond(custodian, { token, amount: 100_000_000n });
 */
export async function withdrawBond(
  client: ErgonClient,
  parameters: WithdrawBondParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, withdrawBondCall(client.addresses, parameters));
}
