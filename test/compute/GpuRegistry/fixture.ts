import { ethers } from "hardhat";

import type { HDNodeWallet, Signer, TypedDataDomain } from "ethers";
import type { GpuRegistry } from "../../../typechain-types";

export const CLASS = ethers.encodeBytes32String("h100-sxm-80g");
export const MEMORY = 81_920n;
export const URI = "https://gpus.example.org/1.json";

const TYPES = {
  GpuRegistration: [
    { name: "owner", type: "address" },
    { name: "hardwareClass", type: "bytes32" },
    { name: "memoryMiB", type: "uint32" },
  ],
};

export async function gpuRegistryFixture() {
  const [owner, buyer, operator, stranger] = await ethers.getSigners();
  const registry = await ethers.deployContract("GpuRegistry");
  const device = newDevice(1);
  return { registry, owner, buyer, operator, stranger, device, gpuId: BigInt(device.address) };
}

export async function registeredGpuFixture() {
  const base = await gpuRegistryFixture();
  await registerGpu(base.registry, base.owner, base.device);
  return base;
}

/** The key of a machine; equal numbers give equal keys. */
export function newDevice(number: number): HDNodeWallet {
  const seed = ethers.HDNodeWallet.fromSeed(ethers.id("devices"));
  return seed.derivePath(`m/44'/60'/0'/0/${number}`);
}

/** The domain under which a device signs for this registry. */
export async function gpuDomain(registry: GpuRegistry): Promise<TypedDataDomain> {
  return {
    name: "Ergon GpuRegistry",
    version: "1",
    chainId: (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await registry.getAddress(),
  };
}

/** What a device signs, with parts that a test may replace. */
export async function signRegistration(
  registry: GpuRegistry,
  device: HDNodeWallet,
  owner: string,
  fields: { hardwareClass?: string; memoryMiB?: bigint; domain?: TypedDataDomain } = {},
): Promise<string> {
  const { hardwareClass = CLASS, memoryMiB = MEMORY } = fields;
  const domain = { ...(await gpuDomain(registry)), ...fields.domain };
  return device.signTypedData(domain, TYPES, { owner, hardwareClass, memoryMiB });
}

/** Registers a GPU of the common class for `owner`. */
export async function registerGpu(
  registry: GpuRegistry,
  owner: Signer & { readonly address: string },
  device: HDNodeWallet,
) {
  const signature = await signRegistration(registry, device, owner.address);
  return registry.connect(owner).register(device.address, CLASS, MEMORY, URI, signature);
}
