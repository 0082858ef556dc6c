import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** Which GPU, and who may offer jobs on it. */
export interface SetGpuOperatorParameters {
  readonly gpuId: bigint;
  /** A vault, if the GPU shall work for one; zero for nobody. */
  readonly operator: Address;
}

/** The call of `setGpuOperator`. */
export function setGpuOperatorCall(
  addresses: Addresses,
  { gpuId, operator }: SetGpuOperatorParameters,
): Call {
  return callOf(addresses.gpuRegistry, () =>
    abi.gpuRegistry.encodeFunctionData("setOperator", [gpuId, operator]),
  );
}

/**
 * Names who may offer jobs on a GPU of the client; open jobs are not touched. Throws `ErgonRevertError`:
 * `GpuRegistryNotOwner`, `GpuRegistryPledged`.
 *
 * @example
 * await setGpuOperator(client, { gpuId, operator: vault });
 */
export function setGpuOperator(
  client: ErgonClient,
  parameters: SetGpuOperatorParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, setGpuOperatorCall(client.addresses, parameters));
}
