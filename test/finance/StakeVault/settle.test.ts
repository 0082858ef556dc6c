import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { at, deliverJob, freezeJob, useMarket } from "../../shared/jobs";
import { rentDue } from "../../shared/stakes";
import {
  DEPOSIT,
  JUNIOR,
  PATIENCE,
  WINDOW,
  booksOf,
  currentWindow,
  deployVault,
  goToWindow,
  openVaultJob,
  settleVaultJob,
  sharesOf,
  slashVaultJob,
  passWindowOf,
  requestHalfOf,
  waitForVotes,
} from "../../shared/vaults";

const HALF = (DEPOSIT * 1_000n) / 2n;

/*
IVaultExits
└── settleWindow
   ├── it pays the price at the start if that is lower
   ├── it pays the price at the settlement if that is lower
   ├── it settles the oldest window first, and emits WindowSettled
   ├── it leaves the rest to the junior when everybody left
   ├── it settles a window that nobody is left in
   ├── it reverts with ExitsNoneWaiting when nobody waits
   ├── it reverts with ExitsNotEnded in the last second of the window
   ├── it reverts with ExitsLossPending while a vote may give back what stakers lost, also if nobody booked it (SV-17)
   └── it reverts with ExitsFrozen while a job is frozen, up to 20 days less a second after the end
*/
describe("StakeVault", () => {
  const the = useMarket(deployVault);

  const requestHalf = async () => requestHalfOf(the());
  const passWindow = async (id: bigint) => passWindowOf(the(), id);

  describe("settleWindow", () => {
    it("pays the price at the start if that is lower", async () => {
      const { vault, staker } = the();
      const id = await requestHalf();
      await goToWindow(id);
      await vault.rebalance();
      const job = await openVaultJob(the());
      await settleVaultJob(the(), job);
      const rent = await rentDue(job);
      await vault.rebalance();
      await goToWindow(id + 1n);
      expect(await vault.totalAssets()).to.equal(DEPOSIT + rent);
      await vault.settleWindow();
      const window = await vault.windowOf(id);
      const start = (HALF * (DEPOSIT + 1n)) / (DEPOSIT * 1_000n + 1_000n);
      expect([window.assets, window.status]).to.deep.equal([start, 1n]);
      expect(await vault.owedExits()).to.equal(start);
      expect(await vault.totalAssets()).to.equal(DEPOSIT + rent - start);
      expect(await vault.claimableRedeemRequest(id, staker)).to.equal(HALF);
    });

    it("pays the price at the settlement if that is lower", async () => {
      const { vault } = the();
      const id = await requestHalf();
      await goToWindow(id);
      await vault.rebalance();
      await slashVaultJob(the(), await openVaultJob(the()));
      await vault.rebalance();
      await waitForVotes();
      await vault.settleWindow();
      const left = DEPOSIT - 300_000n;
      const paid = (HALF * (left + 1n)) / (DEPOSIT * 1_000n + 1_000n);
      expect((await vault.windowOf(id)).assets).to.equal(paid);
      expect(await vault.unrestoredLoss()).to.equal(0n);
    });

    it("reverts with ExitsLossPending while a vote may give back what stakers lost, also if nobody booked it (SV-17)", async () => {
      const { vault } = the();
      const id = await requestHalf();
      const end = (id + 1n) * WINDOW;
      await goToWindow(id + 1n, -100_000n);
      await slashVaultJob(the(), await openVaultJob(the()));
      await at(end);
      await expect(vault.settleWindow())
        .to.be.revertedWithCustomError(vault, "ExitsLossPending")
        .withArgs(id, end + 30n * 86_400n);
      await at(end + 10n);
      await vault.rebalance();
      const until = end + 10n + 30n * 86_400n;
      await at(until - 1n);
      await expect(vault.settleWindow())
        .to.be.revertedWithCustomError(vault, "ExitsLossPending")
        .withArgs(id, until);
      await at(until);
      await vault.settleWindow();
    });

    it("settles the oldest window first, and emits WindowSettled", async () => {
      const { vault, staker, stranger } = the();
      const first = await requestHalf();
      await goToWindow(first);
      const second = await requestHalf();
      expect(second).to.equal(first + 1n);
      await passWindow(second);
      for (const id of [first, second]) {
        await expect(vault.connect(stranger).settleWindow())
          .to.emit(vault, "WindowSettled")
          .withArgs(id, HALF, DEPOSIT / 2n, 0n);
      }
      expect(await vault.totalSupply()).to.equal(0n);
      expect(await sharesOf(vault, staker)).to.equal(0n);
      expect((await vault.windows()).oldest).to.equal(0n);
    });

    it("leaves the rest to the junior when everybody left", async () => {
      const { vault, staker } = the();
      await settleVaultJob(the(), await openVaultJob(the()));
      await vault.rebalance();
      await vault.connect(staker).requestRedeem(HALF * 2n, staker, staker);
      const id = (await currentWindow()) + 1n;
      await passWindow(id);
      await vault.settleWindow();
      const { assets, unvested, junior, exits } = await booksOf(the());
      expect([assets, unvested]).to.deep.equal([0n, 0n]);
      expect(exits).to.be.within(DEPOSIT, DEPOSIT + 16n);
      expect(junior + exits).to.equal(DEPOSIT + JUNIOR + 39_000n);
    });

    it("settles a window that nobody is left in", async () => {
      const { vault, staker } = the();
      const id = await requestHalf();
      await vault.connect(staker).cancelRedeem(id, HALF, staker, staker);
      await passWindow(id);
      await expect(vault.settleWindow()).to.emit(vault, "WindowSettled").withArgs(id, 0n, 0n, 0n);
    });

    it("reverts with ExitsNoneWaiting when nobody waits", async () => {
      const { vault } = the();
      await expect(vault.settleWindow()).to.be.revertedWithCustomError(vault, "ExitsNoneWaiting");
    });

    it("reverts with ExitsNotEnded in the last second of the window", async () => {
      const { vault } = the();
      const id = await requestHalf();
      const end = (id + 1n) * WINDOW;
      await at(end - 1n);
      await expect(vault.settleWindow())
        .to.be.revertedWithCustomError(vault, "ExitsNotEnded")
        .withArgs(id, end);
      await at(end);
      await vault.settleWindow();
    });

    it("reverts with ExitsFrozen while a job is frozen, up to 20 days less a second after the end", async () => {
      const { vault } = the();
      const id = await requestHalf();
      const end = (id + 1n) * WINDOW;
      await time.increaseTo(end - 7_200n);
      await freezeJob(the(), await deliverJob(the(), await openVaultJob(the())));
      for (const moment of [end, end + PATIENCE - 1n]) {
        await at(moment);
        await expect(vault.settleWindow())
          .to.be.revertedWithCustomError(vault, "ExitsFrozen")
          .withArgs(id, end + PATIENCE);
      }
      await at(end + PATIENCE);
      await vault.settleWindow();
    });
  });
});
