import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256, ZeroHash, id as hashOf } from "ethers";

import { asHex } from "../../../sdk/src/index";
import {
  BOND,
  CLAIM_TIME,
  HOLD,
  POT,
  UNITS,
  UNIT_PRICE,
  contribute,
  contributionOf,
  deployData,
  drawTests,
  nameOf,
  usualSlots,
} from "../../shared/data";
import type { DataMarket } from "../../shared/data";
import {
  EPOCH_SHARES,
  claimsOf,
  closedEpoch,
  donate,
  drawnEpoch,
  madeUp,
  now,
  settleWith,
  settledEpoch,
  slotProof,
} from "../../shared/datasets";
import { at } from "../../shared/jobs";
import { drawn } from "./phases";

const PRIZE = POT - UNITS * UNIT_PRICE;
type Opening = ReturnType<ReturnType<typeof madeUp>["valueAt"]>;

/*
Rewards
├── claim
│  ├── pays an owner its part of the pot, rounded down, whoever calls
│  ├── pays nothing twice, and nothing for what is worth nothing or does harm
│  ├── is refused another slot's value, a way of another length, and another epoch's value
│  ├── is refused for what was never contributed, and in an epoch without values
│  └── leaves what rounding down leaves for who carries it over (DD-3)
├── claimShares
│  ├── gives an owner its part of a million votes, once, with or without its money
│  └── is refused like claim
├── charge
│  ├── takes as much as the same value above zero would have got, at most a twentieth of the bond
│  ├── takes a twentieth if nothing was worth anything
│  ├── takes nothing twice, nor what is worth something or nothing
│  ├── takes no more than the bond in all epochs, and leaves nothing to release then
│  └── takes nothing of a bond that was released
├── carryOver
│  ├── puts what nobody claimed into the next pot after a year, once
│  ├── is refused in an epoch that runs, is void or has nothing left
│  └── ends claims of money, not those of votes (DD-4)
├── everything is left alone by money that comes later
└── a part is of the pot to the unit, also of an odd one
*/
describe("DataDAO: rewards", () => {
  async function settled() {
    const market = await deployData();
    const { valueAt } = await settledEpoch(market);
    return { market, valueAt, names: usualSlots(market).map(nameOf) };
  }

  const refused = ({ dao }: DataMarket, action: Promise<unknown>, error: string, args: unknown[]) =>
    expect(action)
      .to.be.revertedWithCustomError(dao, error)
      .withArgs(...args);

  context("claim", () => {
    it("pays an owner its part of the pot, rounded down, whoever calls", async () => {
      const { market, valueAt, names } = await loadFixture(settled);
      const { dao, contributors, stranger } = market;
      const amounts = [(PRIZE * 3n) / 8n, (PRIZE * 5n) / 8n];
      for (const [i, amount] of amounts.entries()) {
        const before = await claimsOf(market, contributors[i]);
        await expect(dao.connect(stranger).claim(1n, names[i], valueAt(i)))
          .to.emit(dao, "Claimed")
          .withArgs(1n, names[i], contributors[i].address, amount);
        expect((await claimsOf(market, contributors[i])) - before).to.equal(amount);
      }
      expect((await dao.epochOf(1n)).unclaimed).to.equal(PRIZE - amounts[0] - amounts[1]);
    });

    it("pays nothing twice", async () => {
      const { market, valueAt, names } = await loadFixture(settled);
      const { dao } = market;
      await dao.claim(1n, names[0], valueAt(0));
      const again = dao.claim(1n, names[0], valueAt(0));
      await refused(market, again, "RewardsTaken", [1n, names[0]]);
    });

    it("pays nothing for what is worth nothing or does harm", async () => {
      const market = await loadFixture(deployData);
      const { dao } = market;
      const { valueAt } = await settledEpoch(market, [3, 0, -4]);
      const names = usualSlots(market).map(nameOf);
      for (const [row, value] of [
        [1, 0n],
        [2, -4n],
      ] as const) {
        const action = dao.claim(1n, names[row], valueAt(row));
        await refused(market, action, "RewardsNothing", [1n, names[row], value]);
      }
    });

    it("is refused another slot's value, and a way of another length", async () => {
      const { market, valueAt, names } = await loadFixture(settled);
      const { dao } = market;
      const { word, siblings } = valueAt(0);
      const wrong: Opening[] = [
        valueAt(1),
        valueAt(4),
        { word: valueAt(1).word, siblings },
        { word, siblings: siblings.slice(1) },
        { word, siblings: [...siblings, asHex(ZeroHash)] },
        { word, siblings: [] },
      ];
      for (const opening of wrong) {
        const action = dao.claim(1n, names[0], opening);
        await refused(market, action, "RewardsInvalidProof", [1n]);
      }
    });

    it("is refused another epoch's value, and in an epoch without values", async () => {
      const { market, valueAt, names } = await loadFixture(settled);
      const { dao } = market;
      await donate(market);
      await closedEpoch(market, []);
      await drawTests(market);
      for (const epochId of [2n, 3n, 0n, MaxUint256]) {
        const action = dao.claim(epochId, names[0], valueAt(0));
        await refused(market, action, "RewardsInvalidProof", [epochId]);
      }
    });

    it("is refused for what was never contributed", async () => {
      const { market, valueAt } = await loadFixture(settled);
      const name = hashOf("slot");
      const action = market.dao.claim(1n, name, valueAt(0));
      await refused(market, action, "ContributionsUnknown", [name]);
    });

    it("leaves what rounding down leaves for who carries it over (DD-3)", async () => {
      const market = await loadFixture(deployData);
      const { dao } = market;
      const { valueAt } = await settledEpoch(market, [2, 2, 3]);
      const dust = PRIZE - 2n * ((PRIZE * 2n) / 7n) - (PRIZE * 3n) / 7n;
      expect(dust).to.be.greaterThan(0n);
      for (const [i, slot] of usualSlots(market).entries()) {
        await dao.claim(1n, nameOf(slot), valueAt(i));
      }
      expect((await dao.epochOf(1n)).unclaimed).to.equal(dust);
      await at((await dao.epochOf(1n)).endedAt + CLAIM_TIME);
      await dao.carryOver(1n);
      expect(await dao.nextPot()).to.equal(dust);
    });
  });

  context("claimShares", () => {
    it("gives an owner its part of a million votes, once, with or without its money", async () => {
      const { market, valueAt, names } = await loadFixture(settled);
      const { dao, shares, contributors, stranger } = market;
      await dao.claim(1n, names[0], valueAt(0));
      for (const [i, part] of [3n, 5n].entries()) {
        const amount = (EPOCH_SHARES * part) / 8n;
        await expect(dao.connect(stranger).claimShares(1n, names[i], valueAt(i)))
          .to.emit(dao, "SharesClaimed")
          .withArgs(1n, names[i], contributors[i].address, amount);
        expect(await shares.balanceOf(contributors[i])).to.equal(amount);
        const again = dao.claimShares(1n, names[i], valueAt(i));
        await refused(market, again, "RewardsTaken", [1n, names[i]]);
      }
      expect(await shares.totalSupply()).to.equal(EPOCH_SHARES);
      await dao.claim(1n, names[1], valueAt(1));
    });

    it("is refused like claim", async () => {
      const { market, valueAt, names } = await loadFixture(settled);
      const { dao } = market;
      const name = hashOf("slot");
      const unknown = dao.claimShares(1n, name, valueAt(0));
      await refused(market, unknown, "ContributionsUnknown", [name]);
      const harmful = dao.claimShares(1n, names[2], valueAt(2));
      await refused(market, harmful, "RewardsNothing", [1n, names[2], -4n]);
      const other = dao.claimShares(1n, names[0], valueAt(1));
      await refused(market, other, "RewardsInvalidProof", [1n]);
    });
  });

  context("charge", () => {
    it("takes as much as the same value above zero would have got", async () => {
      const market = await loadFixture(deployData);
      const { dao, stranger } = market;
      const { valueAt } = await settledEpoch(market, [999_999, 1, -1]);
      const name = nameOf(usualSlots(market)[2]);
      const due = PRIZE / 1_000_000n;
      expect(due).to.equal(0n);
      await expect(dao.connect(stranger).charge(1n, name, valueAt(2)))
        .to.emit(dao, "BondCharged")
        .withArgs(1n, name, 0n);
      const more = await loadFixture(deployData);
      const epoch = await settledEpoch(more, [9_999, 1, -4]);
      const part = (PRIZE * 4n) / 10_000n;
      await expect(more.dao.charge(1n, name, epoch.valueAt(2)))
        .to.emit(more.dao, "BondCharged")
        .withArgs(1n, name, part);
      expect((await more.dao.contributionOf(name)).lostPpm).to.equal((part * 1_000_000n) / BOND);
      expect(await more.dao.nextPot()).to.equal(part);
    });

    it("takes at most a twentieth of the bond", async () => {
      const { market, valueAt, names } = await loadFixture(settled);
      await expect(market.dao.charge(1n, names[2], valueAt(2)))
        .to.emit(market.dao, "BondCharged")
        .withArgs(1n, names[2], BOND / 20n);
      expect((await market.dao.contributionOf(names[2])).lostPpm).to.equal(50_000n);
    });

    it("takes a twentieth if nothing was worth anything", async () => {
      const market = await loadFixture(deployData);
      const { valueAt } = await settledEpoch(market, [0, 0, -1]);
      const name = nameOf(usualSlots(market)[2]);
      await expect(market.dao.charge(1n, name, valueAt(2)))
        .to.emit(market.dao, "BondCharged")
        .withArgs(1n, name, BOND / 20n);
    });

    it("takes nothing twice, nor what is worth something or nothing", async () => {
      const market = await loadFixture(deployData);
      const { dao } = market;
      const { valueAt } = await settledEpoch(market, [3, 0, -4]);
      const names = usualSlots(market).map(nameOf);
      await dao.charge(1n, names[2], valueAt(2));
      const again = dao.charge(1n, names[2], valueAt(2));
      await refused(market, again, "RewardsTaken", [1n, names[2]]);
      for (const [row, value] of [
        [0, 3n],
        [1, 0n],
      ] as const) {
        const action = dao.charge(1n, names[row], valueAt(row));
        await refused(market, action, "RewardsNothing", [1n, names[row], value]);
      }
      const other = dao.charge(1n, names[0], valueAt(2));
      await refused(market, other, "RewardsInvalidProof", [1n]);
      const name = hashOf("slot");
      const unknown = dao.charge(1n, name, valueAt(2));
      await refused(market, unknown, "ContributionsUnknown", [name]);
    });

    it("takes no more than the bond in all epochs, and leaves nothing to release then", async () => {
      const market = await loadFixture(deployData);
      const { dao, host } = market;
      const slots = usualSlots(market);
      const name = nameOf(slots[2]);
      const { valueAt } = await settledEpoch(market);
      await dao.charge(1n, name, valueAt(2));
      let pot = await dao.nextPot();
      for (let epochId = 2n; epochId <= 21n; epochId++) {
        await donate(market);
        await closedEpoch(market, []);
        await drawTests(market);
        const output = madeUp([3, 5, -4], 8);
        await settleWith(market, output, { nonce: 100n + epochId });
        pot = await dao.nextPot();
        await dao.charge(epochId, name, output.valueAt(2));
        const charged = epochId <= 20n ? BOND / 20n : 0n;
        expect((await dao.nextPot()) - pot).to.equal(charged);
      }
      expect((await dao.contributionOf(name)).lostPpm).to.equal(1_000_000n);
      await dao.connect(host).withdrawContribution(name, slotProof(slots, 2));
      await at((await now()) + HOLD);
      await refused(market, dao.releaseBond(name), "ContributionsUnknown", [name]);
    });

    it("takes nothing of a bond that was released", async () => {
      const { market } = await loadFixture(drawn);
      const { dao, host } = market;
      const slots = usualSlots(market);
      const name = nameOf(slots[2]);
      await dao.connect(host).withdrawContribution(name, slotProof(slots, 2));
      const { valueAt } = await settleWith(market, madeUp([3, 5, -4], 8));
      await at((await now()) + HOLD);
      await dao.releaseBond(name);
      await expect(dao.charge(1n, name, valueAt(2)))
        .to.emit(dao, "BondCharged")
        .withArgs(1n, name, 0n);
    });
  });

  context("carryOver", () => {
    it("puts what nobody claimed into the next pot after a year, once", async () => {
      const { market, valueAt, names } = await loadFixture(settled);
      const { dao, stranger } = market;
      await dao.claim(1n, names[0], valueAt(0));
      const { endedAt, unclaimed } = await dao.epochOf(1n);
      const from = endedAt + CLAIM_TIME;
      await at(from - 1n);
      await refused(market, dao.carryOver(1n), "RewardsNotOver", [1n, from]);
      await at(from);
      await expect(dao.connect(stranger).carryOver(1n))
        .to.emit(dao, "PotCarriedOver")
        .withArgs(1n, unclaimed);
      expect(await dao.nextPot()).to.equal(unclaimed);
      await refused(market, dao.carryOver(1n), "RewardsNotOver", [1n, from]);
    });

    it("is refused in an epoch that runs, is void or has nothing left", async () => {
      const { market } = await loadFixture(drawn);
      const { dao } = market;
      await refused(market, dao.carryOver(1n), "RewardsNotOver", [1n, MaxUint256]);
      await at((await dao.epochOf(1n)).deadline + 1n);
      await dao.voidEpoch();
      const from = (await now()) + CLAIM_TIME;
      await at(from);
      await refused(market, dao.carryOver(1n), "RewardsNotOver", [1n, from]);
      await refused(market, dao.carryOver(2n), "RewardsNotOver", [2n, CLAIM_TIME]);
    });

    it("ends claims of money, not those of votes (DD-4)", async () => {
      const { market, valueAt, names } = await loadFixture(settled);
      const { dao, shares, contributors } = market;
      await at((await dao.epochOf(1n)).endedAt + CLAIM_TIME);
      await dao.carryOver(1n);
      await expect(dao.claim(1n, names[0], valueAt(0)))
        .to.emit(dao, "Claimed")
        .withArgs(1n, names[0], contributors[0].address, 0n);
      expect(await dao.nextPot()).to.equal(PRIZE);
      await dao.claimShares(1n, names[0], valueAt(0));
      expect(await shares.balanceOf(contributors[0])).to.equal((EPOCH_SHARES * 3n) / 8n);
    });
  });

  it("everything is left alone by money that comes later", async () => {
    const { market, valueAt, names } = await loadFixture(settled);
    const { dao, contributors } = market;
    await donate(market, POT);
    expect(await dao.nextPot()).to.equal(POT);
    await expect(dao.claim(1n, names[0], valueAt(0)))
      .to.emit(dao, "Claimed")
      .withArgs(1n, names[0], contributors[0].address, (PRIZE * 3n) / 8n);
    await contribute(market, contributionOf(contributors[0], [[70, 1]], 9));
    expect(await dao.nextPot()).to.equal(POT);
  });

  it("a part is of the pot to the unit, also of an odd one", async () => {
    const market = await loadFixture(deployData);
    await donate(market, 7n);
    await drawnEpoch(market);
    const { valueAt } = await settleWith(market, madeUp([2, 5, 0], 7));
    const [name] = usualSlots(market).map(nameOf);
    const amount = ((PRIZE + 7n) * 2n) / 7n;
    await expect(market.dao.claim(1n, name, valueAt(0)))
      .to.emit(market.dao, "Claimed")
      .withArgs(1n, name, market.contributors[0].address, amount);
  });
});
