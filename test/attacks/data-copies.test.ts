import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { keccak256 } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { asHex } from "../../sdk/src/index";
import { encodeState, readValues, slotSiblings, tensorId } from "../../tensor/src/index";
import type { Contribution, PointRow, Slot } from "../../tensor/src/index";
import { ReferenceExecutor } from "../../tensor/src/index";
import {
  BOND,
  OPTIONS,
  POT,
  PROGRAM,
  UNITS,
  UNIT_PRICE,
  closeEpoch,
  contribute,
  contributionOf,
  deployData,
  drawTests,
  nameOf,
  openEpoch,
  usualSlots,
  valueOf,
} from "../shared/data";
import type { DataMarket } from "../shared/data";
import {
  EPOCH_SHARES,
  claimsOf,
  donate,
  drawnEpoch,
  outputOf,
  pointsRootOf,
  settleWith,
} from "../shared/datasets";

const PRIZE = POT - UNITS * UNIT_PRICE;
const SCHEMA = asHex(keccak256("0x01"));

/*
Copying data
├── the siblings of a contribution that waits in the mempool, under another name
│  ├── make a slot that is worth nothing, before and after the original
│  └── change nothing of what the original is worth, nor of what it gets
├── the same points once more, under another name and salt: the first commitment is worth what it was, the copy nothing
├── near copies, within the radius: are worth nothing, and do not lessen the original
└── one's own points in several slots
   ├── are worth no more than in one
   └── bring no more votes than in one
Labelling data wrongly
└── costs a part of the bond, which the next pot gets
*/
describe("Attack: copied data", () => {
  /** Runs the program on slots as the chain has them. */
  async function valuesOf(slots: readonly Slot[], tests: Awaited<ReturnType<typeof drawTests>>) {
    const padded = [...slots, undefined, undefined, undefined].slice(0, 4);
    const { last } = await outputOf(padded, tests);
    return readValues(OPTIONS, last);
  }

  /** The slot that the victim's siblings make under another name: its header is not that of its rows. */
  async function stolenState(
    slots: readonly Slot[],
    at: number,
    thief: HardhatEthersSigner,
    tests: Awaited<ReturnType<typeof drawTests>>,
  ) {
    const state = encodeState(OPTIONS, [...slots], [...tests]);
    const cols = 8 * OPTIONS.rowWords;
    const header = at * OPTIONS.slotRows * cols + cols - 8;
    const bytes = Buffer.from(thief.address.slice(2), "hex");
    for (let i = 0; i < 5; i++) state.data[header + i] = bytes.readInt32BE(4 * i);
    return state;
  }

  async function run(state: ReturnType<typeof encodeState>) {
    const executor = new ReferenceExecutor();
    let now = state;
    for (let unit = 0n; unit < UNITS; unit++) [now] = await executor.run(PROGRAM, [now]);
    return readValues(OPTIONS, now);
  }

  for (const [front, name] of [
    [true, "before"],
    [false, "after"],
  ] as const) {
    it(`takes nothing with the siblings of another's contribution, mined ${name} it`, async () => {
      const market = await loadFixture(deployData);
      const { dao, contributors } = market;
      const [, , thief] = contributors;
      const [victim] = usualSlots(market);
      const closesAt = await openEpoch(market);
      const steal = () =>
        dao.connect(thief).contribute(slotSiblings(OPTIONS, victim), 5n, SCHEMA, "copied");
      if (front) await steal();
      await contribute(market, victim);
      if (!front) await steal();
      await closeEpoch(market, closesAt);
      const tests = await drawTests(market);
      const state = await stolenState([victim, victim], front ? 0 : 1, thief, tests);
      expect(tensorId(state)).to.equal(await dao.inputIdOf(1n));
      const { values, total } = await run(state);
      const alone = await valuesOf([victim], tests);
      expect(values[front ? 0 : 1]).to.equal(0);
      expect(values[front ? 1 : 0])
        .to.equal(alone.values[0])
        .and.to.be.greaterThan(0);
      expect(total).to.equal(alone.total);
    });
  }

  /** A copy of a contribution's points under another name, each moved by `by`. */
  function copyOf(original: Contribution, owner: HardhatEthersSigner, by = 0): Contribution {
    const points = original.points.map((point: PointRow) =>
      point === undefined
        ? undefined
        : { ...point, embedding: Array.from(point.embedding, (x, i) => (i === 0 ? x + by : x)) },
    );
    return {
      ...original,
      owner: asHex(owner.address),
      salt: asHex(`0x${"09".repeat(32)}`),
      points,
    };
  }

  for (const [by, name] of [
    [0, "the same points"],
    [1, "near copies"],
  ] as const) {
    it(`pays nothing for ${name} under another name, and the first as much as without`, async () => {
      const market = await loadFixture(deployData);
      const [first, second] = usualSlots(market);
      const copy = copyOf(first, market.contributors[2], by);
      const tests = await drawnEpoch(market, [first, copy, second]);
      const { last, ...output } = await outputOf([first, copy, second], tests);
      await settleWith(market, output);
      const { values, total } = readValues(OPTIONS, last);
      const without = await valuesOf([first, undefined, second], tests);
      expect(values).to.deep.equal(without.values);
      expect([values[1], total]).to.deep.equal([0, without.total]);
      const { dao, ledger, tokenAddress } = market;
      await expect(dao.claim(1n, nameOf(copy), valueOf(last, 1)))
        .to.be.revertedWithCustomError(dao, "RewardsNothing")
        .withArgs(1n, nameOf(copy), 0n);
      const before = await ledger.balanceOf(first.owner, tokenAddress);
      await dao.claim(1n, nameOf(first), valueOf(last, 0));
      const amount = (PRIZE * BigInt(values[0])) / BigInt(total);
      expect((await ledger.balanceOf(first.owner, tokenAddress)) - before).to.equal(amount);
    });
  }

  it("pays and gives no more votes for one's points in several slots than in one", async () => {
    const market = await loadFixture(deployData);
    const { dao, shares, contributors } = market;
    const [first, second] = usualSlots(market);
    const owner = contributors[0];
    const part = (from: number, to: number, salt: number): Contribution => ({
      ...contributionOf(owner, [], salt),
      points: first.points.slice(from, to),
    });
    const slots = [part(0, 2, 11), part(2, 5, 12), second];
    const tests = await drawnEpoch(market, slots);
    const joined = await valuesOf([first, second], tests);
    const { last, ...output } = await outputOf(slots, tests);
    await settleWith(market, output);
    const { values } = readValues(OPTIONS, last);
    const signed = values.slice(0, 2);
    // each row is rounded by itself, so the parts add up to the whole
    expect(signed[0] + signed[1]).to.equal(joined.values[0]);
    expect(Math.min(...signed)).to.be.greaterThan(0);
    const before = await claimsOf(market, owner);
    for (const row of [0, 1]) {
      await dao.claim(1n, nameOf(slots[row]), valueOf(last, row));
      await dao.claimShares(1n, nameOf(slots[row]), valueOf(last, row));
    }
    const whole = (PRIZE * BigInt(joined.values[0])) / BigInt(joined.total);
    expect((await claimsOf(market, owner)) - before).to.be.within(whole - 1n, whole);
    const votes = (EPOCH_SHARES * BigInt(joined.values[0])) / BigInt(joined.total);
    expect(await shares.balanceOf(owner)).to.be.within(votes - 1n, votes);
  });

  it("costs a part of the bond to label data wrongly, which the next pot gets", async () => {
    const market: DataMarket = await loadFixture(deployData);
    const { dao } = market;
    const slots = usualSlots(market);
    const tests = await drawnEpoch(market, slots);
    expect((await dao.epochOf(1n)).pointsRoot).to.equal(pointsRootOf(slots));
    const { last, ...output } = await outputOf(slots, tests);
    await settleWith(market, output);
    await donate(market, 0n);
    const harmful = nameOf(slots[2]);
    await expect(dao.charge(1n, harmful, valueOf(last, 2)))
      .to.emit(dao, "BondCharged")
      .withArgs(1n, harmful, BOND / 20n);
    expect(await dao.nextPot()).to.equal(BOND / 20n);
    await expect(dao.claimShares(1n, harmful, valueOf(last, 2)))
      .to.be.revertedWithCustomError(dao, "RewardsNothing")
      .withArgs(1n, harmful, BigInt(readValues(OPTIONS, last).values[2]));
  });
});
