import { expect } from "chai";
import { ZeroAddress, ZeroHash, id as hashOf } from "ethers";
import { ethers } from "hardhat";

import { useMarket } from "../../shared/jobs";
import { RENT_BPS, deployEmptyVault } from "../../shared/vaults";

/*
IStakeVaultFactory
├── create
│  ├── it makes a vault where it said, which its caller operates, and emits VaultCreated
│  ├── it lets the operator bond asks out of the vault's stake, at the rent
│  ├── it reverts with FailedDeployment given the same token and salt again, by the same operator only
│  └── it reverts with FactoryInvalidToken given an address without code
└── the vault
   ├── it is named after its token, with three decimals more
   ├── it is set up once: initialize reverts with VaultNotFactory for anyone else
   └── the implementation is no vault
*/
describe("StakeVaultFactory", () => {
  const the = useMarket(deployEmptyVault);

  describe("create", () => {
    it("makes a vault where it said, which its caller operates, and emits VaultCreated", async () => {
      const { factory, stranger, token, tokenAddress } = the();
      const salt = hashOf("second");
      const address = await factory.vaultAddress(token, stranger, salt);
      expect(await factory.isVault(address)).to.equal(false);
      await expect(factory.connect(stranger).create(token, 7n, salt))
        .to.emit(factory, "VaultCreated")
        .withArgs(address, stranger.address, tokenAddress, 7n);
      const vault = await ethers.getContractAt("StakeVault", address);
      expect(await factory.isVault(address)).to.equal(true);
      expect(await vault.operator()).to.equal(stranger.address);
      expect(await vault.juniorOwner()).to.equal(stranger.address);
      expect(await vault.asset()).to.equal(tokenAddress);
    });

    it("lets the operator bond asks out of the vault's stake, at the rent", async () => {
      const { book, escrow, vault, operator, token } = the();
      const { sides, expiry } = await book.delegation(vault, operator, token);
      expect([sides, expiry]).to.deep.equal([4n, 2n ** 40n - 1n]);
      expect((await escrow.stakeOf(vault, token)).rentBps).to.equal(RENT_BPS);
    });

    it("reverts with FailedDeployment given the same token and salt again, by the same operator only", async () => {
      const { factory, operator, stranger, token } = the();
      await expect(
        factory.connect(operator).create(token, 1n, ZeroHash),
      ).to.be.revertedWithCustomError(factory, "FailedDeployment");
      await factory.connect(stranger).create(token, 1n, ZeroHash);
    });

    it("reverts with FactoryInvalidToken given an address without code", async () => {
      const { factory, operator, stranger } = the();
      for (const token of [ZeroAddress, stranger.address]) {
        await expect(factory.connect(operator).create(token, 1n, ZeroHash))
          .to.be.revertedWithCustomError(factory, "FactoryInvalidToken")
          .withArgs(token);
      }
    });
  });

  describe("the vault", () => {
    it("is named after its token, with three decimals more", async () => {
      const { vault, escrow, ledger, factory } = the();
      expect(await vault.name()).to.equal("Ergon stake in TUSD");
      expect(await vault.symbol()).to.equal("stakeTUSD");
      expect(await vault.decimals()).to.equal(9n);
      expect(await vault.ESCROW()).to.equal(await escrow.getAddress());
      expect(await vault.LEDGER()).to.equal(await ledger.getAddress());
      expect(await vault.FACTORY()).to.equal(await factory.getAddress());
      expect(await vault.supportsInterface("0x0f632fb3")).to.equal(true);
    });

    it("is set up once: initialize reverts with VaultNotFactory for anyone else", async () => {
      const { vault, factory, operator, stranger } = the();
      const implementation = await ethers.getContractAt(
        "StakeVault",
        await factory.IMPLEMENTATION(),
      );
      for (const target of [vault, implementation]) {
        for (const caller of [operator, stranger]) {
          await expect(target.connect(caller).initialize(1n))
            .to.be.revertedWithCustomError(target, "VaultNotFactory")
            .withArgs(caller.address);
        }
      }
    });

    it("the implementation is no vault", async () => {
      const { factory, staker } = the();
      const address = await factory.IMPLEMENTATION();
      const implementation = await ethers.getContractAt("StakeVault", address);
      expect(await factory.isVault(address)).to.equal(false);
      await expect(
        implementation.connect(staker).depositClaims(1n, staker),
      ).to.be.revertedWithoutReason();
    });
  });
});
