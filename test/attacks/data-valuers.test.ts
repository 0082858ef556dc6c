import { loadFixture, setPrevRandao, takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash, id as hashOf } from "ethers";

import { DemandKind, TermsClass, asAddress } from "../../sdk/src/index";
import type { Ask } from "../../sdk/src/index";
import { modelId } from "../../tensor/src/index";
import {
  BOND,
  HOST_SEED,
  POOL_SEED,
  POT,
  PROGRAM,
  SEED_BOND,
  SEGMENTS,
  SEGMENT_ROWS,
  SETTLE_TIME,
  UNITS,
  UNIT_PRICE,
  buyValuation,
  contribute,
  contributionOf,
  deployData,
  drawTests,
  nameOf,
  planOf,
  seedHashOf,
  usualSlots,
  valuationAsk,
} from "../shared/data";
import type { DataMarket } from "../shared/data";
import {
  asOwner,
  claimsOf,
  closedEpoch,
  drawnEpoch,
  endWell,
  madeUp,
  now,
  outputOf,
  recordOutput,
  settleBy,
  slotProof,
} from "../shared/datasets";
import {
  DAY,
  at,
  deadlineOf,
  deliverJob,
  demandPiece,
  freezeJob,
  jobNow,
  windowEnd,
} from "../shared/jobs";
import { modelIdOf } from "../shared/market";

const PRICE = UNITS * UNIT_PRICE;

