import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256, ZeroAddress } from "ethers";

import { fund, idOf, ledgerFixture } from "./fixture";

const CLAIMS = 1_000n;

/*
Ledger.transferFrom
├── given the caller is the sender: it moves claims without an allowance, and uses none
├── given no right: it reverts with ERC6909InsufficientAllowance, unless it moves nothing
├── given the sender is the zero address: it reverts with ERC6909InvalidSender
├── given a limited allowance
│  ├── it uses it up to the unit, and reverts with ERC6909InsufficientAllowance beyond it
│  └── it uses up one that is a unit below an unlimited one
├── given an unlimited allowance
│  ├── it moves claims again and again and leaves the allowance as it is
│  ├── it emits Transfer with the caller, and no Approval
│  ├── it reverts with ERC6909InsufficientBalance one unit beyond the balance
│  ├── it reverts with ERC6909InvalidReceiver for the zero address and for the Ledger
│  ├── it counts for one owner, one spender and one token only
│  └── it ends when the allowance is replaced
└── given the caller is an operator
   ├── it moves claims on every token without an allowance
   ├── it leaves any allowance as it is, also an unlimited one
   ├── it reverts with ERC6909InsufficientBalance one unit beyond the balance
   ├── it reverts with ERC6909InvalidReceiver for the zero address and for the Ledger
   ├── it counts for one owner and one operator only
   └── it falls back on the allowance when it is revoked
*/
describe("Ledger", () => {
  describe("transferFrom", () => {
    /** Alice and Bob hold claims on two tokens; Carol is who pulls them. */
    async function claimsFixture() {
      const base = await ledgerFixture();
      const { ledger, asset, alice, bob, carol } = base;
      const other = await ethers.deployContract("MockERC20", ["Other", "OTH", 18]);
      await fund(other, await ledger.getAddress(), [alice, bob]);
      for (const owner of [alice, bob]) {
        await ledger.connect(owner).deposit(asset, CLAIMS, owner);
        await ledger.connect(owner).deposit(other, CLAIMS, owner);
      }
      const [, , , dave] = await ethers.getSigners();
      return { ...base, dave, otherId: await idOf(other), puller: ledger.connect(carol) };
    }

    type Fixture = Awaited<ReturnType<typeof claimsFixture>>;

    /** What a pull beyond the balance, and one to nobody, revert with. */
    async function expectBounds({ ledger, puller, id, alice, dave }: Fixture): Promise<void> {
      await expect(puller.transferFrom(alice, dave, id, CLAIMS + 1n))
        .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
        .withArgs(alice.address, CLAIMS, CLAIMS + 1n, id);
      await puller.transferFrom(alice, dave, id, CLAIMS);
    }

    async function expectNoReceiver({ ledger, puller, id, alice }: Fixture): Promise<void> {
      for (const to of [ZeroAddress, await ledger.getAddress()]) {
        await expect(puller.transferFrom(alice, to, id, 1n))
          .to.be.revertedWithCustomError(ledger, "ERC6909InvalidReceiver")
          .withArgs(to);
      }
    }

    context("given the caller is the sender", () => {
      it("moves claims without an allowance, and uses none", async () => {
        const { ledger, id, alice, bob } = await loadFixture(claimsFixture);
        await ledger.transferFrom(alice, bob, id, 1n);
        for (const allowance of [5n, MaxUint256]) {
          await ledger.approve(alice, id, allowance);
          await ledger.transferFrom(alice, bob, id, 7n);
          expect(await ledger.allowance(alice, alice, id)).to.equal(allowance);
        }
        expect(await ledger.balanceOf(bob, id)).to.equal(CLAIMS + 15n);
      });
    });

    context("given no right", () => {
      it("reverts with ERC6909InsufficientAllowance, unless it moves nothing", async () => {
        const { ledger, puller, id, alice, carol } = await loadFixture(claimsFixture);
        await expect(puller.transferFrom(alice, carol, id, 1n))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientAllowance")
          .withArgs(carol.address, 0n, 1n, id);
        await expect(puller.transferFrom(alice, carol, id, 0n))
          .to.emit(ledger, "Transfer")
          .withArgs(carol.address, alice.address, carol.address, id, 0n);
      });
    });

    context("given the sender is the zero address", () => {
      it("reverts with ERC6909InvalidSender", async () => {
        const { ledger, puller, id, carol } = await loadFixture(claimsFixture);
        await expect(puller.transferFrom(ZeroAddress, carol, id, 0n))
          .to.be.revertedWithCustomError(ledger, "ERC6909InvalidSender")
          .withArgs(ZeroAddress);
      });
    });

    context("given a limited allowance", () => {
      it("uses it up to the unit, and reverts with ERC6909InsufficientAllowance beyond it", async () => {
        const { ledger, puller, id, alice, carol, dave } = await loadFixture(claimsFixture);
        await ledger.approve(carol, id, 100n);
        await puller.transferFrom(alice, dave, id, 60n);
        expect(await ledger.allowance(alice, carol, id)).to.equal(40n);
        await expect(puller.transferFrom(alice, dave, id, 41n))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientAllowance")
          .withArgs(carol.address, 40n, 41n, id);
        await puller.transferFrom(alice, dave, id, 40n);
        expect(await ledger.allowance(alice, carol, id)).to.equal(0n);
      });

      it("uses up one that is a unit below an unlimited one", async () => {
        const { ledger, puller, id, alice, carol, dave } = await loadFixture(claimsFixture);
        await ledger.approve(carol, id, MaxUint256 - 1n);
        await puller.transferFrom(alice, dave, id, 60n);
        expect(await ledger.allowance(alice, carol, id)).to.equal(MaxUint256 - 61n);
      });
    });

    context("given an unlimited allowance", () => {
      async function unlimitedFixture() {
        const fixture = await claimsFixture();
        await fixture.ledger.approve(fixture.carol, fixture.id, MaxUint256);
        return fixture;
      }

      it("moves claims again and again and leaves the allowance as it is", async () => {
        const { ledger, puller, id, alice, carol, dave } = await loadFixture(unlimitedFixture);
        for (const moved of [300n, 700n]) {
          await puller.transferFrom(alice, dave, id, moved);
          expect(await ledger.allowance(alice, carol, id)).to.equal(MaxUint256);
        }
        expect(await ledger.balanceOf(alice, id)).to.equal(0n);
        expect(await ledger.balanceOf(dave, id)).to.equal(CLAIMS);
        expect(await ledger.totalSupply(id)).to.equal(2n * CLAIMS);
      });

      it("emits Transfer with the caller, and no Approval", async () => {
        const { ledger, puller, id, alice, carol, dave } = await loadFixture(unlimitedFixture);
        expect(await puller.transferFrom.staticCall(alice, dave, id, 5n)).to.equal(true);
        const transfer = await puller.transferFrom(alice, dave, id, 5n);
        await expect(transfer)
          .to.emit(ledger, "Transfer")
          .withArgs(carol.address, alice.address, dave.address, id, 5n);
        await expect(transfer).not.to.emit(ledger, "Approval");
      });

      it("reverts with ERC6909InsufficientBalance one unit beyond the balance", async () => {
        await expectBounds(await loadFixture(unlimitedFixture));
      });

      it("reverts with ERC6909InvalidReceiver for the zero address and for the Ledger", async () => {
        await expectNoReceiver(await loadFixture(unlimitedFixture));
      });

      it("counts for one owner, one spender and one token only", async () => {
        const { ledger, puller, id, otherId, alice, bob, carol, dave } =
          await loadFixture(unlimitedFixture);
        for (const [caller, owner, asset] of [
          [carol, bob, id],
          [dave, alice, id],
          [carol, alice, otherId],
        ] as const) {
          await expect(ledger.connect(caller).transferFrom(owner, dave, asset, 1n))
            .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientAllowance")
            .withArgs(caller.address, 0n, 1n, asset);
        }
        await puller.transferFrom(alice, dave, id, 1n);
      });

      it("ends when the allowance is replaced", async () => {
        const { ledger, puller, id, alice, carol, dave } = await loadFixture(unlimitedFixture);
        for (const allowance of [3n, 0n]) {
          await ledger.approve(carol, id, allowance);
          await expect(puller.transferFrom(alice, dave, id, allowance + 1n))
            .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientAllowance")
            .withArgs(carol.address, allowance, allowance + 1n, id);
        }
      });
    });

    context("given the caller is an operator", () => {
      async function operatorFixture() {
        const fixture = await claimsFixture();
        await fixture.ledger.setOperator(fixture.carol, true);
        return fixture;
      }

      it("moves claims on every token without an allowance", async () => {
        const { ledger, puller, id, otherId, alice, carol, dave } =
          await loadFixture(operatorFixture);
        for (const asset of [id, otherId]) {
          await expect(puller.transferFrom(alice, dave, asset, CLAIMS))
            .to.emit(ledger, "Transfer")
            .withArgs(carol.address, alice.address, dave.address, asset, CLAIMS);
          expect(await ledger.balanceOf(dave, asset)).to.equal(CLAIMS);
        }
      });

      it("leaves any allowance as it is, also an unlimited one", async () => {
        const { ledger, puller, id, alice, carol, dave } = await loadFixture(operatorFixture);
        for (const allowance of [0n, 1n, CLAIMS, MaxUint256]) {
          await ledger.approve(carol, id, allowance);
          await puller.transferFrom(alice, dave, id, 50n);
          expect(await ledger.allowance(alice, carol, id)).to.equal(allowance);
        }
      });

      it("reverts with ERC6909InsufficientBalance one unit beyond the balance", async () => {
        await expectBounds(await loadFixture(operatorFixture));
      });

      it("reverts with ERC6909InvalidReceiver for the zero address and for the Ledger", async () => {
        await expectNoReceiver(await loadFixture(operatorFixture));
      });

      it("counts for one owner and one operator only", async () => {
        const { ledger, id, alice, bob, carol, dave } = await loadFixture(operatorFixture);
        for (const [caller, owner] of [
          [carol, bob],
          [dave, alice],
          [alice, carol],
        ] as const) {
          await expect(ledger.connect(caller).transferFrom(owner, dave, id, 1n))
            .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientAllowance")
            .withArgs(caller.address, 0n, 1n, id);
        }
      });

      it("falls back on the allowance when it is revoked", async () => {
        const { ledger, puller, id, alice, carol, dave } = await loadFixture(operatorFixture);
        await ledger.approve(carol, id, 10n);
        await puller.transferFrom(alice, dave, id, 60n);
        await ledger.setOperator(carol, false);
        await expect(puller.transferFrom(alice, dave, id, 11n))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientAllowance")
          .withArgs(carol.address, 10n, 11n, id);
        await puller.transferFrom(alice, dave, id, 10n);
        expect(await ledger.balanceOf(dave, id)).to.equal(70n);
      });
    });
  });
});
