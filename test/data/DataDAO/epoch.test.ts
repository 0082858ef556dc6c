import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { at, deliverJob, windowEnd } from "../../shared/jobs";
import {
  BOND,
  OPTIONS,
  POT,
  UNITS,
  UNIT_PRICE,
  buyValuation,
  closeEpoch,
  contribute,
  deployData,
  drawTests,
  nameOf,
  openEpoch,
  outputRootOf,
  runValuation,
  settlementOf,
  usualSlots,
  valueOf,
} from "../../shared/data";
import { readValues } from "../../../tensor/src/index";

/*
An epoch of a dataset
└── from contributions to what they earn
   ├── the job's input is what the program takes: the contract's roots are those of the state
   ├── helpful data are paid by what they were worth, in proportion, and get votes
   └── harmful data lose a part of their bond
*/
describe("an epoch of a dataset", () => {
  it("pays for what data were worth, gives votes, and charges what did harm", async () => {
    const market = await loadFixture(deployData);
    const { dao, ledger, escrow, client, shares, tokenAddress } = market;
    const slots = usualSlots(market);
    await ledger.connect(client).transfer(dao, tokenAddress, POT);
    const closesAt = await openEpoch(market);
    for (const slot of slots) await contribute(market, slot);
    await closeEpoch(market, closesAt);
    const tests = await drawTests(market);

    const bought = await buyValuation(market);
    const states = await runValuation([...slots, undefined], tests);
    expect(bought.job).to.include({ chained: true, units: UNITS, unitPrice: UNIT_PRICE });
    const delivered = await deliverJob(market, bought, { root: outputRootOf(states) });
    await dao.recordDelivery(delivered.job);
    await at(windowEnd(delivered) + 1n);
    await escrow.settle(delivered.id, delivered.job);
    const { inputs, sums, valuesRoot, unitSiblings, total } = settlementOf(states);
    await dao.settleEpoch(inputs, sums, valuesRoot, unitSiblings, total);

    const last = states[states.length - 1];
    const { values, total: sum } = readValues(OPTIONS, last);
    const epoch = await dao.epochOf(1n);
    const pot = POT - UNITS * UNIT_PRICE;
    expect([epoch.pot, epoch.total]).to.deep.equal([pot, BigInt(sum)]);
    expect(values[0]).to.be.greaterThan(0);
    expect(values[2]).to.be.lessThan(0);

    const [helpful, , harmful] = slots.map(nameOf);
    const amount = (pot * BigInt(values[0])) / BigInt(sum);
    const before = await ledger.balanceOf(slots[0].owner, tokenAddress);
    await expect(dao.claim(1n, helpful, valueOf(last, 0)))
      .to.emit(dao, "Claimed")
      .withArgs(1n, helpful, slots[0].owner, amount);
    expect((await ledger.balanceOf(slots[0].owner, tokenAddress)) - before).to.equal(amount);
    await dao.claimShares(1n, helpful, valueOf(last, 0));
    const votes = (10n ** 24n * BigInt(values[0])) / BigInt(sum);
    expect(await shares.getVotes(slots[0].owner)).to.equal(votes);
    await expect(dao.charge(1n, harmful, valueOf(last, 2)))
      .to.emit(dao, "BondCharged")
      .withArgs(1n, harmful, BOND / 20n);
    expect(await dao.nextPot()).to.equal(BOND / 20n);
  });
});
