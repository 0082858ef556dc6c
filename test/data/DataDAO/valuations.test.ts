import { loadFixture, takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id as hashOf } from "ethers";

import { asHex } from "../../../sdk/src/index";
import {
  POT,
  UNITS,
  UNIT_PRICE,
  SETTLE_TIME,
  VALUE_TIME,
  buyValuation,
  deployData,
  drawTests,
  valuationAsk,
} from "../../shared/data";
import {
  claimsOf,
  closedEpoch,
  donate,
  endWell,
  madeUp,
  recordOutput,
  settleBy,
} from "../../shared/datasets";
import { at, deliverJob, freezeJob } from "../../shared/jobs";
import { STATUS, closed, drawn, notNow, wrongStatus } from "./phases";

/** Seconds from the first moment of a valuation to the last one at which one may be bought. */
const BUY_TIME = VALUE_TIME - SETTLE_TIME - 86_400n;

/*
Valuations
├── buyValuation
│  ├── opens a chained job of the dataset at the ask's price
│  ├── is refused while one runs or ended well, and in other phases
│  ├── is in time as long as a delivery can be settled before the epoch is void
│  └── is refused if the pot does not pay the price (DD-1)
└── recordDelivery
   ├── takes down the output, also of a job that is frozen
   └── is refused another job, one not delivered, an older state, and in other phases
*/
describe("DataDAO: valuations", () => {
  context("buyValuation", () => {
    it("opens a chained job of the dataset at the ask's price", async () => {
      const { market } = await loadFixture(drawn);
      const { dao, stranger, ledger, escrow, tokenAddress } = market;
      const { ask, signature } = await valuationAsk(market, { unitPrice: UNIT_PRICE - 1n });
      const price = UNITS * (UNIT_PRICE - 1n);
      const inputId = await dao.inputIdOf(1n);
      const action = dao.connect(stranger).buyValuation(ask, signature);
      await expect(action).to.emit(dao, "ValuationBought");
      const { jobId } = await dao.epochOf(1n);
      await expect(action).to.emit(dao, "ValuationBought").withArgs(1n, jobId, inputId);
      expect(jobId).to.equal(await market.book.jobCount());
      expect(await dao.nextPot()).to.equal(POT - price);
      expect(await ledger.allowance(dao, escrow, tokenAddress)).to.equal(0n);
    });

    it("is refused while one runs, and after one ended well", async () => {
      const { market } = await loadFixture(drawn);
      const { dao } = market;
      const delivered = await recordOutput(market, madeUp([1], 1).root);
      const refused = async (nonce: bigint) => {
        const { ask, signature } = await valuationAsk(market, { nonce });
        await expect(dao.buyValuation(ask, signature))
          .to.be.revertedWithCustomError(dao, "EpochsValuationBought")
          .withArgs(1n, delivered.id);
      };
      await refused(78n);
      await endWell(market, delivered);
      await refused(79n);
    });

    it("is refused in other phases", async () => {
      const market = await loadFixture(closed);
      const { ask, signature } = await valuationAsk(market);
      await wrongStatus(market, market.dao.buyValuation(ask, signature), 1n, STATUS.Closed);
    });

    it("is in time as long as a delivery can be settled before the epoch is void", async () => {
      const { market } = await loadFixture(drawn);
      const { dao } = market;
      const { deadline } = await dao.epochOf(1n);
      const { ask, signature } = await valuationAsk(market);
      const until = deadline - VALUE_TIME + BUY_TIME;
      const snapshot = await takeSnapshot();
      await at(until + 1n);
      await notNow(market, dao.buyValuation(ask, signature), 0n, until);
      await snapshot.restore();
      await at(until);
      await dao.buyValuation(ask, signature);
    });

    it("is refused if the pot does not pay the price (DD-1)", async () => {
      const market = await loadFixture(deployData);
      const { dao } = market;
      const price = UNITS * UNIT_PRICE;
      await donate(market, price - 1n);
      await closedEpoch(market);
      await drawTests(market);
      const { ask, signature } = await valuationAsk(market);
      expect(await claimsOf(market, await dao.getAddress())).to.be.greaterThan(price);
      await expect(dao.buyValuation(ask, signature))
        .to.be.revertedWithCustomError(dao, "EpochsPotTooLow")
        .withArgs(1n);
      await donate(market, 1n);
      await dao.buyValuation(ask, signature);
      expect(await dao.nextPot()).to.equal(0n);
    });
  });

  context("recordDelivery", () => {
    it("takes down the output", async () => {
      const { market } = await loadFixture(drawn);
      const { dao, stranger } = market;
      const { root } = madeUp([1], 1);
      const delivered = await deliverJob(market, await buyValuation(market), { root });
      await expect(dao.connect(stranger).recordDelivery(delivered.job))
        .to.emit(dao, "ValuesDelivered")
        .withArgs(1n, root);
      expect((await dao.epochOf(1n)).outputRoot).to.equal(root);
    });

    it("takes down the output of a job that is frozen", async () => {
      const { market } = await loadFixture(drawn);
      const { root } = madeUp([1], 1);
      const delivered = await deliverJob(market, await buyValuation(market), { root });
      const frozen = await freezeJob(market, delivered);
      await market.dao.recordDelivery(frozen.job);
      expect((await market.dao.epochOf(1n)).outputRoot).to.equal(root);
    });

    it("is refused another job, one not delivered, and an older state", async () => {
      const { market } = await loadFixture(drawn);
      const { dao } = market;
      const bought = await buyValuation(market);
      const refused = (job: typeof bought.job) =>
        expect(dao.recordDelivery(job))
          .to.be.revertedWithCustomError(dao, "EpochsWrongDelivery")
          .withArgs(1n, bought.id);
      await refused(bought.job);
      const delivered = await deliverJob(market, bought, { root: madeUp([1], 1).root });
      await refused(bought.job);
      await refused({ ...delivered.job, outputRoot: asHex(hashOf("other")) });
      await dao.recordDelivery(delivered.job);
    });

    it("is refused in other phases", async () => {
      const { market } = await loadFixture(drawn);
      const { dao } = market;
      const output = madeUp([1], 1);
      const delivered = await recordOutput(market, output.root);
      await endWell(market, delivered);
      await settleBy(market, output);
      await wrongStatus(market, dao.recordDelivery(delivered.job), 1n, STATUS.Settled);
    });
  });
});
