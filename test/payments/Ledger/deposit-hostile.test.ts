import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { fund, idOf, ledgerFixture } from "./fixture";

const REFUSING = 1n;
const PRETENDING = 2n;

/*
Ledger.deposit, when the token misbehaves
├── when it takes a fee
│  ├── it credits what arrived
│  └── it reverts with LedgerNothingReceived given all is lost on the way
├── when it returns nothing: it credits the claims
├── when it returns false: it reverts with SafeERC20FailedOperation
├── when it answers true and moves nothing: it reverts with LedgerNothingReceived
├── when it is paused or blocks the Ledger: it reverts with the token's error
├── when it has grown by a rebase: it credits what arrived and leaves the surplus to nobody
└── when it calls back during the transfer
   ├── it refuses a deposit of another token
   ├── it refuses a withdrawal of another token
   ├── it refuses a deposit with permit
   ├── it lets claims move
   ├── it shows no more claims than tokens at any moment
   └── it counts a donation made in between as part of the deposit
*/
describe("Ledger", () => {
  describe("deposit, when the token misbehaves", () => {
    context("when it takes a fee", () => {
      it("credits what arrived", async () => {
        const { ledger, alice } = await loadFixture(ledgerFixture);
        const fee = await ethers.deployContract("FeeToken", [250n]);
        await fund(fee, await ledger.getAddress(), [alice]);
        await ledger.deposit(fee, 10_000n, alice.address);
        expect(await ledger.balanceOf(alice.address, await idOf(fee))).to.equal(9_750n);
        expect(await fee.balanceOf(ledger)).to.equal(9_750n);
      });

      it("reverts with LedgerNothingReceived given all is lost on the way", async () => {
        const { ledger, alice } = await loadFixture(ledgerFixture);
        const fee = await ethers.deployContract("FeeToken", [10_000n]);
        await fund(fee, await ledger.getAddress(), [alice]);
        await expect(ledger.deposit(fee, 10_000n, alice.address))
          .to.be.revertedWithCustomError(ledger, "LedgerNothingReceived")
          .withArgs(await fee.getAddress(), 10_000n);
      });
    });

    context("when it returns nothing", () => {
      it("credits the claims", async () => {
        const { ledger, alice } = await loadFixture(ledgerFixture);
        const silent = await ethers.deployContract("NoReturnToken");
        await fund(silent, await ledger.getAddress(), [alice]);
        await ledger.deposit(silent, 100n, alice.address);
        expect(await ledger.balanceOf(alice.address, await idOf(silent))).to.equal(100n);
      });
    });

    context("when it returns false", () => {
      it("reverts with SafeERC20FailedOperation", async () => {
        const { ledger, alice } = await loadFixture(ledgerFixture);
        const lying = await ethers.deployContract("FalseToken");
        await fund(lying, await ledger.getAddress(), [alice]);
        await lying.setMode(REFUSING);
        await expect(ledger.deposit(lying, 100n, alice.address))
          .to.be.revertedWithCustomError(ledger, "SafeERC20FailedOperation")
          .withArgs(await lying.getAddress());
      });
    });

    context("when it answers true and moves nothing", () => {
      it("reverts with LedgerNothingReceived", async () => {
        const { ledger, alice } = await loadFixture(ledgerFixture);
        const lying = await ethers.deployContract("FalseToken");
        await fund(lying, await ledger.getAddress(), [alice]);
        await lying.setMode(PRETENDING);
        await expect(ledger.deposit(lying, 100n, alice.address))
          .to.be.revertedWithCustomError(ledger, "LedgerNothingReceived")
          .withArgs(await lying.getAddress(), 100n);
      });
    });

    context("when it is paused or blocks the Ledger", () => {
      it("reverts with the token's error", async () => {
        const { ledger, alice } = await loadFixture(ledgerFixture);
        const address = await ledger.getAddress();
        const pausing = await ethers.deployContract("PausingToken");
        const blocking = await ethers.deployContract("BlocklistToken");
        await fund(pausing, address, [alice]);
        await fund(blocking, address, [alice]);
        await pausing.pause();
        await blocking.setBlocked(address, true);

        await expect(ledger.deposit(pausing, 1n, alice.address)).to.be.revertedWithCustomError(
          pausing,
          "EnforcedPause",
        );
        await expect(ledger.deposit(blocking, 1n, alice.address))
          .to.be.revertedWithCustomError(blocking, "BlocklistTokenBlocked")
          .withArgs(address);
      });
    });

    context("when it has grown by a rebase", () => {
      it("credits what arrived and leaves the surplus to nobody", async () => {
        const { ledger, alice, bob } = await loadFixture(ledgerFixture);
        const rebasing = await ethers.deployContract("RebasingToken");
        await fund(rebasing, await ledger.getAddress(), [alice, bob]);
        await ledger.deposit(rebasing, 100n, alice.address);
        await rebasing.rebase(ethers.parseEther("2"));
        await ledger.connect(bob).deposit(rebasing, 100n, bob.address);

        expect(await ledger.totalSupply(await idOf(rebasing))).to.equal(200n);
        expect(await rebasing.balanceOf(ledger)).to.equal(300n);
      });
    });

    context("when it calls back during the transfer", () => {
      async function hookFixture() {
        const base = await ledgerFixture();
        const { ledger, token, alice } = base;
        const address = await ledger.getAddress();
        const hook = await ethers.deployContract("HookToken");
        await fund(hook, address, [alice]);
        // The hook itself has tokens to deposit and claims to withdraw.
        await token.mint(hook, 1_000n);
        await hook.approveOwn(token, address);
        await ledger.deposit(base.asset, 500n, hook);
        return { ...base, hook, hookId: await idOf(hook), hookAddress: await hook.getAddress() };
      }
      const entered = new ethers.Interface([
        "error ReentrancyGuardReentrantCall()",
      ]).encodeErrorResult("ReentrancyGuardReentrantCall");

      it("refuses a deposit of another token", async () => {
        const { ledger, hook, hookId, hookAddress, asset, id, alice } =
          await loadFixture(hookFixture);
        const data = ledger.interface.encodeFunctionData("deposit", [asset, 100n, hookAddress]);
        await hook.setHook(ledger, true, data);
        await expect(ledger.deposit(hook, 100n, alice.address))
          .to.emit(hook, "HookCalled")
          .withArgs(false, entered);
        expect(await ledger.balanceOf(hookAddress, id)).to.equal(500n);
        expect(await ledger.balanceOf(alice.address, hookId)).to.equal(100n);
      });

      it("refuses a withdrawal of another token", async () => {
        const { ledger, hook, hookAddress, asset, id, alice } = await loadFixture(hookFixture);
        const data = ledger.interface.encodeFunctionData("withdraw", [asset, 500n, hookAddress]);
        await hook.setHook(ledger, false, data);
        await expect(ledger.deposit(hook, 100n, alice.address))
          .to.emit(hook, "HookCalled")
          .withArgs(false, entered);
        expect(await ledger.balanceOf(hookAddress, id)).to.equal(500n);
      });

      it("refuses a deposit with permit", async () => {
        const { ledger, hook, hookAddress, asset, alice } = await loadFixture(hookFixture);
        const data = ledger.interface.encodeFunctionData("depositWithPermit", [
          asset,
          100n,
          hookAddress,
          0n,
          27,
          ethers.ZeroHash,
          ethers.ZeroHash,
        ]);
        await hook.setHook(ledger, true, data);
        await expect(ledger.deposit(hook, 100n, alice.address))
          .to.emit(hook, "HookCalled")
          .withArgs(false, entered);
      });

      it("lets claims move", async () => {
        const { ledger, hook, hookAddress, id, alice, bob } = await loadFixture(hookFixture);
        await hook.setHook(
          ledger,
          true,
          ledger.interface.encodeFunctionData("transfer", [bob.address, id, 200n]),
        );
        await ledger.deposit(hook, 100n, alice.address);
        expect(await ledger.balanceOf(bob.address, id)).to.equal(200n);
        expect(await ledger.balanceOf(hookAddress, id)).to.equal(300n);
      });

      it("shows no more claims than tokens at any moment", async () => {
        const { ledger, hook, hookId, alice } = await loadFixture(hookFixture);
        await ledger.deposit(hook, 40n, alice.address);
        const data = ledger.interface.encodeFunctionData("totalSupply", [hookId]);
        for (const [afterwards, claims] of [
          [false, 40n],
          [true, 140n],
        ] as const) {
          await hook.setHook(ledger, afterwards, data);
          await expect(ledger.deposit(hook, 100n, alice.address))
            .to.emit(hook, "HookCalled")
            .withArgs(true, ethers.toBeHex(claims, 32));
        }
      });

      it("counts a donation made in between as part of the deposit", async () => {
        const { ledger, hook, hookId, hookAddress, alice } = await loadFixture(hookFixture);
        await hook.mint(hookAddress, 7n);
        const data = hook.interface.encodeFunctionData("transfer", [await ledger.getAddress(), 7n]);
        await hook.setHook(hook, true, data);
        await ledger.deposit(hook, 100n, alice.address);
        expect(await ledger.balanceOf(alice.address, hookId)).to.equal(107n);
        expect(await hook.balanceOf(ledger)).to.equal(107n);
      });
    });
  });
});
