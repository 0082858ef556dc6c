import { loadFixture, takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash, id as hashOf } from "ethers";

import { asHex } from "../../../sdk/src/index";
import { POT, UNITS, UNIT_PRICE, buyValuation } from "../../shared/data";
import type { DataMarket } from "../../shared/data";
import {
  VALUE_DEPTH,
  endWell,
  madeUp,
  recordOutput,
  settleBy,
  now,
  wordOf,
} from "../../shared/datasets";
import type { Output } from "../../shared/datasets";
import { at, deliverJob, freezeJob, jobNow, windowEnd } from "../../shared/jobs";
import { STATUS, closed, drawn, opened, wrongStatus } from "./phases";

const PRICE = UNITS * UNIT_PRICE;

/*
settleEpoch
├── gives an epoch its values, and puts by all that the dataset has and does not owe
├── leaves the pot where it is if nothing is worth anything, or the sum is negative
├── is refused before a delivery was recorded, while its job runs, and after the job lost its bond
├── counts in the last second of its time, and not in the next
├── is refused values, sums, inputs, a total or units that are not the output's
├── is refused a way of another length
├── is refused in other phases, and twice
└── counts what was frozen and released
*/
describe("DataDAO: settling", () => {
  const OUTPUT = madeUp([3, 5, -4], 8);

  const noValues = (market: DataMarket, output: Output = OUTPUT) =>
    expect(settleBy(market, output))
      .to.be.revertedWithCustomError(market.dao, "RewardsNoValues")
      .withArgs(1n);

  const invalid = (market: DataMarket, settlement: Output["settlement"]) =>
    expect(settleBy(market, { settlement }))
      .to.be.revertedWithCustomError(market.dao, "RewardsInvalidProof")
      .withArgs(1n);

  /** The job ended well; the epoch can be settled. */
  async function ended() {
    const { market } = await drawn();
    await endWell(market, await recordOutput(market, OUTPUT.root));
    return market;
  }

  /** The same with a sum of positive values that somebody made up. */
  async function settledAt(total: number): Promise<DataMarket> {
    const { market } = await loadFixture(drawn);
    const output = madeUp([0, 0, -4], total);
    await endWell(market, await recordOutput(market, output.root));
    const { valuesRoot } = output.settlement;
    await expect(settleBy(market, output))
      .to.emit(market.dao, "EpochSettled")
      .withArgs(1n, valuesRoot, 0n, 0n);
    return market;
  }

  it("gives an epoch its values, and puts by all that the dataset has and does not owe", async () => {
    const market = await loadFixture(ended);
    const { dao } = market;
    const { valuesRoot } = OUTPUT.settlement;
    await expect(settleBy(market, OUTPUT))
      .to.emit(dao, "EpochSettled")
      .withArgs(1n, valuesRoot, 8n, POT - PRICE);
    const epoch = await dao.epochOf(1n);
    expect([epoch.status, epoch.total, epoch.endedAt]).to.deep.equal([
      STATUS.Settled,
      8n,
      await now(),
    ]);
    expect([epoch.pot, epoch.unclaimed]).to.deep.equal([POT - PRICE, POT - PRICE]);
    expect(epoch.valuesRoot).to.equal(valuesRoot);
    expect(await dao.nextPot()).to.equal(0n);
  });

  for (const [total, name] of [
    [0, "nothing is worth anything"],
    [-1, "the sum is negative"],
  ] as const) {
    it(`leaves the pot where it is if ${name}`, async () => {
      const { dao } = await settledAt(total);
      const epoch = await dao.epochOf(1n);
      expect([epoch.status, epoch.pot, epoch.total]).to.deep.equal([STATUS.Settled, 0n, 0n]);
      expect(await dao.nextPot()).to.equal(POT - PRICE);
    });
  }

  it("is refused before a delivery was recorded, and while its job runs", async () => {
    const { market } = await loadFixture(drawn);
    await noValues(market);
    const bought = await buyValuation(market);
    await noValues(market);
    const delivered = await deliverJob(market, bought, { root: OUTPUT.root });
    await noValues(market);
    await market.dao.recordDelivery(delivered.job);
    await noValues(market);
    await endWell(market, delivered);
    await settleBy(market, OUTPUT);
  });

  it("is refused after a job ended that nobody recorded", async () => {
    const { market } = await loadFixture(drawn);
    const delivered = await deliverJob(market, await buyValuation(market), { root: OUTPUT.root });
    await endWell(market, delivered);
    await noValues(market);
  });

  it("is refused after the job lost its bond", async () => {
    const { market } = await loadFixture(drawn);
    const { id, job } = await freezeJob(market, await recordOutput(market, OUTPUT.root));
    await noValues(market);
    await market.escrow.connect(market.verifier).slash(id, job, 0n);
    await noValues(market);
  });

  it("counts in the last second of its time, and not in the next", async () => {
    const market = await loadFixture(ended);
    const { deadline } = await market.dao.epochOf(1n);
    const snapshot = await takeSnapshot();
    await at(deadline + 1n);
    await noValues(market);
    await snapshot.restore();
    await at(deadline);
    await settleBy(market, OUTPUT);
  });

  it("is refused values, sums, inputs, a total or units that are not the output's", async () => {
    const market = await loadFixture(ended);
    const { settlement, valueAt } = OUTPUT;
    const other = asHex(hashOf("other"));
    const lie = madeUp([8, 0, 0], 8);
    for (const change of [
      { inputs: other },
      { sums: other },
      { valuesRoot: other },
      { valuesRoot: lie.settlement.valuesRoot, total: lie.settlement.total },
      { unitSiblings: settlement.unitSiblings.map(() => other) },
      { unitSiblings: [...settlement.unitSiblings].reverse() },
      { total: valueAt(0) },
      { total: { ...settlement.total, word: wordOf(9) } },
    ]) {
      await invalid(market, { ...settlement, ...change });
    }
    await settleBy(market, OUTPUT);
  });

  it("is refused a way of another length", async () => {
    const market = await loadFixture(ended);
    const { dao } = market;
    const { settlement } = OUTPUT;
    const { word, siblings } = settlement.total;
    for (const wrong of [siblings.slice(1), [...siblings, asHex(ZeroHash)], []]) {
      expect(wrong.length).to.not.equal(VALUE_DEPTH);
      await invalid(market, { ...settlement, total: { word, siblings: wrong } });
    }
    const { unitSiblings } = settlement;
    for (const wrong of [unitSiblings.slice(1), [...unitSiblings, asHex(ZeroHash)]]) {
      await expect(settleBy(market, { settlement: { ...settlement, unitSiblings: wrong } }))
        .to.be.revertedWithCustomError(dao, "ListTreeProofLength")
        .withArgs(wrong.length, 2n);
    }
  });

  it("is refused in other phases, and twice", async () => {
    const { market: open } = await loadFixture(opened);
    await wrongStatus(open, settleBy(open, OUTPUT), 1n, STATUS.Open);
    const shut = await loadFixture(closed);
    await wrongStatus(shut, settleBy(shut, OUTPUT), 1n, STATUS.Closed);
    const market = await loadFixture(ended);
    await settleBy(market, OUTPUT);
    await wrongStatus(market, settleBy(market, OUTPUT), 1n, STATUS.Settled);
  });

  it("counts what was frozen and released", async () => {
    const { market } = await loadFixture(drawn);
    const { escrow, verifier } = market;
    const { id, job } = await freezeJob(market, await recordOutput(market, OUTPUT.root));
    await escrow.connect(verifier).unfreeze(id, job);
    const released = await jobNow(market, id);
    await at(windowEnd(released) + 1n);
    await escrow.settle(id, released.job);
    await settleBy(market, OUTPUT);
  });
});
