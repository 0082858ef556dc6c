import { MaxUint256 } from "ethers";
import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { tokenId } from "./getBalances";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** How much of which claims a module may pull. */
export interface AllowModuleParameters {
  readonly token: Address;
  /** Token units; without bound unless given, nothing if 0. */
  readonly amount?: bigint;
  /** The escrow unless given. */
  readonly module?: Address;
}

/** The call of `allowModule`. */
export function allowModuleCall(addresses: Addresses, parameters: AllowModuleParameters): Call {
  const { token, amount = MaxUint256, module = addresses.jobEscrow } = parameters;
  return callOf(addresses.ledger, () =>
    abi.ledger.encodeFunctionData("approve", [module, tokenId(token), amount]),
  );
}

/**
 * Lets a module pull claims on a token from the client's account; replaces what it was allowed.
 *
 * @example
 * await allowModule(client, { token, amount: 5_000_000n });
 */
export function allowModule(
  client: ErgonClient,
  parameters: AllowModuleParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, allowModuleCall(client.addresses, parameters));
}
