import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { FUNDS, fund, idOf, ledgerFixture } from "./fixture";

const IDENTITY_PRECOMPILE = "0x0000000000000000000000000000000000000004";

/*
Ledger.deposit
├── when the address is not a token
│  ├── given it has no code: it reverts with LedgerInvalidToken
│  ├── given it has code but no balances: it reverts with LedgerInvalidToken
│  └── given it is a precompile: it reverts with SafeERC20FailedOperation
├── when the receiver cannot hold claims: it reverts with ERC6909InvalidReceiver
├── when the amount is zero: it reverts with LedgerNothingReceived
├── when the caller has allowed or holds too little: it reverts with the token's error
├── when the token is an ordinary one
│  ├── it moves the tokens and credits the claims
│  ├── it returns the claims and emits both transfers
│  ├── it credits another account
│  └── it takes no more than the claims of the deposit from a surplus
├── given the Ledger holds less of the token than is claimed
│  ├── it reverts with LedgerTokenShort, even by one unit
│  ├── it takes deposits again from the first unit that covers all claims
│  └── it still takes deposits of other tokens
└── when the token misbehaves: see the names below
*/
describe("Ledger", () => {
  describe("deposit", () => {
    context("when the address is not a token", () => {
      it("reverts with LedgerInvalidToken given it has no code", async () => {
        const { ledger, alice, carol } = await loadFixture(ledgerFixture);
        await expect(ledger.deposit(carol.address, 1n, alice.address))
          .to.be.revertedWithCustomError(ledger, "LedgerInvalidToken")
          .withArgs(carol.address);
      });

      it("reverts with LedgerInvalidToken given it has code but no balances", async () => {
        const { ledger, alice } = await loadFixture(ledgerFixture);
        await expect(ledger.deposit(ledger, 1n, alice.address))
          .to.be.revertedWithCustomError(ledger, "LedgerInvalidToken")
          .withArgs(await ledger.getAddress());
      });

      it("reverts with SafeERC20FailedOperation given it is a precompile", async () => {
        const { ledger, alice } = await loadFixture(ledgerFixture);
        await expect(ledger.deposit(IDENTITY_PRECOMPILE, 1n, alice.address))
          .to.be.revertedWithCustomError(ledger, "SafeERC20FailedOperation")
          .withArgs(IDENTITY_PRECOMPILE);
      });
    });

    context("when the receiver cannot hold claims", () => {
      it("reverts with ERC6909InvalidReceiver for the zero address and for the Ledger", async () => {
        const { ledger, asset } = await loadFixture(ledgerFixture);
        for (const to of [ethers.ZeroAddress, await ledger.getAddress()]) {
          await expect(ledger.deposit(asset, 1n, to))
            .to.be.revertedWithCustomError(ledger, "ERC6909InvalidReceiver")
            .withArgs(to);
        }
      });
    });

    context("when the amount is zero", () => {
      it("reverts with LedgerNothingReceived", async () => {
        const { ledger, asset, alice } = await loadFixture(ledgerFixture);
        await expect(ledger.deposit(asset, 0n, alice.address))
          .to.be.revertedWithCustomError(ledger, "LedgerNothingReceived")
          .withArgs(asset, 0n);
      });
    });

    context("when the caller has allowed or holds too little", () => {
      it("reverts with the token's error", async () => {
        const { ledger, token, asset, alice } = await loadFixture(ledgerFixture);
        await expect(ledger.deposit(asset, FUNDS + 1n, alice.address))
          .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
          .withArgs(await ledger.getAddress(), FUNDS, FUNDS + 1n);

        await token.approve(ledger, FUNDS + 1n);
        await expect(ledger.deposit(asset, FUNDS + 1n, alice.address))
          .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
          .withArgs(alice.address, FUNDS, FUNDS + 1n);
      });
    });

    context("when the token is an ordinary one", () => {
      it("moves the tokens and credits the claims", async () => {
        const { ledger, token, asset, id, alice } = await loadFixture(ledgerFixture);
        await expect(ledger.deposit(asset, 100n, alice.address)).to.changeTokenBalances(
          token,
          [alice, ledger],
          [-100n, 100n],
        );
        expect(await ledger.balanceOf(alice.address, id)).to.equal(100n);
        expect(await ledger.totalSupply(id)).to.equal(100n);
      });

      it("returns the claims and emits both transfers", async () => {
        const { ledger, token, asset, id, alice, bob } = await loadFixture(ledgerFixture);
        expect(await ledger.deposit.staticCall(asset, 100n, bob.address)).to.equal(100n);
        await expect(ledger.deposit(asset, 100n, bob.address))
          .to.emit(token, "Transfer")
          .withArgs(alice.address, await ledger.getAddress(), 100n)
          .and.to.emit(ledger, "Transfer")
          .withArgs(alice.address, ethers.ZeroAddress, bob.address, id, 100n);
      });

      it("credits another account", async () => {
        const { ledger, asset, id, alice, bob } = await loadFixture(ledgerFixture);
        await ledger.deposit(asset, 100n, bob.address);
        expect(await ledger.balanceOf(bob.address, id)).to.equal(100n);
        expect(await ledger.balanceOf(alice.address, id)).to.equal(0n);
      });

      it("gives nobody the tokens that came without a deposit", async () => {
        const { ledger, token, asset, id, alice, bob } = await loadFixture(ledgerFixture);
        await token.connect(bob).transfer(ledger, 50n);
        await ledger.deposit(asset, 100n, alice.address);
        expect(await ledger.totalSupply(id)).to.equal(100n);
      });
    });

    context("given the Ledger holds less of the token than is claimed", () => {
      async function shortFixture() {
        const base = await ledgerFixture();
        const { ledger, alice, bob } = base;
        const rebasing = await ethers.deployContract("RebasingToken");
        await fund(rebasing, await ledger.getAddress(), [alice, bob]);
        await ledger.deposit(rebasing, 1_000n, alice.address);
        return { ...base, rebasing, rebasingAsset: await rebasing.getAddress() };
      }

      it("reverts with LedgerTokenShort, even by one unit", async () => {
        const { ledger, rebasing, rebasingAsset, bob } = await loadFixture(shortFixture);
        await rebasing.rebase(ethers.parseEther("0.9999"));
        await expect(ledger.connect(bob).deposit(rebasing, 100n, bob.address))
          .to.be.revertedWithCustomError(ledger, "LedgerTokenShort")
          .withArgs(rebasingAsset, 999n, 1_000n);
      });

      it("takes deposits again from the first unit that covers all claims", async () => {
        const { ledger, rebasing, rebasingAsset, bob } = await loadFixture(shortFixture);
        await rebasing.rebase(ethers.parseEther("0.5"));
        await rebasing.connect(bob).transfer(ledger, 499n);
        await expect(ledger.connect(bob).deposit(rebasing, 100n, bob.address))
          .to.be.revertedWithCustomError(ledger, "LedgerTokenShort")
          .withArgs(rebasingAsset, 999n, 1_000n);

        await rebasing.connect(bob).transfer(ledger, 1n);
        await ledger.connect(bob).deposit(rebasing, 100n, bob.address);
        expect(await ledger.totalSupply(await idOf(rebasing))).to.equal(1_100n);
        expect(await rebasing.balanceOf(ledger)).to.equal(1_100n);
      });

      it("still takes deposits of other tokens", async () => {
        const { ledger, rebasing, asset, id, bob } = await loadFixture(shortFixture);
        await rebasing.rebase(1n);
        await ledger.connect(bob).deposit(asset, 100n, bob.address);
        expect(await ledger.balanceOf(bob.address, id)).to.equal(100n);
      });
    });
  });
});
