import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import {
  CLASS,
  MEMORY,
  URI,
  gpuRegistryFixture,
  newDevice,
  registerGpu,
  registeredGpuFixture,
  signRegistration,
} from "./fixture";

const MAX_MEMORY = 2n ** 32n - 1n;
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The other signature that the curve accepts for the same message and key. */
function malleate(signature: string): string {
  const { r, s, v } = ethers.Signature.from(signature);
  expect(BigInt(s)).to.be.at.most(HALF_ORDER);
  const high = ethers.toBeHex(ORDER - BigInt(s), 32);
  return ethers.concat([r, high, v === 27 ? "0x1c" : "0x1b"]);
}

/*
GpuRegistry.register
├── it mints the token of the device key to the caller, and emits what it keeps
├── it keeps owner, operator, class, memory, time and URI
├── given two devices of one owner: it registers both
├── given the largest memory: it keeps it, and given none it reverts with GpuRegistryMemoryMissing
├── given no class: it reverts with GpuRegistryClassMissing
├── given a device that is registered
│  ├── it reverts with GpuRegistryDeviceTaken for its owner
│  └── it reverts with GpuRegistryDeviceTaken for another, even with a signature of its own
├── given a device that was retired: it reverts with GpuRegistryDeviceTaken
├── given a signature for another owner, class, memory, chain, contract, name or version: it reverts
├── given a signature of another key, or the zero address as device: it reverts with GpuRegistryWrongSigner
├── given a malleated signature: it reverts with ECDSAInvalidSignatureS
└── given bytes that are no signature: it reverts with ECDSAInvalidSignatureLength or ECDSAInvalidSignature
*/
describe("GpuRegistry", () => {
  describe("register", () => {
    it("mints the token of the device key to the caller, and emits what it keeps", async () => {
      const { registry, owner, device, gpuId } = await loadFixture(gpuRegistryFixture);
      expect(await registry.gpuIdOf(device.address)).to.equal(gpuId);
      const signature = await signRegistration(registry, device, owner.address);
      const registration = [device.address, CLASS, MEMORY, URI, signature] as const;
      expect(await registry.register.staticCall(...registration)).to.equal(gpuId);
      await expect(registry.register(...registration))
        .to.emit(registry, "Transfer")
        .withArgs(ethers.ZeroAddress, owner.address, gpuId)
        .and.to.emit(registry, "GpuOperatorSet")
        .withArgs(gpuId, owner.address)
        .and.to.emit(registry, "GpuRegistered")
        .withArgs(gpuId, owner.address, CLASS, MEMORY)
        .and.to.emit(registry, "GpuMetadataSet")
        .withArgs(gpuId, URI);
    });

    it("keeps owner, operator, class, memory, time and URI", async () => {
      const { registry, owner, gpuId } = await loadFixture(registeredGpuFixture);
      const now = BigInt(await time.latest());
      expect([...(await registry.gpuOf(gpuId))]).to.deep.equal([owner.address, MEMORY, now, CLASS]);
      expect(await registry.ownerOf(gpuId)).to.equal(owner.address);
      expect(await registry.operatorOf(gpuId)).to.equal(owner.address);
      expect(await registry.tokenURI(gpuId)).to.equal(URI);
      expect(await registry.balanceOf(owner)).to.equal(1);
    });

    it("given two devices of one owner: registers both", async () => {
      const { registry, owner } = await loadFixture(registeredGpuFixture);
      await registerGpu(registry, owner, newDevice(2));
      expect(await registry.balanceOf(owner)).to.equal(2);
    });

    it("given the largest memory: keeps it, and given none reverts with GpuRegistryMemoryMissing", async () => {
      const { registry, owner, device, gpuId } = await loadFixture(gpuRegistryFixture);
      for (const memoryMiB of [0n, MAX_MEMORY]) {
        const signature = await signRegistration(registry, device, owner.address, { memoryMiB });
        const registration = registry.register(device.address, CLASS, memoryMiB, URI, signature);
        if (memoryMiB === 0n) {
          await expect(registration).to.be.revertedWithCustomError(
            registry,
            "GpuRegistryMemoryMissing",
          );
        } else {
          await registration;
          expect((await registry.gpuOf(gpuId)).memoryMiB).to.equal(memoryMiB);
        }
      }
    });

    it("given no class: reverts with GpuRegistryClassMissing", async () => {
      const { registry, owner, device } = await loadFixture(gpuRegistryFixture);
      const hardwareClass = ethers.ZeroHash;
      const signature = await signRegistration(registry, device, owner.address, { hardwareClass });
      await expect(
        registry.register(device.address, hardwareClass, MEMORY, URI, signature),
      ).to.be.revertedWithCustomError(registry, "GpuRegistryClassMissing");
    });

    context("given a device that is registered", () => {
      it("reverts with GpuRegistryDeviceTaken for its owner", async () => {
        const { registry, owner, device } = await loadFixture(registeredGpuFixture);
        await expect(registerGpu(registry, owner, device))
          .to.be.revertedWithCustomError(registry, "GpuRegistryDeviceTaken")
          .withArgs(device.address);
      });

      it("reverts with GpuRegistryDeviceTaken for another, even with a signature of its own", async () => {
        const { registry, stranger, device } = await loadFixture(registeredGpuFixture);
        await expect(registerGpu(registry, stranger, device))
          .to.be.revertedWithCustomError(registry, "GpuRegistryDeviceTaken")
          .withArgs(device.address);
      });
    });

    it("given a device that was retired: reverts with GpuRegistryDeviceTaken", async () => {
      const { registry, owner, device, gpuId } = await loadFixture(registeredGpuFixture);
      await registry.retire(gpuId);
      await expect(registerGpu(registry, owner, device))
        .to.be.revertedWithCustomError(registry, "GpuRegistryDeviceTaken")
        .withArgs(device.address);
    });

    it("given a signature for another owner, class, memory, chain, contract, name or version: reverts", async () => {
      const { registry, owner, stranger, device } = await loadFixture(gpuRegistryFixture);
      const signatures = [
        await signRegistration(registry, device, stranger.address),
        await signRegistration(registry, device, owner.address, { hardwareClass: ethers.id("x") }),
        await signRegistration(registry, device, owner.address, { memoryMiB: MEMORY + 1n }),
        ...(await Promise.all(
          [
            { chainId: 1n },
            { verifyingContract: stranger.address },
            { name: "GpuRegistry" },
            { version: "2" },
          ].map((domain) => signRegistration(registry, device, owner.address, { domain })),
        )),
      ];
      for (const signature of signatures) {
        await expect(
          registry.register(device.address, CLASS, MEMORY, URI, signature),
        ).to.be.revertedWithCustomError(registry, "GpuRegistryWrongSigner");
      }
      await registerGpu(registry, owner, device);
    });

    it("given a signature of another key, or the zero address as device: reverts with GpuRegistryWrongSigner", async () => {
      const { registry, owner, device } = await loadFixture(gpuRegistryFixture);
      const other = newDevice(2);
      const signature = await signRegistration(registry, other, owner.address);
      for (const claimed of [device.address, ethers.ZeroAddress, owner.address]) {
        await expect(registry.register(claimed, CLASS, MEMORY, URI, signature))
          .to.be.revertedWithCustomError(registry, "GpuRegistryWrongSigner")
          .withArgs(other.address, claimed);
      }
    });

    it("given a malleated signature: reverts with ECDSAInvalidSignatureS", async () => {
      const { registry, owner, device } = await loadFixture(gpuRegistryFixture);
      const signature = malleate(await signRegistration(registry, device, owner.address));
      await expect(
        registry.register(device.address, CLASS, MEMORY, URI, signature),
      ).to.be.revertedWithCustomError(registry, "ECDSAInvalidSignatureS");
    });

    it("given bytes that are no signature: reverts with ECDSAInvalidSignatureLength or ECDSAInvalidSignature", async () => {
      const { registry, owner, device } = await loadFixture(gpuRegistryFixture);
      const signature = await signRegistration(registry, device, owner.address);
      for (const wrong of ["0x", ethers.dataSlice(signature, 0, 64), `${signature}00`]) {
        await expect(registry.register(device.address, CLASS, MEMORY, URI, wrong))
          .to.be.revertedWithCustomError(registry, "ECDSAInvalidSignatureLength")
          .withArgs(ethers.dataLength(wrong));
      }
      const zero = `0x${"00".repeat(65)}`;
      await expect(
        registry.register(device.address, CLASS, MEMORY, URI, zero),
      ).to.be.revertedWithCustomError(registry, "ECDSAInvalidSignature");
    });
  });
});
