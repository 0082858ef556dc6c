import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** Which GPU. */
export interface ReleaseGpuParameters {
  readonly gpuId: bigint;
}

/** The call of `releaseGpu`. */
export function releaseGpuCall(addresses: Addresses, parameters: ReleaseGpuParameters): Call {
  const { gpuId } = parameters;
  return callOf(addresses.loanBook, () => abi.loanBook.encodeFunctionData("releaseGpu", [gpuId]));
}

/**
 * Ends the pledge of a GPU that serves no loan, or one that was paid in full. Throws `ErgonRevertError`: `CollateralNotOwned`,
 * `CollateralTaken`, `GpuRegistryNotPledgee`.
 *
 * @example
 * await releaseGpu(client, { gpuId });
 */
export async function releaseGpu(
  client: ErgonClient,
  parameters: ReleaseGpuParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, releaseGpuCall(client.addresses, parameters));
}
