import { loadFixture, setCode } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { fund, idOf, ledgerFixture } from "./fixture";

/*
Ledger.withdraw
├── when the receiver is the zero address or the Ledger: it reverts with ERC6909InvalidReceiver
├── when the amount is zero: it reverts with LedgerNothingSent
├── when the caller has fewer claims: it reverts with ERC6909InsufficientBalance
├── when the claims are covered
│  ├── it burns the claims and sends as many tokens to any address
│  ├── it returns the amount and emits both transfers
│  └── it leaves a surplus where it is
├── given the Ledger holds less of the token than is claimed
│  ├── it pays pro rata, rounded down
│  ├── it never lowers what is left for each remaining claim
│  ├── it pays the last claim all that is left
│  ├── it reverts with LedgerNothingSent when the share rounds to nothing, and keeps the claims
│  ├── it pays in full again once the token is made whole
│  └── it still pays other tokens in full
└── given the token has no code any more: it reverts with LedgerInvalidToken
*/
describe("Ledger", () => {
  describe("withdraw", () => {
    async function depositedFixture() {
      const base = await ledgerFixture();
      const { ledger, asset, alice, bob } = base;
      await ledger.deposit(asset, 600n, alice.address);
      await ledger.connect(bob).deposit(asset, 400n, bob.address);
      return base;
    }

    context("when the receiver is the zero address or the Ledger", () => {
      it("reverts with ERC6909InvalidReceiver", async () => {
        const { ledger, asset } = await loadFixture(depositedFixture);
        for (const to of [ethers.ZeroAddress, await ledger.getAddress()]) {
          await expect(ledger.withdraw(asset, 1n, to))
            .to.be.revertedWithCustomError(ledger, "ERC6909InvalidReceiver")
            .withArgs(to);
        }
      });
    });

    context("when the amount is zero", () => {
      it("reverts with LedgerNothingSent", async () => {
        const { ledger, asset, alice } = await loadFixture(depositedFixture);
        await expect(ledger.withdraw(asset, 0n, alice.address))
          .to.be.revertedWithCustomError(ledger, "LedgerNothingSent")
          .withArgs(asset, 0n);
      });
    });

    context("when the caller has fewer claims", () => {
      it("reverts with ERC6909InsufficientBalance", async () => {
        const { ledger, asset, id, alice, carol } = await loadFixture(depositedFixture);
        await expect(ledger.withdraw(asset, 601n, alice.address))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
          .withArgs(alice.address, 600n, 601n, id);
        await expect(ledger.connect(carol).withdraw(asset, 1n, carol.address))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
          .withArgs(carol.address, 0n, 1n, id);
      });
    });

    context("when the claims are covered", () => {
      it("burns the claims and sends as many tokens to any address", async () => {
        const { ledger, token, asset, id, alice, carol } = await loadFixture(depositedFixture);
        await expect(ledger.withdraw(asset, 600n, carol.address)).to.changeTokenBalances(
          token,
          [ledger, alice, carol],
          [-600n, 0n, 600n],
        );
        expect(await ledger.balanceOf(alice.address, id)).to.equal(0n);
        expect(await ledger.totalSupply(id)).to.equal(400n);
      });

      it("returns the amount and emits both transfers", async () => {
        const { ledger, token, asset, id, alice, carol } = await loadFixture(depositedFixture);
        expect(await ledger.withdraw.staticCall(asset, 10n, carol.address)).to.equal(10n);
        await expect(ledger.withdraw(asset, 10n, carol.address))
          .to.emit(token, "Transfer")
          .withArgs(await ledger.getAddress(), carol.address, 10n)
          .and.to.emit(ledger, "Transfer")
          .withArgs(alice.address, alice.address, ethers.ZeroAddress, id, 10n);
      });

      it("leaves a surplus where it is", async () => {
        const { ledger, token, asset, id, alice, bob } = await loadFixture(depositedFixture);
        await token.transfer(ledger, 50n);
        await ledger.withdraw(asset, 600n, alice.address);
        await ledger.connect(bob).withdraw(asset, 400n, bob.address);
        expect(await ledger.totalSupply(id)).to.equal(0n);
        expect(await token.balanceOf(ledger)).to.equal(50n);
      });
    });

    context("given the Ledger holds less of the token than is claimed", () => {
      /** Alice has 600 claims and Bob 400 on a token of which the Ledger holds only 333. */
      async function shortFixture() {
        const base = await depositedFixture();
        const { ledger, alice, bob } = base;
        const rebasing = await ethers.deployContract("RebasingToken");
        await fund(rebasing, await ledger.getAddress(), [alice, bob]);
        await ledger.deposit(rebasing, 600n, alice.address);
        await ledger.connect(bob).deposit(rebasing, 400n, bob.address);
        await rebasing.rebase(ethers.parseEther("0.333"));
        return {
          ...base,
          rebasing,
          rebasingAsset: await rebasing.getAddress(),
          rebasingId: await idOf(rebasing),
        };
      }

      it("pays pro rata, rounded down", async () => {
        const { ledger, rebasing, alice, bob } = await loadFixture(shortFixture);
        // 500 × 333 / 1,000 = 166.5
        expect(await ledger.withdraw.staticCall(rebasing, 500n, alice.address)).to.equal(166n);
        // 400 × 333 / 1,000 = 133.2
        expect(await ledger.connect(bob).withdraw.staticCall(rebasing, 400n, bob.address)).to.equal(
          133n,
        );
      });

      it("never lowers what is left for each remaining claim", async () => {
        const { ledger, rebasing, rebasingId, alice } = await loadFixture(shortFixture);
        let [held, claimed] = [333n, 1_000n];
        for (const amount of [7n, 100n, 4n, 489n]) {
          await ledger.withdraw(rebasing, amount, alice.address);
          const [heldNow, claimedNow] = [
            await rebasing.balanceOf(ledger),
            await ledger.totalSupply(rebasingId),
          ];
          expect(claimedNow).to.equal(claimed - amount);
          expect(heldNow * claimed).to.be.greaterThanOrEqual(held * claimedNow);
          [held, claimed] = [heldNow, claimedNow];
        }
      });

      it("pays the last claim all that is left", async () => {
        const { ledger, rebasing, rebasingId, alice, bob } = await loadFixture(shortFixture);
        await ledger.withdraw(rebasing, 600n, alice.address);
        const held = await rebasing.balanceOf(ledger);
        expect(await ledger.connect(bob).withdraw.staticCall(rebasing, 400n, bob.address)).to.equal(
          held,
        );
        await ledger.connect(bob).withdraw(rebasing, 400n, bob.address);
        expect(await ledger.totalSupply(rebasingId)).to.equal(0n);
      });

      it("reverts with LedgerNothingSent when the share rounds to nothing, and keeps the claims", async () => {
        const { ledger, rebasing, rebasingAsset, rebasingId, alice } =
          await loadFixture(shortFixture);
        for (const amount of [1n, 3n]) {
          await expect(ledger.withdraw(rebasing, amount, alice.address))
            .to.be.revertedWithCustomError(ledger, "LedgerNothingSent")
            .withArgs(rebasingAsset, amount);
        }
        await rebasing.rebase(0n);
        await expect(ledger.withdraw(rebasing, 600n, alice.address))
          .to.be.revertedWithCustomError(ledger, "LedgerNothingSent")
          .withArgs(rebasingAsset, 600n);
        expect(await ledger.balanceOf(alice.address, rebasingId)).to.equal(600n);
      });

      it("pays in full again once the token is made whole", async () => {
        const { ledger, rebasing, alice } = await loadFixture(shortFixture);
        await rebasing.rebase(ethers.parseEther("1"));
        await expect(ledger.withdraw(rebasing, 600n, alice.address)).to.changeTokenBalance(
          rebasing,
          alice,
          600n,
        );
      });

      it("still pays other tokens in full", async () => {
        const { ledger, token, asset, alice } = await loadFixture(shortFixture);
        await expect(ledger.withdraw(asset, 600n, alice.address)).to.changeTokenBalance(
          token,
          alice,
          600n,
        );
      });
    });

    context("given the token has no code any more", () => {
      it("reverts with LedgerInvalidToken", async () => {
        const { ledger, asset, id, alice } = await loadFixture(depositedFixture);
        await setCode(asset, "0x");
        await expect(ledger.withdraw(asset, 1n, alice.address))
          .to.be.revertedWithCustomError(ledger, "LedgerInvalidToken")
          .withArgs(asset);
        expect(await ledger.balanceOf(alice.address, id)).to.equal(600n);
      });
    });
  });
});
