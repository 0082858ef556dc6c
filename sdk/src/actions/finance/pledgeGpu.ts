import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** Which GPU. */
export interface PledgeGpuParameters {
  readonly gpuId: bigint;
}

/** The call of `pledgeGpu`. */
export function pledgeGpuCall(addresses: Addresses, parameters: PledgeGpuParameters): Call {
  const { gpuId } = parameters;
  return callOf(addresses.gpuRegistry, () =>
    abi.gpuRegistry.encodeFunctionData("pledge", [gpuId, addresses.loanBook]),
  );
}

/**
 * Pledges a GPU of the client to the book of loans; its operator stays, and goes on working. Throws `ErgonRevertError`:
 * `GpuRegistryNotOwner`, `GpuRegistryPledged`.
 *
 * @example
 * await pledgeGpu(client, { gpuId });
 */
export async function pledgeGpu(
  client: ErgonClient,
  parameters: PledgeGpuParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, pledgeGpuCall(client.addresses, parameters));
}
