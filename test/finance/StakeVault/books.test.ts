import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { deliverJob, useMarket, windowEnd } from "../../shared/jobs";
import { rentDue } from "../../shared/stakes";
import {
  DEPOSIT,
  JUNIOR,
  RENT_BPS,
  VESTING,
  addJunior,
  booksOf,
  deployEmptyVault,
  deployVault,
  expireVaultJob,
  openVaultJob,
  settleVaultJob,
  sharesOf,
  slashVaultJob,
} from "../../shared/vaults";

/** What the vault gets of a price of 40,000. */
const INCOME = 39_000n;
/** A rate at which a rent is nearly the price. */
const HIGH_RENT_BPS = 1_200_000n;
const [PRICE, BOND] = [40_000n, 400_000n];
/** Terms of a bid that takes a price twice the usual one. */
const DEAR = { maxUnitPrice: 20_000n };

/*
A vault's books
├── rent
│  ├── it goes from the junior to the stakers when a bond leaves its job, and emits RentEarned
│  ├── it vests linearly over seven days from when it is booked, to the second
│  ├── later rents end between the old end and seven days from then, by amount
│  ├── what the junior cannot pay waits for its income
│  └── what the junior cannot pay lets nobody deposit
├── what is paid
│  ├── the price goes to the junior, and so do claims that somebody sends
├── losses
│  ├── silence and lies are paid by the junior first (SV-3), and emit LossTaken
│  ├── what the junior does not cover lowers what a share is worth
│  ├── it takes of what vests as much as of the rest
│  └── a total loss closes the vault for ever, and emits VaultClosed
└── a bond that a vote gives back
   ├── goes to the stakers up to what they lost, the rest to the junior, and emits LossRestored
   └── goes to the junior if stakers lost nothing

The books of an empty vault
└── are all junior, and rent stays there
*/
describe("a vault's books", () => {
  const the = useMarket(deployVault);

  describe("rent", () => {
    it("goes from the junior to the stakers when a bond leaves its job, and emits RentEarned", async () => {
      const { vault, client, escrow } = the();
      const job = await openVaultJob(the());
      const before = { assets: DEPOSIT, unvested: 0n, junior: JUNIOR, exits: 0n };
      expect(await booksOf(the())).to.deep.equal(before);
      await time.increaseTo(job.job.openedAt + 1_800n);
      await escrow.connect(client).cancel(job.id, job.job);
      const rent = await rentDue(job);
      expect(rent).to.be.greaterThan(0n);
      const expected = { ...before, unvested: rent, junior: JUNIOR + INCOME - rent };
      expect(await booksOf(the())).to.deep.equal(expected);
      await expect(vault.rebalance()).to.emit(vault, "RentEarned").withArgs(rent);
      expect(await booksOf(the())).to.deep.equal(expected);
    });

    it("vests linearly over seven days from when it is booked, to the second", async () => {
      const { vault, escrow, token } = the();
      await raiseRent(HIGH_RENT_BPS);
      await settleVaultJob(the(), await openVaultJob(the()));
      await vault.rebalance();
      const start = BigInt(await time.latest());
      const rent = await escrow.rentOwed(vault, token);
      expect(rent).to.be.greaterThan(10_000n);
      for (const passed of [1n, 3_600n, VESTING / 2n, VESTING - 1n, VESTING, VESTING + 1n]) {
        await time.increaseTo(start + passed);
        const left = passed < VESTING ? (rent * (VESTING - passed) + VESTING - 1n) / VESTING : 0n;
        expect(await vault.unvested(), `after ${passed}`).to.equal(left);
        expect(await vault.totalAssets()).to.equal(DEPOSIT + rent - left);
      }
    });

    it("later rents end between the old end and seven days from then, by amount", async () => {
      const { vault, escrow, token } = the();
      await raiseRent(HIGH_RENT_BPS);
      await settleVaultJob(the(), await openVaultJob(the()));
      await vault.rebalance();
      const start = BigInt(await time.latest());
      const first = await escrow.rentOwed(vault, token);
      await time.increaseTo(start + 4n * 86_400n);
      const job = await openVaultJob(the(), { unitBond: 50_000n, unitPrice: 5_000n });
      await settleVaultJob(the(), job);
      const second = (await escrow.rentOwed(vault, token)) - first;
      await time.increaseTo(start + 5n * 86_400n - 1n);
      await vault.rebalance();
      const left = (first * 2n + 6n) / 7n;
      const ends = (left * 2n * 86_400n + second * VESTING) / (left + second);
      await time.increaseTo(start + 5n * 86_400n + ends - 1n);
      expect(await vault.unvested()).to.be.greaterThan(0n);
      await time.increaseTo(start + 5n * 86_400n + ends);
      expect(await vault.unvested()).to.equal(0n);
    });

    it("what the junior cannot pay waits for its income", async () => {
      const { vault, escrow, token } = the();
      const { id, job } = await inArrears();
      const owed = await escrow.rentOwed(vault, token);
      const arrears = await vault.rentArrears();
      expect(arrears).to.equal(owed).and.to.be.greaterThan(0n);
      expect(await booksOf(the())).to.include({ unvested: 0n, junior: 0n });
      const unrestored = await vault.unrestoredLoss();
      await time.increaseTo(windowEnd({ id, job }) + 1n);
      await escrow.settle(id, job);
      const all = await escrow.rentOwed(vault, token);
      expect(all).to.equal(owed + (await rentDue({ id, job })));
      expect(await vault.rentArrears()).to.equal(0n);
      expect(await booksOf(the())).to.include({ unvested: all, junior: INCOME / 4n - all });
      expect(await vault.unrestoredLoss()).to.equal(unrestored);
    });

    it("what the junior cannot pay lets nobody deposit", async () => {
      const { vault, other, ledger, operator, tokenAddress } = the();
      await inArrears();
      await time.increase(30n * 86_400n);
      const arrears = await vault.rentArrears();
      expect(await vault.maxDeposit(other)).to.equal(0n);
      await expect(vault.connect(other).depositClaims(DEPOSIT, other))
        .to.be.revertedWithCustomError(vault, "VaultInArrears")
        .withArgs(arrears);
      await ledger.connect(operator).transfer(vault, BigInt(tokenAddress), arrears - 1n);
      expect(await vault.rentArrears()).to.equal(1n);
      expect(await vault.maxDeposit(other)).to.equal(0n);
      await expect(vault.connect(other).deposit(DEPOSIT, other))
        .to.be.revertedWithCustomError(vault, "VaultInArrears")
        .withArgs(1n);
      await ledger.connect(operator).transfer(vault, BigInt(tokenAddress), 1n);
      expect(await vault.maxDeposit(other)).to.be.greaterThan(DEPOSIT);
      await vault.connect(other).depositClaims(DEPOSIT, other);
    });
  });

  describe("what is paid", () => {
    it("the price goes to the junior, and so do claims that somebody sends", async () => {
      const { ledger, vault, stranger, staker, tokenAddress } = the();
      const job = await openVaultJob(the());
      await settleVaultJob(the(), job);
      const rent = await rentDue(job);
      expect((await booksOf(the())).junior).to.equal(JUNIOR - rent + INCOME);
      await ledger.connect(staker).transfer(vault, BigInt(tokenAddress), 5n);
      expect(await booksOf(the())).to.include({
        assets: DEPOSIT,
        junior: JUNIOR - rent + INCOME + 5n,
      });
      expect(await sharesOf(vault, stranger)).to.equal(0n);
    });
  });

  describe("losses", () => {
    it("silence and lies are paid by the junior first (SV-3), and emit LossTaken", async () => {
      const { vault } = the();
      const silent = await openVaultJob(the());
      await expireVaultJob(the(), silent);
      const rent = await rentDue(silent);
      expect(await booksOf(the())).to.include({ assets: DEPOSIT, junior: JUNIOR - rent - PRICE });
      await expect(vault.rebalance()).to.emit(vault, "LossTaken").withArgs(PRICE, 0n);
      await addJunior(the(), 10n * JUNIOR);
      await vault.rebalance();
      await slashVaultJob(the(), await openVaultJob(the()));
      await expect(vault.rebalance()).to.emit(vault, "LossTaken").withArgs(BOND, 0n);
      expect(await vault.unrestoredLoss()).to.equal(0n);
    });

    it("what the junior does not cover lowers what a share is worth", async () => {
      const { vault, staker } = the();
      await slashVaultJob(the(), await openVaultJob(the()));
      const lost = BOND - JUNIOR;
      expect(await booksOf(the())).to.include({ assets: DEPOSIT - lost, junior: 0n });
      expect(await vault.unrestoredLoss()).to.equal(lost);
      await expect(vault.rebalance()).to.emit(vault, "LossTaken").withArgs(BOND, lost);
      const worth = await vault.convertToAssets(await sharesOf(vault, staker));
      expect(worth).to.be.within(DEPOSIT - lost - 1n, DEPOSIT - lost);
      expect(await vault.unrestoredLoss()).to.equal(lost);
    });

    it("takes of what vests as much as of the rest", async () => {
      const { vault } = the();
      await raiseRent(HIGH_RENT_BPS);
      await settleVaultJob(
        the(),
        await openVaultJob(the(), { unitBond: 25_000n, unitPrice: 2_500n }),
      );
      await vault.rebalance();
      const last = await openVaultJob(the(), { unitBond: 200_000n, unitPrice: 20_000n }, DEAR);
      const before = await booksOf(the());
      await slashVaultJob(the(), last);
      const after = await booksOf(the());
      const [all, left] = [before.assets + before.unvested, after.assets + after.unvested];
      expect(left).to.be.lessThan(all);
      expect(after.unvested * all).to.be.within(
        (before.unvested * left * 99n) / 100n,
        before.unvested * left + 2n * all,
      );
    });

    it("a total loss closes the vault for ever, and emits VaultClosed", async () => {
      const { vault, staker, ledger, tokenAddress } = the();
      await slashVaultJob(the(), await openVaultJob(the(), { unitBond: 250_000n }));
      expect(await vault.isClosed()).to.equal(true);
      expect(await vault.maxDeposit(staker)).to.equal(0n);
      await expect(vault.rebalance())
        .to.emit(vault, "VaultClosed")
        .and.to.emit(vault, "LossTaken")
        .withArgs(JUNIOR + DEPOSIT, DEPOSIT);
      await ledger.connect(staker).transfer(vault, BigInt(tokenAddress), JUNIOR);
      await expect(vault.connect(staker).depositClaims(10n, staker)).to.be.revertedWithCustomError(
        vault,
        "VaultIsClosed",
      );
      expect(await vault.rebalance.staticCall()).to.equal(0n);
    });
  });

  describe("a bond that a vote gives back", () => {
    it("goes to the stakers up to what they lost, the rest to the junior, and emits LossRestored", async () => {
      const { vault, escrow } = the();
      const job = await openVaultJob(the());
      await slashVaultJob(the(), job);
      await vault.rebalance();
      const lost = await vault.unrestoredLoss();
      const before = await booksOf(the());
      await escrow.restoreHeldBond(job.id);
      const back = (BOND * 9n) / 10n;
      await expect(vault.rebalance()).to.emit(vault, "LossRestored").withArgs(back, lost);
      const after = await booksOf(the());
      expect(after.assets).to.equal(before.assets + lost);
      const rent = await rentDue(job);
      expect(after.unvested).to.equal(before.unvested + rent);
      expect(after.junior).to.equal(back - lost - rent);
      expect(await vault.unrestoredLoss()).to.equal(0n);
    });

    it("goes to the junior if stakers lost nothing", async () => {
      const { vault, escrow } = the();
      await addJunior(the(), 10n * JUNIOR);
      const job = await openVaultJob(the());
      await slashVaultJob(the(), job);
      await vault.rebalance();
      const { junior } = await booksOf(the());
      await escrow.restoreHeldBond(job.id);
      const back = (BOND * 9n) / 10n;
      await expect(vault.rebalance()).to.emit(vault, "LossRestored").withArgs(back, 0n);
      expect((await booksOf(the())).junior).to.equal(junior + back);
    });
  });

  /**
   * A vault whose junior was lost with a slashed bond, so that it owes the rent; a job of a fourth of the usual
   * price is delivered.
   */
  async function inArrears() {
    await raiseRent(HIGH_RENT_BPS / 2n);
    const [small, lie] = [
      await openVaultJob(the(), { unitBond: 25_000n, unitPrice: 2_500n }),
      await openVaultJob(the()),
    ];
    const paid = await deliverJob(the(), small);
    await slashVaultJob(the(), lie);
    await the().vault.rebalance();
    return paid;
  }

  /** Lets the vault's rate be another one, once it may. */
  async function raiseRent(rentBps: bigint): Promise<void> {
    const { vault, operator } = the();
    await vault.connect(operator).announceRent(rentBps);
    const [, appliesAt] = await vault.announcedRent();
    await time.increaseTo(appliesAt);
    await vault.applyRent();
    expect(rentBps).to.not.equal(RENT_BPS);
  }
});

describe("the books of an empty vault", () => {
  const the = useMarket(deployEmptyVault);

  it("are all junior, and rent stays there", async () => {
    const { vault, client, escrow, token } = the();
    await addJunior(the(), 10n * JUNIOR);
    await vault.rebalance();
    const job = await openVaultJob(the());
    await time.increaseTo(job.job.openedAt + 1_000n);
    await escrow.connect(client).cancel(job.id, job.job);
    expect(await escrow.rentOwed(vault, token))
      .to.equal(await rentDue(job))
      .and.to.be.greaterThan(0n);
    await vault.rebalance();
    expect(await booksOf(the())).to.deep.equal({
      assets: 0n,
      unvested: 0n,
      junior: 10n * JUNIOR + INCOME,
      exits: 0n,
    });
    expect(await vault.rentArrears()).to.equal(0n);
  });
});
