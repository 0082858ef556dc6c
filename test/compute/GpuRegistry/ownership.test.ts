import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { CLASS, MEMORY, newDevice, registeredGpuFixture } from "./fixture";

const NEW_URI = "ipfs://gpu";
const ERC165 = "0x01ffc9a7";
const ERC721 = "0x80ac58cd";
const ERC721_METADATA = "0x5b5e139f";
const ERC4906 = "0x49064906";

/*
GpuRegistry, owner and operator
├── setOperator
│  ├── given the owner: it sets the operator, the zero address included, and emits GpuOperatorSet
│  ├── given the operator, an approved account or anybody else: it reverts with GpuRegistryNotOwner
│  └── given an unknown GPU: it reverts with ERC721NonexistentToken
├── setMetadata
│  ├── given the owner: it sets the URI and emits GpuMetadataSet and MetadataUpdate
│  └── given anybody else: it reverts with GpuRegistryNotOwner
├── transfer
│  ├── it makes the new owner the operator, and emits GpuOperatorSet
│  ├── given an approved account: it may transfer, and no more
│  ├── given a transfer to the owner itself: it takes the operator back
│  └── the new owner may lend it back to the old one
├── retire
│  ├── given the owner: it burns the token, clears the operator and emits GpuRetired
│  ├── it keeps class and memory of the record
│  ├── given the operator or anybody else: it reverts with GpuRegistryNotOwner
│  ├── given a retired GPU: every call reverts with ERC721NonexistentToken
│  └── given a GPU sold before: the seller cannot retire it
├── gpuOf and operatorOf given an unknown GPU: they are zero
└── supportsInterface: it names ERC-165, ERC-721 with metadata, and ERC-4906
*/
describe("GpuRegistry", () => {
  describe("owner and operator", () => {
    context("setOperator", () => {
      it("given the owner: sets the operator, the zero address included, and emits GpuOperatorSet", async () => {
        const { registry, operator, gpuId } = await loadFixture(registeredGpuFixture);
        for (const account of [operator.address, ethers.ZeroAddress]) {
          await expect(registry.setOperator(gpuId, account))
            .to.emit(registry, "GpuOperatorSet")
            .withArgs(gpuId, account);
          expect(await registry.operatorOf(gpuId)).to.equal(account);
        }
      });

      it("given the operator, an approved account or anybody else: reverts with GpuRegistryNotOwner", async () => {
        const { registry, owner, operator, buyer, stranger, gpuId } =
          await loadFixture(registeredGpuFixture);
        await registry.setOperator(gpuId, operator);
        await registry.approve(buyer, gpuId);
        for (const signer of [operator, buyer, stranger]) {
          await expect(registry.connect(signer).setOperator(gpuId, signer))
            .to.be.revertedWithCustomError(registry, "GpuRegistryNotOwner")
            .withArgs(gpuId, signer.address, owner.address);
        }
      });

      it("given an unknown GPU: reverts with ERC721NonexistentToken", async () => {
        const { registry, owner } = await loadFixture(registeredGpuFixture);
        const unknown = BigInt(newDevice(9).address);
        await expect(registry.setOperator(unknown, owner))
          .to.be.revertedWithCustomError(registry, "ERC721NonexistentToken")
          .withArgs(unknown);
      });
    });

    context("setMetadata", () => {
      it("given the owner: sets the URI and emits GpuMetadataSet and MetadataUpdate", async () => {
        const { registry, gpuId } = await loadFixture(registeredGpuFixture);
        await expect(registry.setMetadata(gpuId, NEW_URI))
          .to.emit(registry, "GpuMetadataSet")
          .withArgs(gpuId, NEW_URI)
          .and.to.emit(registry, "MetadataUpdate")
          .withArgs(gpuId);
        expect(await registry.tokenURI(gpuId)).to.equal(NEW_URI);
      });

      it("given anybody else: reverts with GpuRegistryNotOwner", async () => {
        const { registry, owner, stranger, gpuId } = await loadFixture(registeredGpuFixture);
        await expect(registry.connect(stranger).setMetadata(gpuId, NEW_URI))
          .to.be.revertedWithCustomError(registry, "GpuRegistryNotOwner")
          .withArgs(gpuId, stranger.address, owner.address);
      });
    });

    context("transfer", () => {
      it("makes the new owner the operator, and emits GpuOperatorSet", async () => {
        const { registry, owner, buyer, operator, gpuId } = await loadFixture(registeredGpuFixture);
        await registry.setOperator(gpuId, operator);
        await expect(registry.transferFrom(owner, buyer, gpuId))
          .to.emit(registry, "GpuOperatorSet")
          .withArgs(gpuId, buyer.address);
        expect(await registry.operatorOf(gpuId)).to.equal(buyer.address);
        expect(await registry.ownerOf(gpuId)).to.equal(buyer.address);
      });

      it("given an approved account: may transfer, and no more", async () => {
        const { registry, owner, buyer, gpuId } = await loadFixture(registeredGpuFixture);
        await registry.approve(buyer, gpuId);
        await expect(registry.connect(buyer).retire(gpuId))
          .to.be.revertedWithCustomError(registry, "GpuRegistryNotOwner")
          .withArgs(gpuId, buyer.address, owner.address);
        await registry.connect(buyer).transferFrom(owner, buyer, gpuId);
        expect(await registry.operatorOf(gpuId)).to.equal(buyer.address);
      });

      it("given a transfer to the owner itself: takes the operator back", async () => {
        const { registry, owner, operator, gpuId } = await loadFixture(registeredGpuFixture);
        await registry.setOperator(gpuId, operator);
        await registry.transferFrom(owner, owner, gpuId);
        expect(await registry.operatorOf(gpuId)).to.equal(owner.address);
      });

      it("the new owner may lend it back to the old one", async () => {
        const { registry, owner, buyer, gpuId } = await loadFixture(registeredGpuFixture);
        await registry.transferFrom(owner, buyer, gpuId);
        await registry.connect(buyer).setOperator(gpuId, owner);
        expect(await registry.operatorOf(gpuId)).to.equal(owner.address);
        expect(await registry.ownerOf(gpuId)).to.equal(buyer.address);
      });
    });

    context("retire", () => {
      it("given the owner: burns the token, clears the operator and emits GpuRetired", async () => {
        const { registry, owner, operator, gpuId } = await loadFixture(registeredGpuFixture);
        await registry.setOperator(gpuId, operator);
        await expect(registry.retire(gpuId))
          .to.emit(registry, "Transfer")
          .withArgs(owner.address, ethers.ZeroAddress, gpuId)
          .and.to.emit(registry, "GpuOperatorSet")
          .withArgs(gpuId, ethers.ZeroAddress)
          .and.to.emit(registry, "GpuRetired")
          .withArgs(gpuId, owner.address);
        expect(await registry.operatorOf(gpuId)).to.equal(ethers.ZeroAddress);
        expect(await registry.balanceOf(owner)).to.equal(0);
      });

      it("keeps class and memory of the record", async () => {
        const { registry, gpuId } = await loadFixture(registeredGpuFixture);
        await registry.retire(gpuId);
        const gpu = await registry.gpuOf(gpuId);
        expect([gpu.hardwareClass, gpu.memoryMiB]).to.deep.equal([CLASS, MEMORY]);
      });

      it("given the operator or anybody else: reverts with GpuRegistryNotOwner", async () => {
        const { registry, owner, operator, stranger, gpuId } =
          await loadFixture(registeredGpuFixture);
        await registry.setOperator(gpuId, operator);
        for (const signer of [operator, stranger]) {
          await expect(registry.connect(signer).retire(gpuId))
            .to.be.revertedWithCustomError(registry, "GpuRegistryNotOwner")
            .withArgs(gpuId, signer.address, owner.address);
        }
      });

      it("given a retired GPU: every call reverts with ERC721NonexistentToken", async () => {
        const { registry, owner, buyer, gpuId } = await loadFixture(registeredGpuFixture);
        await registry.retire(gpuId);
        for (const call of [
          () => registry.retire(gpuId),
          () => registry.setOperator(gpuId, owner),
          () => registry.setMetadata(gpuId, NEW_URI),
          () => registry.transferFrom(owner, buyer, gpuId),
          () => registry.ownerOf(gpuId),
          () => registry.tokenURI(gpuId),
        ]) {
          await expect(call())
            .to.be.revertedWithCustomError(registry, "ERC721NonexistentToken")
            .withArgs(gpuId);
        }
      });

      it("given a GPU sold before: the seller cannot retire it", async () => {
        const { registry, owner, buyer, gpuId } = await loadFixture(registeredGpuFixture);
        await registry.transferFrom(owner, buyer, gpuId);
        await expect(registry.retire(gpuId))
          .to.be.revertedWithCustomError(registry, "GpuRegistryNotOwner")
          .withArgs(gpuId, owner.address, buyer.address);
      });
    });

    it("gpuOf and operatorOf given an unknown GPU: are zero", async () => {
      const { registry } = await loadFixture(registeredGpuFixture);
      const unknown = BigInt(newDevice(9).address);
      const nothing = [ethers.ZeroAddress, 0n, 0n, ethers.ZeroHash];
      expect([...(await registry.gpuOf(unknown))]).to.deep.equal(nothing);
      expect(await registry.operatorOf(unknown)).to.equal(ethers.ZeroAddress);
    });

    it("supportsInterface: names ERC-165, ERC-721 with metadata, and ERC-4906", async () => {
      const { registry } = await loadFixture(registeredGpuFixture);
      for (const id of [ERC165, ERC721, ERC721_METADATA, ERC4906]) {
        expect(await registry.supportsInterface(id)).to.be.true;
      }
      expect(await registry.supportsInterface("0xffffffff")).to.be.false;
    });
  });
});
