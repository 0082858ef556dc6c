import { loadFixture, mine, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { asAddress, createErgonClient, getStake, vaultReport } from "../../../sdk/src/index";
import { approveJob, deadlineOf, deliverJob, freezeJob, windowEnd } from "../../shared/jobs";
import { FEE_BPS } from "../../shared/market";
import {
  RENT_BPS,
  VESTING,
  WINDOW,
  currentWindow,
  deployVault,
  goToWindow,
  openVaultJob,
} from "../../shared/vaults";
import { expectError } from "../../worker/support/rejection";
import { clientOf } from "../support";
import type { ErgonClient, VaultReport } from "../../../sdk/src/index";

/*
vaultReport
├── each job carries bond, rent, price paid and what was lost of its bond
├── rents add up to what the escrow says is owed, at any block
├── bookings are the vault's own, and losses of jobs are the losses it booked
├── the price after each event is the vault's own at that block
├── the stake after each change is the escrow's own at that block
├── utilisation is the mean over time of what is locked of the stake
├── a range leaves out what jobs moved before it
├── it reads the same in small queries
└── given a range that ends before it starts, or after the newest block: it reports INPUT
*/
describe("vaultReport", () => {
  /** One job settled after an approval, one expired, one slashed and given back, one open at another rate. */
  async function lived() {
    const market = await deployVault();
    const { escrow, vault, staker, stranger, verifier, admin, operator } = market;
    const settled = await openVaultJob(market);
    const approved = await approveJob(market, await deliverJob(market, settled));
    await time.increaseTo(windowEnd(approved) + 1n);
    await escrow.connect(stranger).settle(approved.id, approved.job);
    await vault.rebalance();

    const expired = await openVaultJob(market);
    await time.increaseTo(deadlineOf(expired) + 1n);
    await escrow.connect(stranger).expire(expired.id, expired.job);
    await vault.connect(staker).depositClaims(50_000n, staker);
    await vault.rebalance();

    const opened = await openVaultJob(market);
    await vault.connect(operator).withdrawJunior(await vault.withdrawableJunior(), operator);
    const slashed = await freezeJob(market, await deliverJob(market, opened));
    await escrow.connect(verifier).slash(slashed.id, slashed.job, 1_000n);
    await vault.rebalance();
    const middle = await ethers.provider.getBlockNumber();
    await escrow.connect(admin).restoreHeldBond(slashed.id);
    await vault.rebalance();

    await vault.connect(staker).requestRedeem(200_000_000n, staker, staker);
    await time.increase(VESTING / 3n);
    await vault.connect(operator).announceRent(800n);
    await goToWindow((await currentWindow()) + 3n);
    await vault.settleWindow();
    await vault.applyRent();
    await market.ledger.connect(operator).transfer(vault, BigInt(market.tokenAddress), 100_000n);
    await vault.rebalance();
    const open = await openVaultJob(market);
    await vault.rebalance();
    await mine(2, { interval: Number(WINDOW / 50n) });
    const client = clientOf(market, stranger);
    const address = asAddress(vault.target as string);
    return { market, client, vault, address, middle, jobs: { settled, expired, slashed, open } };
  }

  const sum = (amounts: readonly bigint[]) => amounts.reduce((all, amount) => all + amount, 0n);
  const reportOf = async (client: ErgonClient, vault: `0x${string}`, toBlock?: number) =>
    vaultReport(client, { vault, toBlock });
  const bookedIn = ({ bookings }: VaultReport, name: string, field: "amount" | "ofStakers") =>
    sum(bookings.filter((booking) => booking.name === name).map((booking) => booking[field]));

  it("each job carries bond, rent, price paid and what was lost of its bond", async () => {
    const { client, address, jobs, market } = await loadFixture(lived);
    const report = await reportOf(client, address);
    const owed = await market.escrow.rentOwed(address, market.tokenAddress);
    const [settled, expired, slashed] = report.jobs.map(({ rent }) => rent);
    expect(settled + expired + slashed).to.equal(owed);
    expect(settled).to.be.greaterThan(expired).and.greaterThan(slashed);
    const rows = report.jobs.map(({ record, ...row }) => ({ id: record.id, ...row }));
    const price = jobs.settled.job.unitPrice * jobs.settled.job.units;
    const fee = (price * FEE_BPS) / 10_000n;
    const usual = { bond: 400_000n, locked: 0n };
    expect(rows).to.deep.equal([
      { id: jobs.settled.id, ...usual, rent: settled, paid: price - fee, lost: 0n, restored: 0n },
      { id: jobs.expired.id, ...usual, rent: expired, paid: 0n, lost: price, restored: 0n },
      {
        id: jobs.slashed.id,
        ...usual,
        rent: slashed,
        paid: 0n,
        lost: 400_000n,
        restored: 399_000n,
      },
      {
        ...{ id: jobs.open.id, bond: 400_000n, locked: 400_000n, rent: 0n },
        ...{ paid: 0n, lost: 0n, restored: 0n },
      },
    ]);
    const rates = report.jobs.map(({ record }) => record.job.rentBps);
    expect(rates).to.deep.equal([RENT_BPS, RENT_BPS, RENT_BPS, 800n]);
  });

  it("rents add up to what the escrow says is owed, at any block", async () => {
    const { client, address, market, middle } = await loadFixture(lived);
    for (const blockTag of [middle, await ethers.provider.getBlockNumber()]) {
      const report = await reportOf(client, address, blockTag);
      const owed = await market.escrow.rentOwed(address, market.tokenAddress, { blockTag });
      expect([report.rentOwed, report.totals.rent]).to.deep.equal([owed, owed]);
    }
  });

  it("bookings are the vault's own, and losses of jobs are the losses it booked", async () => {
    const { client, address, vault } = await loadFixture(lived);
    const report = await reportOf(client, address);
    const { totals } = report;
    const losses = await vault.queryFilter(vault.filters.LossTaken());
    const rents = await vault.queryFilter(vault.filters.RentEarned());
    expect(totals.losses).to.equal(sum(losses.map(({ args }) => args.amount)));
    expect(totals.lossesOfStakers).to.equal(sum(losses.map(({ args }) => args.ofStakers)));
    expect(totals.realisedRent).to.equal(sum(rents.map(({ args }) => args.amount)));
    expect(totals.lost).to.equal(totals.losses);
    expect(totals.lossesOfStakers).to.be.greaterThan(0n);
    expect(totals.restored).to.equal(bookedIn(report, "LossRestored", "amount"));
    expect(
      report.entries.filter(({ kind }) => kind === "lost").map(({ jobId }) => jobId),
    ).to.have.length(2);
  });

  it("the price after each event is the vault's own at that block", async () => {
    const { client, address, vault } = await loadFixture(lived);
    const { prices } = await reportOf(client, address);
    const names = new Set(prices.map(({ name }) => name));
    expect([...names]).to.include.members([
      ...["Deposit", "RentEarned", "LossTaken", "LossRestored", "WindowSettled"],
      ...["Rebalanced", "JuniorWithdrawn"],
    ]);
    const lastOf = new Map(prices.map((point) => [point.at.transactionHash, point]));
    for (const { at, price, name } of lastOf.values()) {
      const own = await vault.convertToAssets(10n ** 9n, { blockTag: at.blockNumber });
      expect(price, `${name} in block ${at.blockNumber}`).to.equal(own);
    }
  });

  it("the stake after each change is the escrow's own at that block", async () => {
    const { client, address, market } = await loadFixture(lived);
    const { utilisation } = await reportOf(client, address);
    const blocks = new Map<bigint, number>();
    for (let number = await ethers.provider.getBlockNumber(); number > 0; number -= 1) {
      const block = await ethers.provider.getBlock(number);
      blocks.set(BigInt(block?.timestamp ?? 0), number);
    }
    expect(utilisation.points.length).to.be.greaterThan(10);
    for (const { timestamp, locked, staked } of utilisation.points.slice(1)) {
      const blockNumber = blocks.get(timestamp);
      const token = market.tokenAddress;
      const own = await getStake(client, { account: address, token, blockNumber });
      expect([locked, staked]).to.deep.equal([own.locked, own.locked + own.free]);
    }
    expect(utilisation.points.at(-1)?.jobIds).to.have.length(1);
  });

  it("utilisation is the mean over time of what is locked of the stake", async () => {
    const { client, address, jobs } = await loadFixture(lived);
    const toBlock = await ethers.provider.getBlockNumber();
    const fromBlock = toBlock - 1;
    const { utilisation } = await vaultReport(client, { vault: address, fromBlock, toBlock });
    const [point, ...others] = utilisation.points;
    expect(others).to.deep.equal([]);
    expect(point.jobIds).to.deep.equal([jobs.open.id]);
    expect(utilisation.averageBps).to.equal((400_000n * 10_000n) / point.staked);
    const whole = await reportOf(client, address);
    expect(whole.utilisation.averageBps).to.be.lessThan(utilisation.averageBps);
  });

  it("a range leaves out what jobs moved before it", async () => {
    const { client, address, middle } = await loadFixture(lived);
    const [all, before] = [
      await reportOf(client, address),
      await reportOf(client, address, middle),
    ];
    const after = await vaultReport(client, { vault: address, fromBlock: middle + 1 });
    for (const name of Object.keys(all.totals) as (keyof VaultReport["totals"])[]) {
      expect(before.totals[name] + after.totals[name], name).to.equal(all.totals[name]);
    }
    expect([...before.entries, ...after.entries]).to.deep.equal(all.entries);
    expect(after.totals.restored).to.equal(399_000n);
    expect(after.totals.lost).to.equal(0n);
  });

  it("reads the same in small queries", async () => {
    const { client, address, market } = await loadFixture(lived);
    const { addresses } = market;
    const small = createErgonClient({ runner: ethers.provider, addresses, logRange: 3 });
    expect(await reportOf(small, address)).to.deep.equal(await reportOf(client, address));
  });

  it("reports INPUT given a range that ends before it starts, or after the newest block", async () => {
    const { client, address } = await loadFixture(lived);
    const newest = await ethers.provider.getBlockNumber();
    for (const range of [{ fromBlock: 9, toBlock: 8 }, { toBlock: newest + 1 }]) {
      const report = () => vaultReport(client, { vault: address, ...range });
      await expectError(report, "InputError", "INPUT");
    }
  });
});
