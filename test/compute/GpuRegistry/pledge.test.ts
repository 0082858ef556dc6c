import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { newDevice, registerGpu, registeredGpuFixture } from "./fixture";

async function pledgedGpuFixture() {
  const base = await registeredGpuFixture();
  const { registry, gpuId, operator, buyer } = base;
  await registry.setOperator(gpuId, operator);
  await registry.approve(buyer, gpuId);
  const [, , , , pledgee] = await ethers.getSigners();
  await registry.pledge(gpuId, pledgee);
  return { ...base, pledgee };
}

/*
GpuRegistry, pledges
├── pledge
│  ├── given the owner: it names the pledgee, keeps owner and operator, and emits GpuPledged
│  ├── given anybody else: it reverts with GpuRegistryNotOwner
│  ├── given no pledgee: it reverts with GpuRegistryPledgeeMissing
│  ├── given a pledged GPU: it reverts with GpuRegistryPledged
│  └── given an unknown GPU: it reverts with ERC721NonexistentToken
├── while a GPU is pledged (GR-4)
│  ├── transfer, by the owner, an approved account or to the owner itself: it reverts with GpuRegistryPledged
│  ├── retire: it reverts with GpuRegistryPledged
│  ├── setOperator: it reverts with GpuRegistryPledged
│  ├── setMetadata: it goes on
│  └── other GPUs of the owner are free
├── release
│  ├── given the pledgee: it ends the pledge, keeps the operator, and emits GpuReleased
│  ├── given the owner or anybody else: it reverts with GpuRegistryNotPledgee
│  └── given no pledge: it reverts with GpuRegistryNotPledgee
└── seize
   ├── given the pledgee: it moves the GPU, ends the pledge, and emits GpuSeized
   ├── given the owner or anybody else: it reverts with GpuRegistryNotPledgee
   ├── given no receiver: it reverts with ERC721InvalidReceiver
   └── given a contract that takes no tokens: it moves the GPU
*/
describe("GpuRegistry", () => {
  describe("pledges", () => {
    context("pledge", () => {
      it("given the owner: names the pledgee, keeps owner and operator, and emits GpuPledged", async () => {
        const { registry, owner, operator, buyer, gpuId } = await loadFixture(registeredGpuFixture);
        await registry.setOperator(gpuId, operator);
        await expect(registry.pledge(gpuId, buyer))
          .to.emit(registry, "GpuPledged")
          .withArgs(gpuId, buyer.address);
        expect(await registry.pledgeeOf(gpuId)).to.equal(buyer.address);
        expect(await registry.ownerOf(gpuId)).to.equal(owner.address);
        expect(await registry.operatorOf(gpuId)).to.equal(operator.address);
      });

      it("given anybody else: reverts with GpuRegistryNotOwner", async () => {
        const { registry, owner, operator, stranger, gpuId } =
          await loadFixture(registeredGpuFixture);
        await registry.setOperator(gpuId, operator);
        for (const signer of [operator, stranger]) {
          await expect(registry.connect(signer).pledge(gpuId, signer))
            .to.be.revertedWithCustomError(registry, "GpuRegistryNotOwner")
            .withArgs(gpuId, signer.address, owner.address);
        }
      });

      it("given no pledgee: reverts with GpuRegistryPledgeeMissing", async () => {
        const { registry, gpuId } = await loadFixture(registeredGpuFixture);
        await expect(registry.pledge(gpuId, ethers.ZeroAddress))
          .to.be.revertedWithCustomError(registry, "GpuRegistryPledgeeMissing")
          .withArgs(gpuId);
      });

      it("given a pledged GPU: reverts with GpuRegistryPledged", async () => {
        const { registry, pledgee, buyer, gpuId } = await loadFixture(pledgedGpuFixture);
        await expect(registry.pledge(gpuId, buyer))
          .to.be.revertedWithCustomError(registry, "GpuRegistryPledged")
          .withArgs(gpuId, pledgee.address);
      });

      it("given an unknown GPU: reverts with ERC721NonexistentToken", async () => {
        const { registry, buyer } = await loadFixture(registeredGpuFixture);
        const unknown = BigInt(newDevice(9).address);
        await expect(registry.pledge(unknown, buyer))
          .to.be.revertedWithCustomError(registry, "ERC721NonexistentToken")
          .withArgs(unknown);
      });
    });

    context("while a GPU is pledged (GR-4)", () => {
      it("transfer, by the owner, an approved account or to the owner itself: reverts with GpuRegistryPledged", async () => {
        const { registry, owner, buyer, pledgee, gpuId } = await loadFixture(pledgedGpuFixture);
        for (const [signer, to] of [
          [owner, buyer],
          [buyer, buyer],
          [owner, owner],
        ]) {
          await expect(registry.connect(signer).transferFrom(owner, to, gpuId))
            .to.be.revertedWithCustomError(registry, "GpuRegistryPledged")
            .withArgs(gpuId, pledgee.address);
        }
      });

      it("retire: reverts with GpuRegistryPledged", async () => {
        const { registry, pledgee, gpuId } = await loadFixture(pledgedGpuFixture);
        await expect(registry.retire(gpuId))
          .to.be.revertedWithCustomError(registry, "GpuRegistryPledged")
          .withArgs(gpuId, pledgee.address);
      });

      it("setOperator: reverts with GpuRegistryPledged", async () => {
        const { registry, owner, operator, pledgee, gpuId } = await loadFixture(pledgedGpuFixture);
        await expect(registry.setOperator(gpuId, owner))
          .to.be.revertedWithCustomError(registry, "GpuRegistryPledged")
          .withArgs(gpuId, pledgee.address);
        expect(await registry.operatorOf(gpuId)).to.equal(operator.address);
      });

      it("setMetadata: goes on", async () => {
        const { registry, gpuId } = await loadFixture(pledgedGpuFixture);
        await registry.setMetadata(gpuId, "ipfs://gpu");
        expect(await registry.tokenURI(gpuId)).to.equal("ipfs://gpu");
      });

      it("other GPUs of the owner are free", async () => {
        const { registry, owner, buyer } = await loadFixture(pledgedGpuFixture);
        const device = newDevice(2);
        await registerGpu(registry, owner, device);
        await registry.transferFrom(owner, buyer, BigInt(device.address));
        expect(await registry.ownerOf(BigInt(device.address))).to.equal(buyer.address);
      });
    });

    context("release", () => {
      it("given the pledgee: ends the pledge, keeps the operator, and emits GpuReleased", async () => {
        const { registry, owner, operator, pledgee, gpuId } = await loadFixture(pledgedGpuFixture);
        await expect(registry.connect(pledgee).release(gpuId))
          .to.emit(registry, "GpuReleased")
          .withArgs(gpuId, pledgee.address);
        expect(await registry.pledgeeOf(gpuId)).to.equal(ethers.ZeroAddress);
        expect(await registry.operatorOf(gpuId)).to.equal(operator.address);
        await registry.setOperator(gpuId, owner);
        await registry.pledge(gpuId, pledgee);
      });

      it("given the owner or anybody else: reverts with GpuRegistryNotPledgee", async () => {
        const { registry, owner, stranger, pledgee, gpuId } = await loadFixture(pledgedGpuFixture);
        for (const signer of [owner, stranger]) {
          await expect(registry.connect(signer).release(gpuId))
            .to.be.revertedWithCustomError(registry, "GpuRegistryNotPledgee")
            .withArgs(gpuId, signer.address, pledgee.address);
        }
      });

      it("given no pledge: reverts with GpuRegistryNotPledgee", async () => {
        const { registry, owner, gpuId } = await loadFixture(registeredGpuFixture);
        await expect(registry.release(gpuId))
          .to.be.revertedWithCustomError(registry, "GpuRegistryNotPledgee")
          .withArgs(gpuId, owner.address, ethers.ZeroAddress);
      });
    });

    context("seize", () => {
      it("given the pledgee: moves the GPU, ends the pledge, and emits GpuSeized", async () => {
        const { registry, stranger, pledgee, gpuId } = await loadFixture(pledgedGpuFixture);
        await expect(registry.connect(pledgee).seize(gpuId, stranger))
          .to.emit(registry, "GpuSeized")
          .withArgs(gpuId, pledgee.address, stranger.address)
          .and.to.emit(registry, "GpuOperatorSet")
          .withArgs(gpuId, stranger.address);
        expect(await registry.ownerOf(gpuId)).to.equal(stranger.address);
        expect(await registry.operatorOf(gpuId)).to.equal(stranger.address);
        expect(await registry.pledgeeOf(gpuId)).to.equal(ethers.ZeroAddress);
        expect(await registry.getApproved(gpuId)).to.equal(ethers.ZeroAddress);
      });

      it("given the owner or anybody else: reverts with GpuRegistryNotPledgee", async () => {
        const { registry, owner, stranger, pledgee, gpuId } = await loadFixture(pledgedGpuFixture);
        for (const signer of [owner, stranger]) {
          await expect(registry.connect(signer).seize(gpuId, signer))
            .to.be.revertedWithCustomError(registry, "GpuRegistryNotPledgee")
            .withArgs(gpuId, signer.address, pledgee.address);
        }
      });

      it("given no receiver: reverts with ERC721InvalidReceiver", async () => {
        const { registry, pledgee, gpuId } = await loadFixture(pledgedGpuFixture);
        await expect(registry.connect(pledgee).seize(gpuId, ethers.ZeroAddress))
          .to.be.revertedWithCustomError(registry, "ERC721InvalidReceiver")
          .withArgs(ethers.ZeroAddress);
      });

      it("given a contract that takes no tokens: moves the GPU", async () => {
        const { registry, pledgee, gpuId } = await loadFixture(pledgedGpuFixture);
        await registry.connect(pledgee).seize(gpuId, registry);
        expect(await registry.ownerOf(gpuId)).to.equal(await registry.getAddress());
      });
    });
  });
});
