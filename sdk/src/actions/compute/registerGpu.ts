import { encodeBytes32String } from "ethers";
import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { InputError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { sendCall } from "../../send";
import { asHex } from "../../types/address";
import type { Signer, TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";

/** A GPU and the key that stays on its machine. */
export interface RegisterGpuParameters {
  /** Signs once, for the client's account; its address is the GPU's id. */
  readonly device: Signer;
  /** Short name of the kind of hardware, at most 31 characters, such as "h200". */
  readonly hardwareClass: string;
  /** Above 0. */
  readonly memoryMiB: bigint;
  /** Where the GPU is described; nowhere unless given. */
  readonly uri?: string;
}

/** A registered GPU. */
export interface GpuOutcome {
  readonly gpuId: bigint;
  readonly transaction: TransactionReceipt;
}

const REGISTRATION = {
  GpuRegistration: [
    { name: "owner", type: "address" },
    { name: "hardwareClass", type: "bytes32" },
    { name: "memoryMiB", type: "uint32" },
  ],
};

/**
 * Registers a GPU; the client's account owns and operates it. Throws `InputError` for a class that is
 * too long, and `ErgonRevertError`: `GpuRegistryDeviceTaken`, `GpuRegistryClassMissing`,
 * `GpuRegistryMemoryMissing`.
 *
 * @example
 * const { gpuId } = await registerGpu(provider, { device, hardwareClass: "h200", memoryMiB: 144_384n });
 */
export async function registerGpu(
  client: ErgonClient,
  { device, memoryMiB, uri = "", ...rest }: RegisterGpuParameters,
): Promise<GpuOutcome> {
  const { gpuRegistry } = client.addresses;
  const owner = await accountOf(client);
  const hardwareClass = classWord(rest.hardwareClass);
  const { chainId } = await translated(() => client.provider.getNetwork());
  const domain = {
    name: "Ergon GpuRegistry",
    version: "1",
    chainId,
    verifyingContract: gpuRegistry,
  };
  const registration = { owner, hardwareClass, memoryMiB };
  const signature = await translated(() =>
    device.signTypedData(domain, REGISTRATION, registration),
  );
  const address = await device.getAddress();
  const data = abi.gpuRegistry.encodeFunctionData("register", [
    address,
    hardwareClass,
    memoryMiB,
    uri,
    signature,
  ]);
  const transaction = await sendCall(client, { to: gpuRegistry, data: asHex(data) });
  return { gpuId: BigInt(address), transaction };
}

function classWord(hardwareClass: string): string {
  try {
    return encodeBytes32String(hardwareClass);
  } catch (cause) {
    throw new InputError(`a hardware class has at most 31 characters: ${hardwareClass}`, { cause });
  }
}
