import { takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { at, jobNow, useMarket } from "../../shared/jobs";
import { askOf, bidOf, signAsk } from "../../shared/market";
import {
  DEPOSIT,
  RENT_BPS,
  WINDOW,
  currentWindow,
  deployVault,
  openVaultJob,
  vaultAsk,
} from "../../shared/vaults";

/*
IStakeVault
├── announceRent and applyRent
│  ├── a rate applies once two whole windows have passed, for anyone who says so, and emits RentAnnounced
│  ├── a second announcement replaces the first, and its time starts anew
│  ├── applyRent reverts with VaultRentTooEarly up to the time less a second, without an announcement, and twice
│  ├── applyRent reverts with VaultRentLapsed from one window after the time on
│  ├── a rate ends with the ownership of who announced it
│  └── announceRent reverts with JuniorNotOwner for anybody else, the operator too once it gave the junior on
├── windDown
│  └── it closes the vault, ends the operator's delegation, takes back the stake, and emits VaultClosed once
├── cancelAsks
│  └── it cancels asks that the operator signed
├── replaceWorker
│  └── it gives a job another worker
├── each of the last three reverts with VaultNotOperator for anybody else
└── the vault signs nothing: an ask in its name counts by its operator's signature only
*/
describe("StakeVault", () => {
  const the = useMarket(deployVault);

  describe("announceRent and applyRent", () => {
    it("a rate applies once two whole windows have passed, for anyone who says so, and emits RentAnnounced", async () => {
      const { vault, escrow, operator, stranger, token } = the();
      const appliesAt = ((await currentWindow()) + 3n) * WINDOW;
      await expect(vault.connect(operator).announceRent(900n))
        .to.emit(vault, "RentAnnounced")
        .withArgs(900n, appliesAt);
      expect(await vault.announcedRent()).to.deep.equal([900n, appliesAt]);
      await at(appliesAt);
      await expect(vault.connect(stranger).applyRent())
        .to.emit(escrow, "RentSet")
        .withArgs(await vault.getAddress(), await token.getAddress(), 900n);
      expect((await escrow.stakeOf(vault, token)).rentBps).to.equal(900n);
      expect(await vault.announcedRent()).to.deep.equal([0n, 0n]);
    });

    it("a second announcement replaces the first, and its time starts anew", async () => {
      const { vault, escrow, operator, token } = the();
      await vault.connect(operator).announceRent(900n);
      await time.increase(WINDOW);
      await vault.connect(operator).announceRent(100n);
      const [rentBps, appliesAt] = await vault.announcedRent();
      expect([rentBps, appliesAt]).to.deep.equal([100n, ((await currentWindow()) + 3n) * WINDOW]);
      await time.increaseTo(appliesAt);
      await vault.applyRent();
      expect((await escrow.stakeOf(vault, token)).rentBps).to.equal(100n);
    });

    it("applyRent reverts with VaultRentTooEarly up to the time less a second, without an announcement, and twice", async () => {
      const { vault, escrow, operator, token } = the();
      const refused = (appliesAt: bigint) =>
        expect(vault.applyRent())
          .to.be.revertedWithCustomError(vault, "VaultRentTooEarly")
          .withArgs(appliesAt);
      await refused(0n);
      await vault.connect(operator).announceRent(0n);
      const [, appliesAt] = await vault.announcedRent();
      await at(appliesAt - 1n);
      await refused(appliesAt);
      expect((await escrow.stakeOf(vault, token)).rentBps).to.equal(RENT_BPS);
      await at(appliesAt);
      await vault.applyRent();
      await refused(0n);
    });

    it("applyRent reverts with VaultRentLapsed from one window after the time on", async () => {
      const { vault, escrow, operator, token } = the();
      await vault.connect(operator).announceRent(900n);
      const [, appliesAt] = await vault.announcedRent();
      const snapshot = await takeSnapshot();
      await at(appliesAt + WINDOW);
      await expect(vault.applyRent())
        .to.be.revertedWithCustomError(vault, "VaultRentLapsed")
        .withArgs(appliesAt + WINDOW);
      expect(await vault.announcedRent()).to.deep.equal([0n, 0n]);
      await snapshot.restore();
      await at(appliesAt + WINDOW - 1n);
      await vault.applyRent();
      expect((await escrow.stakeOf(vault, token)).rentBps).to.equal(900n);
    });

    it("a rate ends with the ownership of who announced it", async () => {
      const { vault, operator, staker } = the();
      await vault.connect(operator).announceRent(900n);
      const [, appliesAt] = await vault.announcedRent();
      await vault.connect(operator).transferJunior(staker);
      expect(await vault.announcedRent()).to.deep.equal([0n, 0n]);
      await at(appliesAt);
      await expect(vault.applyRent())
        .to.be.revertedWithCustomError(vault, "VaultRentTooEarly")
        .withArgs(0n);
    });

    it("announceRent reverts with JuniorNotOwner for anybody else, the operator too once it gave the junior on", async () => {
      const { vault, operator, staker } = the();
      await expect(vault.connect(staker).announceRent(1n))
        .to.be.revertedWithCustomError(vault, "JuniorNotOwner")
        .withArgs(staker.address, operator.address);
      await vault.connect(operator).transferJunior(staker);
      await expect(vault.connect(operator).announceRent(1n))
        .to.be.revertedWithCustomError(vault, "JuniorNotOwner")
        .withArgs(operator.address, staker.address);
      await vault.connect(staker).announceRent(1n);
    });
  });

  describe("windDown", () => {
    it("closes the vault, ends the operator's delegation, takes back the stake, and emits VaultClosed once", async () => {
      const { vault, escrow, book, operator, staker, token } = the();
      const job = await openVaultJob(the());
      await expect(vault.connect(operator).windDown()).to.emit(vault, "VaultClosed");
      expect(await vault.isClosed()).to.equal(true);
      expect((await escrow.stakeOf(vault, token)).free).to.equal(0n);
      await expect(openVaultJob(the()))
        .to.be.revertedWithCustomError(book, "OrdersUnsigned")
        .withArgs(await vault.getAddress(), operator.address);
      await expect(vault.connect(operator).windDown()).not.to.emit(vault, "VaultClosed");
      await escrow.connect(the().worker).handBack(job.id, job.job);
      await vault.rebalance();
      expect((await escrow.stakeOf(vault, token)).free).to.equal(0n);
      await vault.connect(staker).requestRedeem(DEPOSIT * 1_000n, staker, staker);
      await vault.connect(operator).withdrawJunior(await vault.withdrawableJunior(), operator);
      expect(await vault.junior()).to.equal(0n);
    });
  });

  describe("cancelAsks", () => {
    it("cancels asks that the operator signed", async () => {
      const { vault, book, escrow, operator, client } = the();
      const ask = askOf(the(), vaultAsk(the(), { nonce: 9n }));
      const signature = await signAsk(the(), ask, operator);
      await vault.connect(operator).cancelAsks(0n, 1n << 9n);
      await expect(escrow.connect(client).fill(ask, signature, bidOf(the()), "0x"))
        .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
        .withArgs(await vault.getAddress(), 9n);
    });
  });

  describe("replaceWorker", () => {
    it("gives a job another worker", async () => {
      const { vault, operator, stranger } = the();
      const { id, job } = await openVaultJob(the());
      await vault.connect(operator).replaceWorker(id, job, stranger);
      expect((await jobNow(the(), id)).job.worker).to.equal(stranger.address);
    });
  });

  it("each of the last three reverts with VaultNotOperator for anybody else", async () => {
    const { vault, operator, staker } = the();
    const { id, job } = await openVaultJob(the());
    const asStaker = vault.connect(staker);
    for (const call of [
      () => asStaker.windDown(),
      () => asStaker.cancelAsks(0n, 1n),
      () => asStaker.replaceWorker(id, job, staker),
    ]) {
      await expect(call())
        .to.be.revertedWithCustomError(vault, "VaultNotOperator")
        .withArgs(staker.address, operator.address);
    }
  });

  it("the vault signs nothing: an ask in its name counts by its operator's signature only", async () => {
    const { vault, book, escrow, operator, client, staker } = the();
    const ask = askOf(the(), vaultAsk(the(), { nonce: 5n }));
    const forged = await signAsk(the(), ask, staker);
    await expect(escrow.connect(client).fill(ask, forged, bidOf(the()), "0x"))
      .to.be.revertedWithCustomError(book, "OrdersInvalidSignature")
      .withArgs(await vault.getAddress(), await book.askDigest(ask));
    const signature = await signAsk(the(), ask, operator);
    await escrow.connect(client).fill(ask, signature, bidOf(the()), "0x");
    expect(await vault.operator()).to.equal(operator.address);
  });
});