/*
Valuing a dataset falsely, or not at all
├── a worker that lies in one value
│  ├── loses its bond; the price comes back, and the epoch is valued again
│  ├── never counts, although its lie was recorded: neither while it is frozen nor after it was slashed
│  ├── never counts as the delivery of the job that replaced it
│  └── never counts in the second in which its lost bond leaves
├── a worker that is silent, hands back or delivers a part
│  ├── pays, and the epoch is valued again
│  └── cannot pass a part for the whole
├── a delivery that nobody records in time: the epoch is valued again
├── a provider that asks too much, for another program or under another verifier: is refused by the order book
├── a provider that fills the dataset's terms beyond the pot: takes nothing of bonds (DD-1)
└── a provider that sells a valuation and delays it as long as it can: is settled in time, or refused
Choosing the test points
├── by waiting for a block that suits: the second seed comes out the same in each
├── by the other side's seed hash: cannot be shown
└── by joining when contributions are closed: is refused
A host that drops what is garbage
└── spends no part of the pot on it, and its owner has the bond back
*/
describe("Attack: valuers of a dataset", () => {
  async function drawn() {
    const market = await deployData();
    const slots = usualSlots(market);
    const tests = await drawnEpoch(market, slots);
    const truth = await outputOf(slots, tests);
    return { market, slots, truth };
  }

  const LIE = madeUp([3, 5, 1_000_000], 1_000_008);

  const noValues = (market: DataMarket, output: { settlement: typeof LIE.settlement }) =>
    expect(settleBy(market, output))
      .to.be.revertedWithCustomError(market.dao, "RewardsNoValues")
      .withArgs(1n);

  /** Settles the running epoch by a second job that tells the truth. */
  async function valueAgain(market: DataMarket, truth: Pick<typeof LIE, "root" | "settlement">) {
    await endWell(market, await recordOutput(market, truth.root, { nonce: 200n }));
    await settleBy(market, truth);
    expect((await market.dao.epochOf(1n)).valuesRoot).to.equal(truth.settlement.valuesRoot);
  }

  context("a worker that lies in one value", () => {
    for (const recorded of [true, false]) {
      it(`loses its bond, and the epoch is valued again: ${recorded ? "recorded" : "not recorded"}`, async () => {
        const { market, truth } = await loadFixture(drawn);
        const { dao, escrow, verifier } = market;
        const bought = await buyValuation(market);
        expect(await dao.nextPot()).to.equal(POT - PRICE);
        const delivered = await deliverJob(market, bought, { root: LIE.root });
        if (recorded) await dao.recordDelivery(delivered.job);
        const frozen = await freezeJob(market, delivered);
        await noValues(market, LIE);
        await escrow.connect(verifier).slash(frozen.id, frozen.job, 0n);
        await noValues(market, LIE);
        expect(await dao.nextPot()).to.equal(POT);
        await valueAgain(market, truth);
        expect((await dao.epochOf(1n)).pot).to.equal(POT - PRICE);
      });
    }

    it("never counts as the delivery of the job that replaced it", async () => {
      const { market, truth } = await loadFixture(drawn);
      const { dao, escrow, verifier } = market;
      const lie = await recordOutput(market, LIE.root);
      const frozen = await freezeJob(market, lie);
      await escrow.connect(verifier).slash(frozen.id, frozen.job, 0n);
      const again = await buyValuation(market, { nonce: 200n });
      expect((await dao.epochOf(1n)).outputRoot).to.equal(ZeroHash);
      for (const old of [lie.job, frozen.job]) {
        await expect(dao.recordDelivery(old))
          .to.be.revertedWithCustomError(dao, "EpochsWrongDelivery")
          .withArgs(1n, again.id);
      }
      const delivered = await deliverJob(market, again, { root: truth.root });
      await endWell(market, delivered);
      await noValues(market, LIE);
      await noValues(market, truth);
    });

    it("never counts in the second in which its lost bond leaves", async () => {
      const { market } = await loadFixture(drawn);
      const { escrow, verifier } = market;
      const frozen = await freezeJob(market, await recordOutput(market, LIE.root));
      await escrow.connect(verifier).slash(frozen.id, frozen.job, 0n);
      const { releasableAt, amount } = await escrow.heldBond(frozen.id);
      expect(amount).to.be.greaterThan(0n);
      await at(releasableAt);
      await escrow.releaseHeldBond(frozen.id);
      expect((await market.dao.epochOf(1n)).deadline).to.be.lessThan(releasableAt);
      await noValues(market, LIE);
    });
  });

  context("a worker that is silent, hands back or delivers a part", () => {
    it("pays for its silence, and the epoch is valued again", async () => {
      const { market, truth } = await loadFixture(drawn);
      const { dao, escrow } = market;
      const bought = await buyValuation(market);
      await at(deadlineOf(bought) + 1n);
      await escrow.expire(bought.id, bought.job);
      expect(await dao.nextPot()).to.equal(POT + PRICE);
      await valueAgain(market, truth);
    });

    it("gives the price back as it hands back, and the epoch is valued again", async () => {
      const { market, truth } = await loadFixture(drawn);
      const { dao, escrow, worker } = market;
      const bought = await buyValuation(market);
      await escrow.connect(worker).handBack(bought.id, bought.job);
      expect(await dao.nextPot()).to.be.within(POT, POT + PRICE);
      await valueAgain(market, truth);
    });

    it("cannot pass a part for the whole", async () => {
      const { market, truth } = await loadFixture(drawn);
      const { dao } = market;
      const bought = await buyValuation(market);
      const part = await deliverJob(market, bought, { units: UNITS - 1n, root: LIE.root });
      await expect(dao.recordDelivery(part.job))
        .to.be.revertedWithCustomError(dao, "EpochsWrongDelivery")
        .withArgs(1n, part.id);
      await endWell(market, part);
      await noValues(market, LIE);
      await valueAgain(market, truth);
    });
  });

  it("is valued again if nobody records a delivery in time", async () => {
    const { market, truth } = await loadFixture(drawn);
    const { dao } = market;
    const delivered = await deliverJob(market, await buyValuation(market), { root: truth.root });
    await endWell(market, delivered);
    await expect(dao.recordDelivery(delivered.job))
      .to.be.revertedWithCustomError(dao, "EpochsWrongDelivery")
      .withArgs(1n, delivered.id);
    await valueAgain(market, truth);
    expect((await dao.epochOf(1n)).pot).to.equal(POT - 2n * PRICE);
  });

  context("a provider that fills other terms", () => {
    const other = asAddress(`0x${"0".repeat(39)}9`);
    const model = modelIdOf(1n, 1n);
    const right = modelId(PROGRAM.program);
    type Args = (market: DataMarket) => readonly unknown[];
    const tries: [string, Partial<Ask>, string, Args][] = [
      [
        "asks too much",
        { unitPrice: UNIT_PRICE + 1n },
        "OrderBookPriceTooHigh",
        () => [UNIT_PRICE + 1n, UNIT_PRICE],
      ],
      ["runs another program", { modelId: model }, "OrderBookModelMismatch", () => [model, right]],
      [
        "names another verifier",
        { verifier: other },
        "OrderBookVerifierMismatch",
        ({ verifier }) => [other, verifier.address],
      ],
      [
        "takes too long",
        { turnaround: DAY + 1n },
        "OrderBookInvalidTurnaround",
        () => [DAY + 1n, DAY],
      ],
      ["bonds nothing", { unitBond: 0n }, "OrderBookUnitBondTooLow", () => [0n, 1n]],
    ];
    for (const [name, changes, error, argsOf] of tries) {
      it(`is refused by the order book: ${name}`, async () => {
        const { market } = await loadFixture(drawn);
        const { dao, book, ledger, escrow, tokenAddress } = market;
        const { ask, signature } = await valuationAsk(market, changes);
        await expect(dao.buyValuation(ask, signature))
          .to.be.revertedWithCustomError(book, error)
          .withArgs(...argsOf(market));
        expect(await ledger.allowance(dao, escrow, tokenAddress)).to.equal(0n);
        expect(await dao.nextPot()).to.equal(POT);
      });
    }
  });

  it("takes nothing of bonds for a price beyond the pot (DD-1)", async () => {
    const market = await loadFixture(deployData);
    const { dao } = market;
    const tests = await drawnEpoch(market);
    expect(tests.length).to.equal(Number(UNITS));
    for (let nonce = 300n; (await dao.nextPot()) >= PRICE && nonce < 302n; nonce++) {
      const bought = await buyValuation(market, { nonce });
      await endWell(market, await deliverJob(market, bought, { root: LIE.root }));
    }
    expect(await claimsOf(market, await dao.getAddress())).to.equal(POT - 2n * PRICE + 3n * BOND);
    const empty = await loadFixture(deployData);
    await closedEpoch(empty);
    await drawTests(empty);
    const { ask, signature } = await valuationAsk(empty);
    expect(await empty.dao.nextPot()).to.equal(0n);
    await expect(empty.dao.buyValuation(ask, signature))
      .to.be.revertedWithCustomError(empty.dao, "EpochsPotTooLow")
      .withArgs(PRICE);
  });

  it("is settled in time if it is bought, delivered and demanded in the last second each, or refused", async () => {
    const market = await loadFixture(deployData);
    const { dao, escrow } = market;
    const { valuation } = await planOf(market, market.host, market.poolOwner);
    await (await asOwner(market)).setValuation({ ...valuation, termsClass: TermsClass.High });
    await drawnEpoch(market);
    const { deadline } = await dao.epochOf(1n);
    const { ask, signature } = await valuationAsk(market, {
      termsClass: TermsClass.High,
      turnaround: DAY,
    });
    const until = deadline - SETTLE_TIME - DAY;
    const snapshot = await takeSnapshot();
    await at(until + 1n);
    await expect(dao.buyValuation(ask, signature))
      .to.be.revertedWithCustomError(dao, "EpochsNotNow")
      .withArgs(1n, 0n, until);
    await snapshot.restore();
    await at(until);
    await dao.buyValuation(ask, signature);
    const bought = await jobNow(market, (await dao.epochOf(1n)).jobId);
    await at(until + DAY);
    const output = madeUp([1, 1, 1], 3);
    const delivered = await deliverJob(market, bought, { root: output.root });
    await dao.recordDelivery(delivered.job);
    await at(windowEnd(delivered));
    const { id, job } = await demandPiece(market, delivered);
    await at(windowEnd(delivered) + DAY + 1n);
    await escrow.lapseDemand(id, job, DemandKind.Challenger);
    await escrow.settle(id, (await jobNow(market, id)).job);
    await settleBy(market, output);
    expect((await dao.epochOf(1n)).total).to.equal(3n);
  });

  context("choosing the test points", () => {
    it("by waiting for a block that suits: the second seed comes out the same in each", async () => {
      const market = await loadFixture(deployData);
      const { dao, host, poolOwner } = market;
      await closedEpoch(market);
      for (const [first, second, seeds] of [
        [host, poolOwner, [HOST_SEED, POOL_SEED]],
        [poolOwner, host, [POOL_SEED, HOST_SEED]],
      ] as const) {
        const start = await takeSnapshot();
        await dao.connect(first).showSeed(seeds[0]);
        const shown = await takeSnapshot();
        const outcomes = new Set<string>();
        for (let randomness = 1n; randomness <= 8n; randomness++) {
          await shown.restore();
          await setPrevRandao(randomness);
          await dao.connect(second).showSeed(seeds[1]);
          outcomes.add((await dao.epochOf(1n)).seed);
        }
        expect(outcomes.size).to.equal(1);
        await start.restore();
      }
    });

    it("by the other side's seed hash: cannot be shown, and costs the bond", async () => {
      const market = await loadFixture(deployData);
      const { dao, host, poolOwner } = market;
      const hash = seedHashOf(poolOwner, POOL_SEED);
      const closesAt = (await now()) + DAY;
      await dao.connect(poolOwner).open(hashOf("pool"), SEGMENTS, SEGMENT_ROWS, hash, closesAt);
      await dao.connect(host).join(hash);
      await at(closesAt);
      await dao.connect(host).close();
      await dao.connect(poolOwner).showSeed(POOL_SEED);
      await expect(dao.connect(host).showSeed(POOL_SEED))
        .to.be.revertedWithCustomError(dao, "EpochsWrongSeed")
        .withArgs(1n, host.address);
      const before = await claimsOf(market, poolOwner);
      await at((await dao.epochOf(1n)).deadline + 1n);
      await expect(dao.voidEpoch()).to.emit(dao, "EpochVoided").withArgs(1n, SEED_BOND);
      expect((await claimsOf(market, poolOwner)) - before).to.equal(SEED_BOND);
    });

    it("by joining when contributions are closed: is refused", async () => {
      const market = await loadFixture(deployData);
      const { dao, host, poolOwner } = market;
      const closesAt = (await now()) + DAY;
      const hash = seedHashOf(poolOwner, POOL_SEED);
      await dao.connect(poolOwner).open(hashOf("pool"), SEGMENTS, SEGMENT_ROWS, hash, closesAt);
      await at(closesAt);
      await expect(dao.connect(host).join(seedHashOf(host, HOST_SEED)))
        .to.be.revertedWithCustomError(dao, "EpochsNotNow")
        .withArgs(1n, 0n, closesAt - 1n);
    });
  });

  it("drops garbage before it closes, and spends no part of the pot on it", async () => {
    const market = await loadFixture(deployData);
    const { dao, host, contributors } = market;
    const closesAt = (await now()) + DAY;
    await dao
      .connect(market.poolOwner)
      .open(
        ...([hashOf("pool"), SEGMENTS, SEGMENT_ROWS] as const),
        ...([seedHashOf(market.poolOwner, POOL_SEED), closesAt] as const),
      );
    await dao.connect(host).join(seedHashOf(host, HOST_SEED));
    const empty = await dao.pointsRoot();
    const garbage = contributionOf(contributors[2], [[1, 3]], 66);
    await contribute(market, garbage);
    await at(closesAt);
    await dao.connect(host).withdrawContribution(nameOf(garbage), slotProof([garbage], 0));
    await dao.connect(host).close();
    const epoch = await dao.epochOf(1n);
    expect([epoch.pointsRoot, epoch.count]).to.deep.equal([empty, 1n]);
    expect((await dao.contributionOf(nameOf(garbage))).leftIn).to.equal(0n);
    await at((await now()) + 7n * DAY);
    await expect(dao.releaseBond(nameOf(garbage)))
      .to.emit(dao, "BondReleased")
      .withArgs(nameOf(garbage), BOND);
  });
});
