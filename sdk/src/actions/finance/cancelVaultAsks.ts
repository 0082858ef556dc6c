import { abi } from "../../contracts";
import { nonceSlots } from "../../orders/nonce";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Which asks of a vault end. */
export interface CancelVaultAsksParameters {
  readonly vault: Address;
  readonly nonces: readonly bigint[];
}

/** The calls of `cancelVaultAsks`: one for every 256 nonces in a row that hold one of them. */
export function cancelVaultAsksCalls(parameters: CancelVaultAsksParameters): readonly Call[] {
  const { vault, nonces } = parameters;
  return nonceSlots(nonces).map((slot) =>
    callOf(vault, () => abi.stakeVault.encodeFunctionData("cancelAsks", [...slot])),
  );
}

/**
 * Cancels asks that a vault's operator signed for ever, as the operator, in one transaction for every 256
 * nonces in a row that hold one of them. Jobs that are open go on. Throws `ErgonRevertError`:
 * `VaultNotOperator`.
 *
 * @example
 * await cancelVaultAsks(operator, { vault, nonces: [ask.nonce] });
 */
export async function cancelVaultAsks(
  client: ErgonClient,
  parameters: CancelVaultAsksParameters,
): Promise<TransactionReceipt[]> {
  const receipts: TransactionReceipt[] = [];
  for (const call of cancelVaultAsksCalls(parameters)) receipts.push(await sendCall(client, call));
  return receipts;
}
