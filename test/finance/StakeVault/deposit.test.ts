import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256, ZeroHash } from "ethers";

import { at, useMarket } from "../../shared/jobs";
import {
  deployEmptyVault,
  deployVault,
  openVaultJob,
  settleVaultJob,
  sharesOf,
} from "../../shared/vaults";
import type { VaultMarket } from "../../shared/vaults";

const CAP = (2n ** 112n - 1n) / 2n;

/** An empty vault of the operator in a token of whose transfers a hundredth is lost, and a staker with some. */
async function withFeeToken({ factory, operator, staker }: VaultMarket) {
  const token = await ethers.deployContract("FeeToken", [100n]);
  await factory.connect(operator).create(token, 1n, ZeroHash);
  const address = await factory.vaultAddress(token, operator, ZeroHash);
  const vault = await ethers.getContractAt("StakeVault", address);
  await token.mint(staker, 1_000_000n);
  await token.connect(staker).approve(vault, MaxUint256);
  return { token, vault, staker };
}

/*
IStakeVault
├── deposit, depositClaims and mint
│  ├── they take tokens or claims, give a thousand shares a unit at first, and emit Deposit
│  ├── they give what the previews foretold, to the receiver
│  ├── they take no token that takes a fee, but claims on it, and count what arrives
│  ├── mint reverts with VaultShortDeposit when less arrives than the shares cost
│  ├── they revert with VaultNoShares given too little for a share
│  ├── they revert with VaultTooLarge above the cap, and not at it
│  ├── they revert with VaultEntriesPaused up to the pause's end less a second
│  └── they revert with VaultIsClosed once the vault is closed
└── the previews and limits
   ├── maxDeposit and maxMint are zero while entries are paused or the vault is closed, and what the cap leaves otherwise
   ├── what is converted is rounded down, and what is minted is paid up
   └── maxWithdraw and maxRedeem are zero; withdraw, redeem and their previews revert with VaultByRequest
*/
describe("StakeVault", () => {
  context("that is empty", () => {
    const the = useMarket(deployEmptyVault);

    it("takes tokens or claims, gives a thousand shares a unit at first, and emits Deposit", async () => {
      const { vault, staker, other, token, ledger, tokenAddress } = the();
      const own = vault.connect(staker);
      await expect(own.deposit(10n, other))
        .to.emit(vault, "Deposit")
        .withArgs(staker.address, other.address, 10n, 10_000n);
      await expect(own.depositClaims(20n, other))
        .to.emit(vault, "Deposit")
        .withArgs(staker.address, other.address, 20n, 20_000n);
      await expect(own.mint(5_000n, staker))
        .to.emit(vault, "Deposit")
        .withArgs(staker.address, staker.address, 5n, 5_000n);
      expect(await sharesOf(vault, other)).to.equal(30_000n);
      expect(await vault.totalAssets()).to.equal(35n);
      expect(await ledger.balanceOf(vault, BigInt(tokenAddress))).to.equal(35n);
      expect(await token.balanceOf(vault)).to.equal(0n);
    });

    it("takes no token that takes a fee, but claims on it, and counts what arrives", async () => {
      const { token, vault, staker } = await withFeeToken(the());
      await expect(vault.connect(staker).deposit(10_000n, staker))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
        .withArgs(await vault.getAddress(), 9_800n, 9_900n);
      // tokens that were sent to the vault by mistake pay the fee
      await token.mint(vault, 1_000n);
      await vault.connect(staker).deposit(10_000n, staker);
      expect(await vault.totalAssets()).to.equal(9_900n);
      expect(await sharesOf(vault, staker)).to.equal(9_900_000n);
    });

    it("mint reverts with VaultShortDeposit when less arrives than the shares cost", async () => {
      const { token, vault, staker } = await withFeeToken(the());
      await token.mint(vault, 1_000n);
      await expect(vault.connect(staker).mint(10_000_000n, staker))
        .to.be.revertedWithCustomError(vault, "VaultShortDeposit")
        .withArgs(9_900n, 10_000n);
    });

    it("reverts with VaultNoShares given too little for a share", async () => {
      const { vault, staker, tokenAddress, ledger } = the();
      await vault.connect(staker).depositClaims(1n, staker);
      await expect(vault.connect(staker).depositClaims(0n, staker))
        .to.be.revertedWithCustomError(vault, "VaultNoShares")
        .withArgs(0n);
      await expect(vault.connect(staker).deposit(0n, staker))
        .to.be.revertedWithCustomError(ledger, "LedgerNothingReceived")
        .withArgs(tokenAddress, 0n);
      await expect(vault.connect(staker).mint(0n, staker))
        .to.be.revertedWithCustomError(ledger, "LedgerNothingReceived")
        .withArgs(tokenAddress, 0n);
    });

    it("reverts with VaultTooLarge above the cap, and not at it", async () => {
      const { vault, staker, ledger, token } = the();
      await token.mint(staker, 2n ** 112n);
      await token.connect(staker).approve(ledger, MaxUint256);
      await ledger.connect(staker).deposit(token, 2n ** 112n, staker);
      const most = await vault.maxDeposit(staker);
      expect(most).to.equal(CAP / 1_000n);
      await expect(vault.connect(staker).depositClaims(most + 1n, staker))
        .to.be.revertedWithCustomError(vault, "VaultTooLarge")
        .withArgs((most + 1n) * 1_000n, CAP);
      await vault.connect(staker).depositClaims(most, staker);
      expect(await vault.maxDeposit(staker)).to.equal(0n);
    });

    it("reverts with VaultEntriesPaused up to the pause's end less a second", async () => {
      const { vault, book, staker, admin } = the();
      await book.connect(admin).pauseEntries(3_600n);
      const until = BigInt(await time.latest()) + 3_600n;
      expect(await vault.maxDeposit(staker)).to.equal(0n);
      expect(await vault.maxMint(staker)).to.equal(0n);
      for (const enter of [
        () => vault.connect(staker).deposit(10n, staker),
        () => vault.connect(staker).depositClaims(10n, staker),
        () => vault.connect(staker).mint(10n, staker),
      ]) {
        await expect(enter())
          .to.be.revertedWithCustomError(vault, "VaultEntriesPaused")
          .withArgs(until);
      }
      await at(until - 1n);
      await expect(vault.connect(staker).depositClaims(10n, staker))
        .to.be.revertedWithCustomError(vault, "VaultEntriesPaused")
        .withArgs(until);
      await at(until);
      await vault.connect(staker).depositClaims(10n, staker);
    });
  });

  context("at work", () => {
    const the = useMarket(deployVault);

    /** Lets the price of a share rise to something odd. */
    async function earn(market: VaultMarket): Promise<void> {
      await settleVaultJob(market, await openVaultJob(market));
      await market.vault.rebalance();
      await time.increase(8n * 86_400n);
    }

    it("gives what the previews foretold, to the receiver", async () => {
      const { vault, staker, other } = the();
      await earn(the());
      for (const assets of [1n, 2n, 999n, 123_457n]) {
        const before = await sharesOf(vault, other);
        const foretold = await vault.previewDeposit(assets);
        await vault.connect(staker).depositClaims(assets, other);
        expect((await sharesOf(vault, other)) - before).to.equal(foretold);
        expect(foretold).to.be.lessThan(assets * 1_000n);
      }
      for (const shares of [1n, 999n, 1_000n, 777_777n]) {
        const before = await vault.totalAssets();
        const foretold = await vault.previewMint(shares);
        await vault.connect(staker).mint(shares, other);
        expect((await vault.totalAssets()) - before).to.equal(foretold);
      }
    });

    it("reverts with VaultIsClosed once the vault is closed", async () => {
      const { vault, staker, operator } = the();
      await vault.connect(operator).windDown();
      expect(await vault.maxDeposit(staker)).to.equal(0n);
      await expect(vault.connect(staker).depositClaims(10n, staker)).to.be.revertedWithCustomError(
        vault,
        "VaultIsClosed",
      );
    });

    it("converts rounding down, and mints rounding up", async () => {
      const { vault } = the();
      await earn(the());
      const [assets, shares] = [
        (await vault.totalAssets()) + 1n,
        (await vault.totalSupply()) + 1_000n,
      ];
      for (const amount of [1n, 3n, 1_000n, 999_999n]) {
        expect(await vault.convertToShares(amount)).to.equal((amount * shares) / assets);
        expect(await vault.convertToAssets(amount)).to.equal((amount * assets) / shares);
        expect(await vault.previewMint(amount)).to.equal((amount * assets + shares - 1n) / shares);
      }
      expect(await vault.maxMint(ethers.ZeroAddress)).to.equal(
        await vault.previewDeposit(await vault.maxDeposit(ethers.ZeroAddress)),
      );
    });

    it("maxWithdraw and maxRedeem are zero; withdraw, redeem and their previews revert with VaultByRequest", async () => {
      const { vault, staker } = the();
      expect(await vault.maxWithdraw(staker)).to.equal(0n);
      expect(await vault.maxRedeem(staker)).to.equal(0n);
      for (const call of [
        () => vault.withdraw.staticCall(1n, staker, staker),
        () => vault.redeem.staticCall(1n, staker, staker),
        () => vault.previewWithdraw(1n),
        () => vault.previewRedeem(1n),
      ]) {
        await expect(call()).to.be.revertedWithCustomError(vault, "VaultByRequest");
      }
    });
  });
});
