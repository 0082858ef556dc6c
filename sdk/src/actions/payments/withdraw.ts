import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** Which claims are paid out, and to whom. */
export interface WithdrawParameters {
  readonly token: Address;
  /** Claims to burn, in token units. */
  readonly amount: bigint;
  /** Gets the tokens; the client's account unless given. */
  readonly to?: Address;
}

/** The call of `withdraw`. */
export function withdrawCall(addresses: Addresses, parameters: Required<WithdrawParameters>): Call {
  const { token, amount, to } = parameters;
  return callOf(addresses.ledger, () =>
    abi.ledger.encodeFunctionData("withdraw", [token, amount, to]),
  );
}

/**
 * Burns claims of the client's account and sends their tokens; pro rata, rounded down, if the Ledger
 * holds less of the token than is claimed. Throws `ErgonRevertError`: `ERC6909InsufficientBalance`,
 * `LedgerNothingSent`.
 *
 * @example
 * await withdraw(client, { token, amount: 5_000_000n });
 */
export async function withdraw(
  client: ErgonClient,
  parameters: WithdrawParameters,
): Promise<TransactionReceipt> {
  const { token, amount, to = await accountOf(client) } = parameters;
  return sendCall(client, withdrawCall(client.addresses, { token, amount, to }));
}
