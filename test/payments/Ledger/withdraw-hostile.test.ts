import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import type { BaseContract } from "ethers";

import { FUNDS, fund, idOf, ledgerFixture } from "./fixture";

const REFUSING = 1n;

/*
Ledger.withdraw, when the token misbehaves
├── when it takes a fee: it sends what the claims are worth and the receiver bears the fee
├── when it returns nothing: it pays
├── when it returns false: it reverts with SafeERC20FailedOperation and keeps the claims
├── when it is paused: it reverts with the token's error, and pays after the pause
├── when it blocks an account
│  ├── it reverts with the token's error, and pays to another address
│  └── it lets claims reach the blocked account, and pays others
└── when it calls back during the transfer
   ├── it refuses a withdrawal of the caller's own claims
   ├── it refuses a deposit
   ├── it shows no more claims than tokens at any moment
   └── it is open again after it
*/
describe("Ledger", () => {
  describe("withdraw, when the token misbehaves", () => {
    /** A Ledger with 1,000 units of `token` deposited by Alice. */
    async function withDeposit<T extends BaseContract>(token: T) {
      const base = await ledgerFixture();
      await fund(token, await base.ledger.getAddress(), [base.alice]);
      await base.ledger.deposit(token, 1_000n, base.alice.address);
      return { ...base, token, id: await idOf(token), asset: await token.getAddress() };
    }
    const feeFixture = async () => withDeposit(await ethers.deployContract("FeeToken", [1_000n]));
    const silentFixture = async () => withDeposit(await ethers.deployContract("NoReturnToken"));
    const falseFixture = async () => withDeposit(await ethers.deployContract("FalseToken"));
    const pausingFixture = async () => withDeposit(await ethers.deployContract("PausingToken"));
    const blockingFixture = async () => withDeposit(await ethers.deployContract("BlocklistToken"));
    const hookFixture = async () => withDeposit(await ethers.deployContract("HookToken"));

    context("when it takes a fee", () => {
      it("sends what the claims are worth and the receiver bears the fee", async () => {
        const { ledger, token, asset, id, alice, carol } = await loadFixture(feeFixture);
        expect(await ledger.balanceOf(alice.address, id)).to.equal(900n);
        await expect(ledger.withdraw(asset, 900n, carol.address)).to.changeTokenBalances(
          token,
          [ledger, carol],
          [-900n, 810n],
        );
      });
    });

    context("when it returns nothing", () => {
      it("pays", async () => {
        const { ledger, token, asset, carol } = await loadFixture(silentFixture);
        await ledger.withdraw(asset, 1_000n, carol.address);
        expect(await token.balanceOf(carol)).to.equal(1_000n);
      });
    });

    context("when it returns false", () => {
      it("reverts with SafeERC20FailedOperation and keeps the claims", async () => {
        const { ledger, token, asset, id, alice } = await loadFixture(falseFixture);
        await token.setMode(REFUSING);
        await expect(ledger.withdraw(asset, 1_000n, alice.address))
          .to.be.revertedWithCustomError(ledger, "SafeERC20FailedOperation")
          .withArgs(asset);
        expect(await ledger.balanceOf(alice.address, id)).to.equal(1_000n);
      });
    });

    context("when it is paused", () => {
      it("reverts with the token's error, and pays after the pause", async () => {
        const { ledger, token, asset, alice } = await loadFixture(pausingFixture);
        await token.pause();
        await expect(ledger.withdraw(asset, 1_000n, alice.address)).to.be.revertedWithCustomError(
          token,
          "EnforcedPause",
        );
        await token.unpause();
        await ledger.withdraw(asset, 1_000n, alice.address);
        expect(await token.balanceOf(alice)).to.equal(FUNDS);
      });
    });

    context("when it blocks an account", () => {
      it("reverts with the token's error, and pays to another address", async () => {
        const { ledger, token, asset, alice, carol } = await loadFixture(blockingFixture);
        await token.setBlocked(alice, true);
        await expect(ledger.withdraw(asset, 1_000n, alice.address))
          .to.be.revertedWithCustomError(token, "BlocklistTokenBlocked")
          .withArgs(alice.address);
        await ledger.withdraw(asset, 1_000n, carol.address);
        expect(await token.balanceOf(carol)).to.equal(1_000n);
      });

      it("lets claims reach the blocked account, and pays others", async () => {
        const { ledger, token, asset, id, alice, bob, carol } = await loadFixture(blockingFixture);
        await token.setBlocked(bob, true);
        await ledger.transfer(bob, id, 600n);
        expect(await ledger.balanceOf(bob, id)).to.equal(600n);
        await ledger.withdraw(asset, 400n, alice.address);
        await ledger.connect(bob).withdraw(asset, 600n, carol.address);
        expect(await token.balanceOf(ledger)).to.equal(0n);
      });
    });

    context("when it calls back during the transfer", () => {
      const entered = new ethers.Interface([
        "error ReentrancyGuardReentrantCall()",
      ]).encodeErrorResult("ReentrancyGuardReentrantCall");

      it("refuses a withdrawal of the caller's own claims", async () => {
        const { ledger, token, asset, id, alice } = await loadFixture(hookFixture);
        await ledger.transfer(asset, id, 300n);
        for (const afterwards of [false, true]) {
          const data = ledger.interface.encodeFunctionData("withdraw", [
            asset,
            300n,
            alice.address,
          ]);
          await token.setHook(ledger, afterwards, data);
          await expect(ledger.withdraw(asset, 100n, alice.address))
            .to.emit(token, "HookCalled")
            .withArgs(false, entered);
        }
        expect(await ledger.balanceOf(asset, id)).to.equal(300n);
        expect(await token.balanceOf(ledger)).to.equal(800n);
      });

      it("refuses a deposit", async () => {
        const { ledger, token, asset, alice } = await loadFixture(hookFixture);
        await token.mint(asset, 50n);
        await token.approveOwn(token, ledger);
        const data = ledger.interface.encodeFunctionData("deposit", [asset, 50n, alice.address]);
        await token.setHook(ledger, false, data);
        await expect(ledger.withdraw(asset, 100n, alice.address))
          .to.emit(token, "HookCalled")
          .withArgs(false, entered);
      });

      it("shows no more claims than tokens at any moment", async () => {
        const { ledger, token, asset, id, alice } = await loadFixture(hookFixture);
        const data = ledger.interface.encodeFunctionData("totalSupply", [id]);
        for (const [afterwards, claims] of [
          [false, 900n],
          [true, 800n],
        ] as const) {
          await token.setHook(ledger, afterwards, data);
          await expect(ledger.withdraw(asset, 100n, alice.address))
            .to.emit(token, "HookCalled")
            .withArgs(true, ethers.toBeHex(claims, 32));
        }
      });

      it("is open again after it", async () => {
        const { ledger, token, asset, alice } = await loadFixture(hookFixture);
        await ledger.withdraw(asset, 100n, alice.address);
        await ledger.deposit(asset, 100n, alice.address);
        expect(await token.balanceOf(ledger)).to.equal(1_000n);
      });
    });
  });
});
