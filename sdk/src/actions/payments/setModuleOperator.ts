import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** Whether a module may pull all claims on every token. */
export interface SetModuleOperatorParameters {
  readonly approved: boolean;
  /** The escrow unless given. */
  readonly module?: Address;
}

/** The call of `setModuleOperator`. */
export function setModuleOperatorCall(
  addresses: Addresses,
  { approved, module = addresses.jobEscrow }: SetModuleOperatorParameters,
): Call {
  return callOf(addresses.ledger, () =>
    abi.ledger.encodeFunctionData("setOperator", [module, approved]),
  );
}

/**
 * Lets a module pull all claims of the client's account on every token, or no longer.
 *
 * @example
 * await setModuleOperator(client, { approved: true });
 */
export function setModuleOperator(
  client: ErgonClient,
  parameters: SetModuleOperatorParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, setModuleOperatorCall(client.addresses, parameters));
}
