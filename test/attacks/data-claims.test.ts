import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { Signature, concat, keccak256, toBeHex } from "ethers";
import { ethers } from "hardhat";

import { asHex } from "../../sdk/src/index";
import { slotSiblings } from "../../tensor/src/index";
import {
  BOND,
  HOLD,
  OPTIONS,
  POT,
  UNITS,
  UNIT_PRICE,
  closeEpoch,
  contribute,
  contributionOf,
  deployData,
  nameOf,
  openEpoch,
  planOf,
  usualSlots,
} from "../shared/data";
import type { DataMarket } from "../shared/data";
import {
  claimsOf,
  donate,
  drawnEpoch,
  madeUp,
  now,
  outputOf,
  pointsRootOf,
  settleWith,
  settledEpoch,
  signContribution,
  slotProof,
} from "../shared/datasets";
import { at } from "../shared/jobs";

const PRIZE = POT - UNITS * UNIT_PRICE;
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/*
Taking more than one's part
├── with a signature: not on another dataset, on another chain, for another owner, twice, or as its twin
├── as a late joiner of an old pot: nothing
├── twice: neither money nor votes, by oneself or by another
├── by money that comes between settlement and claim: changes no part
├── by leaving in the middle of an epoch
│  ├── counts in the epoch that was closed, and no more in the next
│  └── keeps the bond where it can be charged
├── with votes: cannot be borrowed, sold or counted for two
└── with a lie that was never found
   ├── that all values are above: takes nothing of the pot, of votes, or of what is owed to others (DD-1, DD-3)
   ├── that their sum is above: takes no more than the pot (DD-1, DD-3)
   └── that says nothing: takes nothing
*/
describe("Attack: claims on a dataset", () => {
  context("a signature", () => {
    async function signed() {
      const market = await deployData();
      const [owner, other] = market.contributors;
      const [slot] = usualSlots(market);
      const said = {
        ...{ slot: nameOf(slot), count: slot.points.length, schema: asHex(keccak256("0x01")) },
        ...{ uri: "https://data.example/1", deadline: (await now()) + 100_000n },
      };
      const give = (signature: string, { dao = market.dao, named = owner, as = slot } = {}) =>
        dao
          .connect(market.stranger)
          .contributeFor(
            ...([named, slotSiblings(OPTIONS, as), said.count, said.schema] as const),
            ...([said.uri, said.deadline, signature] as const),
          );
      const refused = (action: Promise<unknown>, named = owner, { dao } = market) =>
        expect(action)
          .to.be.revertedWithCustomError(dao, "ContributionsUnsigned")
          .withArgs(named.address, said.deadline);
      return { market, owner, other, slot, said, give, refused };
    }

    it("counts on no other dataset, although owner and nonce are the same", async () => {
      const { market, owner, said, give, refused } = await loadFixture(signed);
      const { factory, host, poolOwner } = market;
      const plan = await planOf(market, host, poolOwner);
      const { dataset } = await factory.createDao.staticCall(plan);
      await factory.createDao(plan);
      const second = await ethers.getContractAt("DataDAO", dataset);
      const signature = await signContribution(market, owner, said);
      await refused(give(signature, { dao: second }));
      await give(signature);
    });

    it("counts on no other chain", async () => {
      const { market, owner, said, give, refused } = await loadFixture(signed);
      await refused(give(await signContribution(market, owner, said, { chainId: 1n })));
    });

    it("counts for no other owner", async () => {
      const { market, owner, other, slot, said, give, refused } = await loadFixture(signed);
      const signature = await signContribution(market, owner, said);
      await refused(give(signature, { named: other }), other);
      await refused(
        give(signature, { named: other, as: { ...slot, owner: asHex(other.address) } }),
        other,
      );
    });

    it("counts once, also as its twin, and not before its turn", async () => {
      const { market, owner, slot, said, give, refused } = await loadFixture(signed);
      const { dao, host } = market;
      await refused(give(await signContribution(market, owner, said, { nonce: 1n })));
      const signature = await signContribution(market, owner, said);
      const { r, s, yParity } = Signature.from(signature);
      const twin = concat([r, toBeHex(CURVE_ORDER - BigInt(s), 32), toBeHex(28 - yParity)]);
      await refused(give(twin));
      await give(signature);
      await refused(give(signature));
      await dao.connect(host).withdrawContribution(nameOf(slot), slotProof([slot], 0));
      await refused(give(signature));
    });
  });

  it("gets nothing of an old pot by joining late", async () => {
    const market = await loadFixture(deployData);
    const { dao, contributors } = market;
    const { valueAt } = await settledEpoch(market);
    const late = contributionOf(contributors[2], [[90, 1]], 77);
    await contribute(market, late);
    const refused = (row: number, error: string, args: unknown[]) =>
      Promise.all(
        (["claim", "claimShares"] as const).map((name) =>
          expect(dao[name](1n, nameOf(late), valueAt(row)))
            .to.be.revertedWithCustomError(dao, error)
            .withArgs(...args),
        ),
      );
    await refused(3, "RewardsNothing", [1n, nameOf(late), 0n]);
    await refused(0, "RewardsInvalidProof", [1n]);
    // the row below the last slot holds the total, which is nobody's
    await refused(4, "RewardsInvalidProof", [1n]);
  });

  it("takes neither money nor votes twice, by oneself or by another", async () => {
    const market = await loadFixture(deployData);
    const { dao, contributors, stranger } = market;
    const { valueAt } = await settledEpoch(market);
    const [name] = usualSlots(market).map(nameOf);
    const before = await claimsOf(market, stranger);
    await dao.connect(stranger).claim(1n, name, valueAt(0));
    await dao.connect(stranger).claimShares(1n, name, valueAt(0));
    expect(await claimsOf(market, stranger)).to.equal(before);
    for (const caller of [contributors[0], stranger]) {
      for (const call of ["claim", "claimShares"] as const) {
        await expect(dao.connect(caller)[call](1n, name, valueAt(0)))
          .to.be.revertedWithCustomError(dao, "RewardsTaken")
          .withArgs(1n, name);
      }
    }
  });

  it("changes no part by money that comes between settlement and claim", async () => {
    const market = await loadFixture(deployData);
    const { dao } = market;
    const { valueAt } = await settledEpoch(market);
    const [first, second] = usualSlots(market).map(nameOf);
    await dao.claim(1n, first, valueAt(0));
    await donate(market, 10n * POT);
    await expect(dao.claim(1n, second, valueAt(1)))
      .to.emit(dao, "Claimed")
      .withArgs(1n, second, market.contributors[1].address, (PRIZE * 5n) / 8n);
    expect(await dao.nextPot()).to.equal(10n * POT);
  });

  context("leaving in the middle of an epoch", () => {
    /** The harmful contribution leaves between closing and valuation. */
    async function left() {
      const market = await deployData();
      const slots = usualSlots(market);
      const tests = await drawnEpoch(market, slots);
      const name = nameOf(slots[2]);
      await market.dao
        .connect(market.contributors[2])
        .withdrawContribution(name, slotProof(slots, 2));
      return { market, slots, tests, name };
    }

    it("counts in the epoch that was closed, and no more in the next", async () => {
      const { market, slots, tests } = await loadFixture(left);
      const { dao } = market;
      const output = await outputOf(slots, tests);
      await settleWith(market, output);
      expect((await dao.epochOf(1n)).pointsRoot).to.equal(pointsRootOf(slots));
      const closesAt = await openEpoch(market);
      await closeEpoch(market, closesAt);
      expect((await dao.epochOf(2n)).pointsRoot).to.equal(pointsRootOf(slots.slice(0, 2)));
    });

    it("keeps the bond where it can be charged", async () => {
      const { market, name } = await loadFixture(left);
      const { dao } = market;
      await at((await now()) + HOLD + 1n);
      await expect(dao.releaseBond(name))
        .to.be.revertedWithCustomError(dao, "ContributionsBondHeld")
        .withArgs(name, ethers.MaxUint256);
      const { valueAt } = await settleWith(market, madeUp([3, 5, -4], 8));
      await dao.charge(1n, name, valueAt(2));
      await at((await dao.epochOf(1n)).endedAt + HOLD);
      await expect(dao.releaseBond(name))
        .to.emit(dao, "BondReleased")
        .withArgs(name, BOND - BOND / 20n);
    });
  });

  it("cannot borrow, sell or count votes for two", async () => {
    const market = await loadFixture(deployData);
    const { dao, shares, contributors } = market;
    const { valueAt } = await settledEpoch(market);
    const [name] = usualSlots(market).map(nameOf);
    await dao.claimShares(1n, name, valueAt(0));
    const [holder, friend, buyer] = contributors;
    await expect(shares.connect(holder).transfer(buyer, 1n))
      .to.be.revertedWithCustomError(shares, "DataSharesNotTransferable")
      .withArgs();
    const amount = await shares.balanceOf(holder);
    await shares.connect(holder).delegate(friend);
    await shares.connect(holder).delegate(buyer);
    expect(await shares.getVotes(friend)).to.equal(0n);
    expect(await shares.getVotes(buyer)).to.equal(amount);
    await shares.connect(buyer).delegate(friend);
    expect(await shares.getVotes(friend)).to.equal(0n);
    const moment = BigInt(await time.latest());
    await time.increase(1n);
    const holders = [holder, friend, buyer];
    const past = await Promise.all(holders.map((who) => shares.getPastVotes(who, moment)));
    expect(past).to.deep.equal([0n, 0n, amount]);
  });

  context("a lie that was never found", () => {
    it("that all values are above: takes nothing of the pot, of votes, or of what is owed to others (DD-1, DD-3)", async () => {
      const market: DataMarket = await loadFixture(deployData);
      const { dao } = market;
      // the total is a tenth of what the values add up to
      const { valueAt } = await settledEpoch(market, [50, 50, 50], 15);
      const names = usualSlots(market).map(nameOf);
      const refused = async () => {
        for (const [row, name] of names.entries()) {
          for (const call of [dao.claim, dao.claimShares]) {
            await expect(call(1n, name, valueAt(row)))
              .to.be.revertedWithCustomError(dao, "RewardsWrongTotal")
              .withArgs(1n, name);
          }
        }
      };
      await refused();
      await donate(market, POT);
      await refused();
      expect(await dao.nextPot()).to.equal(POT);
    });

    it("that their sum is above: takes no more than the pot (DD-1, DD-3)", async () => {
      const market: DataMarket = await loadFixture(deployData);
      const { dao } = market;
      const { valueAt } = await settledEpoch(market, [50, 40, 20], 60);
      const [first, second, third] = usualSlots(market).map(nameOf);
      const { pot } = await dao.epochOf(1n);
      await dao.claim(1n, first, valueAt(0));
      await expect(dao.claim(1n, second, valueAt(1)))
        .to.be.revertedWithCustomError(dao, "RewardsWrongTotal")
        .withArgs(1n, second);
      const { unclaimed } = await dao.epochOf(1n);
      expect(unclaimed).to.equal(pot - (pot * 50n) / 60n);
      await donate(market, POT);
      await expect(dao.claim(1n, third, valueAt(2)))
        .to.be.revertedWithCustomError(dao, "RewardsWrongTotal")
        .withArgs(1n, third);
      expect(await dao.nextPot()).to.equal(POT);
    });

    it("that says nothing: takes nothing", async () => {
      const market: DataMarket = await loadFixture(deployData);
      const { dao } = market;
      const { valueAt } = await settledEpoch(market, [50, 40, 20], 0);
      const [first] = usualSlots(market).map(nameOf);
      for (const call of [dao.claim, dao.claimShares]) {
        await expect(call(1n, first, valueAt(0)))
          .to.be.revertedWithCustomError(dao, "RewardsWrongTotal")
          .withArgs(1n, first);
      }
    });
  });
});
