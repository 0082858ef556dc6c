import { expect } from "chai";
import { MaxUint256, ZeroAddress } from "ethers";

import { deliverJob, useMarket } from "../../shared/jobs";
import { rentDue } from "../../shared/stakes";
import {
  DEPOSIT,
  JUNIOR,
  addJunior,
  currentWindow,
  deployEmptyVault,
  deployVault,
  expireVaultJob,
  goToWindow,
  openVaultJob,
  settleVaultJob,
  sharesOf,
  slashVaultJob,
} from "../../shared/vaults";

const [BOND, PRICE] = [400_000n, 40_000n];
const NO_LIMIT = MaxUint256;

/*
IStakeVault
├── rebalance
│  ├── it stakes what is idle, up to ten times the junior, for anyone, and emits Rebalanced
│  ├── it takes back what the junior no longer covers, and lets a suspended stake bond jobs again (ST-6)
│  ├── it does not stake what leaves in a window that has started
│  ├── it suspends the stake while bonds must come back to pay those who leave, and lets it bond again then (SV-14)
│  └── it leaves the escrow no allowance (SV-12)
├── withdrawJunior
│  ├── it pays claims, takes back from the stake first, and emits JuniorWithdrawn
│  ├── it reverts with JuniorTooLow for one unit more than a tenth of the locked bonds leaves (SV-4)
│  ├── it reverts with JuniorTooLow for what those who leave need
│  ├── it reverts with JuniorNotOwner for anybody else
│  └── it reverts with JuniorInvalidReceiver given the zero address or the vault
├── limitJunior
│  ├── it keeps what the junior has above the limit out of the stake, and emits JuniorLimited and Rebalanced
│  ├── given zero, it takes back all that is free, and bonds nothing more; jobs that are open go on
│  ├── it ends with the largest value, and when the junior is given on
│  └── it reverts with JuniorNotOwner for anybody else
└── transferJunior
   ├── it gives the junior on, and emits JuniorTransferred
   └── it reverts with JuniorNotOwner for anybody else, and with JuniorInvalidReceiver given the zero address
*/
describe("StakeVault", () => {
  describe("rebalance", () => {
    const the = useMarket(deployEmptyVault);

    it("stakes what is idle, up to ten times the junior, for anyone, and emits Rebalanced", async () => {
      const { vault, escrow, staker, stranger, token } = the();
      await vault.connect(staker).depositClaims(DEPOSIT, staker);
      expect(await vault.rebalance.staticCall()).to.equal(0n);
      await addJunior(the(), 10n);
      await expect(vault.connect(stranger).rebalance()).to.emit(vault, "Rebalanced").withArgs(100n);
      expect((await escrow.stakeOf(vault, token)).free).to.equal(100n);
      await addJunior(the(), DEPOSIT);
      await vault.rebalance();
      expect((await escrow.stakeOf(vault, token)).free).to.equal(2n * DEPOSIT + 10n);
    });

    it("takes back what the junior no longer covers, and lets a suspended stake bond jobs again (ST-6)", async () => {
      const { vault, escrow, staker, token } = the();
      await vault.connect(staker).depositClaims(DEPOSIT, staker);
      await addJunior(the(), JUNIOR);
      await vault.rebalance();
      const silent = await openVaultJob(the());
      await expireVaultJob(the(), silent);
      await expect(openVaultJob(the()))
        .to.be.revertedWithCustomError(escrow, "StakesSuspended")
        .withArgs(await vault.getAddress(), await token.getAddress());
      await vault.rebalance();
      const free = (JUNIOR - (await rentDue(silent)) - PRICE) * 10n;
      expect(await escrow.stakeOf(vault, token)).to.deep.equal([free, 0n, 500n, false]);
      await openVaultJob(the());
    });

    it("does not stake what leaves in a window that has started", async () => {
      const { vault, escrow, staker, token } = the();
      await vault.connect(staker).depositClaims(DEPOSIT, staker);
      await addJunior(the(), JUNIOR);
      await vault.rebalance();
      await vault.connect(staker).requestRedeem(DEPOSIT * 500n, staker, staker);
      const id = (await currentWindow()) + 1n;
      await goToWindow(id, -10n);
      await vault.rebalance();
      expect((await escrow.stakeOf(vault, token)).free).to.equal(JUNIOR + DEPOSIT);
      await goToWindow(id);
      await vault.rebalance();
      const free = JUNIOR + DEPOSIT / 2n;
      expect((await escrow.stakeOf(vault, token)).free).to.be.within(free - 1n, free);
    });

    it("suspends the stake while bonds must come back to pay those who leave, and lets it bond again then (SV-14)", async () => {
      const { vault, escrow, staker, worker, token, tokenAddress } = the();
      const account = [await vault.getAddress(), tokenAddress] as const;
      await vault.connect(staker).depositClaims(DEPOSIT, staker);
      await addJunior(the(), JUNIOR);
      await vault.rebalance();
      await vault.connect(staker).requestRedeem(await sharesOf(vault, staker), staker, staker);
      const id = (await currentWindow()) + 1n;
      await goToWindow(id, -1_000n);
      const jobs = [
        await openVaultJob(the()),
        await openVaultJob(the(), { unitBond: 50_000n, unitPrice: 5_000n }),
      ];
      await goToWindow(id);
      await expect(vault.rebalance())
        .to.emit(escrow, "StakeSuspended")
        .withArgs(...account);
      await expect(vault.rebalance()).not.to.emit(escrow, "StakeSuspended");
      await escrow.connect(worker).handBack(jobs[1].id, jobs[1].job);
      await vault.rebalance();
      expect((await escrow.stakeOf(vault, token)).suspended).to.equal(true);
      const { id: jobId, job } = await deliverJob(the(), jobs[0]);
      await goToWindow(id + 1n);
      await escrow.settle(jobId, job);
      await expect(vault.rebalance())
        .to.emit(escrow, "StakeResumed")
        .withArgs(...account);
      await vault.settleWindow();
      expect((await vault.windowOf(id)).rolled).to.equal(0n);
    });

    it("leaves the escrow no allowance (SV-12)", async () => {
      const { vault, ledger, escrow, tokenAddress } = the();
      await addJunior(the(), JUNIOR);
      await vault.rebalance();
      expect(await ledger.allowance(vault, escrow, BigInt(tokenAddress))).to.equal(0n);
    });
  });

  describe("withdrawJunior", () => {
    const the = useMarket(deployVault);

    it("pays claims, takes back from the stake first, and emits JuniorWithdrawn", async () => {
      const { vault, escrow, ledger, operator, stranger, token, tokenAddress } = the();
      await expect(vault.connect(operator).withdrawJunior(40_000n, stranger))
        .to.emit(vault, "JuniorWithdrawn")
        .withArgs(operator.address, stranger.address, 40_000n);
      expect(await ledger.balanceOf(stranger, BigInt(tokenAddress))).to.equal(40_000n);
      expect(await vault.junior()).to.equal(JUNIOR - 40_000n);
      expect((await escrow.stakeOf(vault, token)).free).to.equal((JUNIOR - 40_000n) * 10n);
      await vault.connect(operator).withdrawJunior(JUNIOR - 40_000n, operator);
      expect((await escrow.stakeOf(vault, token)).free).to.equal(0n);
      expect(await vault.totalAssets()).to.equal(DEPOSIT);
    });

    it("reverts with JuniorTooLow for one unit more than a tenth of the locked bonds leaves (SV-4)", async () => {
      const { vault, operator, escrow, token } = the();
      await openVaultJob(the());
      const most = JUNIOR - BOND / 10n;
      expect(await vault.withdrawableJunior()).to.equal(most);
      await expect(vault.connect(operator).withdrawJunior(most + 1n, operator))
        .to.be.revertedWithCustomError(vault, "JuniorTooLow")
        .withArgs(most + 1n, most);
      await vault.connect(operator).withdrawJunior(most, operator);
      expect(await escrow.stakeOf(vault, token)).to.deep.equal([0n, BOND, 500n, false]);
      expect(await vault.withdrawableJunior()).to.equal(0n);
    });

    it("reverts with JuniorTooLow for what those who leave need", async () => {
      const { vault, operator, staker } = the();
      await openVaultJob(the(), { unitBond: 200_000n });
      await vault.connect(staker).requestRedeem(await sharesOf(vault, staker), staker, staker);
      expect(await vault.withdrawableJunior()).to.equal(JUNIOR - 80_000n);
      const id = (await currentWindow()) + 1n;
      await goToWindow(id);
      expect(await vault.withdrawableJunior()).to.equal(0n);
      await expect(vault.connect(operator).withdrawJunior(1n, operator))
        .to.be.revertedWithCustomError(vault, "JuniorTooLow")
        .withArgs(1n, 0n);
      await goToWindow(id + 1n);
      await vault.settleWindow();
      expect(await vault.withdrawableJunior()).to.equal(0n);
    });

    it("reverts with JuniorNotOwner for anybody else", async () => {
      const { vault, operator, staker } = the();
      await expect(vault.connect(staker).withdrawJunior(1n, staker))
        .to.be.revertedWithCustomError(vault, "JuniorNotOwner")
        .withArgs(staker.address, operator.address);
    });

    it("reverts with JuniorInvalidReceiver given the zero address or the vault", async () => {
      const { vault, operator } = the();
      for (const to of [ZeroAddress, await vault.getAddress()]) {
        await expect(vault.connect(operator).withdrawJunior(1n, to))
          .to.be.revertedWithCustomError(vault, "JuniorInvalidReceiver")
          .withArgs(to);
      }
    });

    it("has nothing to pay after a loss that the junior did not cover", async () => {
      const { vault } = the();
      await slashVaultJob(the(), await openVaultJob(the()));
      expect(await vault.withdrawableJunior()).to.equal(0n);
    });
  });

  describe("limitJunior", () => {
    const the = useMarket(deployVault);

    it("keeps what the junior has above the limit out of the stake, and emits JuniorLimited and Rebalanced", async () => {
      const { vault, escrow, operator, token } = the();
      const most = JUNIOR / 2n;
      await expect(vault.connect(operator).limitJunior(most))
        .to.emit(vault, "JuniorLimited")
        .withArgs(most)
        .and.to.emit(vault, "Rebalanced")
        .withArgs(10n * most);
      expect(await vault.juniorLimit()).to.equal(most);
      // the stakers' money is short, and what comes in is not staked instead
      await vault.connect(operator).limitJunior(JUNIOR);
      await addJunior(the(), 7n * JUNIOR);
      await vault.rebalance();
      expect((await escrow.stakeOf(vault, token)).free).to.equal(JUNIOR + DEPOSIT);
      await openVaultJob(the(), { unitBond: (JUNIOR + DEPOSIT) / 4n });
      expect(await vault.withdrawableJunior()).to.equal(7n * JUNIOR);
    });

    it("given zero, takes back all that is free, and bonds nothing more; jobs that are open go on", async () => {
      const { vault, escrow, operator, token, tokenAddress } = the();
      const open = await openVaultJob(the());
      await vault.connect(operator).limitJunior(0n);
      expect(await escrow.stakeOf(vault, token)).to.deep.equal([0n, BOND, 500n, true]);
      await settleVaultJob(the(), open);
      await expect(openVaultJob(the()))
        .to.be.revertedWithCustomError(escrow, "StakesSuspended")
        .withArgs(await vault.getAddress(), tokenAddress);
      await vault.rebalance();
      expect(await escrow.stakeOf(vault, token)).to.deep.equal([0n, 0n, 500n, false]);
      expect(await vault.withdrawableJunior()).to.equal(await vault.junior());
    });

    it("ends with the largest value, and when the junior is given on", async () => {
      const { vault, operator, stranger } = the();
      await vault.connect(operator).limitJunior(0n);
      await expect(vault.connect(operator).limitJunior(NO_LIMIT))
        .to.emit(vault, "Rebalanced")
        .withArgs(JUNIOR + DEPOSIT);
      await vault.connect(operator).limitJunior(0n);
      await expect(vault.connect(operator).transferJunior(stranger))
        .to.emit(vault, "JuniorLimited")
        .withArgs(NO_LIMIT);
      expect(await vault.juniorLimit()).to.equal(NO_LIMIT);
    });

    it("reverts with JuniorNotOwner for anybody else", async () => {
      const { vault, operator, staker } = the();
      await expect(vault.connect(staker).limitJunior(0n))
        .to.be.revertedWithCustomError(vault, "JuniorNotOwner")
        .withArgs(staker.address, operator.address);
    });
  });

  describe("transferJunior", () => {
    const the = useMarket(deployVault);

    it("gives the junior on, and emits JuniorTransferred", async () => {
      const { vault, operator, stranger } = the();
      await expect(vault.connect(operator).transferJunior(stranger))
        .to.emit(vault, "JuniorTransferred")
        .withArgs(operator.address, stranger.address);
      await expect(vault.connect(operator).withdrawJunior(1n, operator))
        .to.be.revertedWithCustomError(vault, "JuniorNotOwner")
        .withArgs(operator.address, stranger.address);
      await vault.connect(stranger).withdrawJunior(1n, stranger);
      expect(await vault.operator()).to.equal(operator.address);
    });

    it("reverts with JuniorNotOwner for anybody else, and with JuniorInvalidReceiver given the zero address", async () => {
      const { vault, operator, stranger } = the();
      await expect(vault.connect(stranger).transferJunior(stranger))
        .to.be.revertedWithCustomError(vault, "JuniorNotOwner")
        .withArgs(stranger.address, operator.address);
      await expect(vault.connect(operator).transferJunior(ZeroAddress))
        .to.be.revertedWithCustomError(vault, "JuniorInvalidReceiver")
        .withArgs(ZeroAddress);
    });
  });
});
