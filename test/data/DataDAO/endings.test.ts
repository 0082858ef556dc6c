import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256, id as hashOf } from "ethers";

import {
  CLOSE_TIME,
  HOST_SEED,
  POOL_SEED,
  SEED_BOND,
  buyValuation,
  deployData,
  openEpoch,
} from "../../shared/data";
import type { DataMarket } from "../../shared/data";
import { claimsOf, endWell, madeUp, now, recordOutput, settleWith } from "../../shared/datasets";
import { at, deadlineOf } from "../../shared/jobs";
import { HOUR, ROOT, STATUS, closed, drawn, notNow, opened, wrongStatus } from "./phases";

/*
Void epochs
└── voidEpoch
   ├── ends each phase from the second after its time on
   ├── keeps the bonds of who was silent, and gives the others back
   └── waits for a job that runs, and is refused when no epoch does
*/
describe("DataDAO: void epochs", () => {
  context("voidEpoch", () => {
    /** Expects that the running epoch can be voided from the second after `until`, and who has its bond back. */
    async function expectVoid(
      market: DataMarket,
      until: bigint,
      { forfeited = 0n, owner = 0n, host = 0n },
    ): Promise<void> {
      const { dao, stranger } = market;
      const parties = [market.poolOwner, market.host];
      const before = await Promise.all(parties.map((party) => claimsOf(market, party)));
      const pot = await dao.nextPot();
      await at(until);
      await notNow(market, dao.voidEpoch(), until + 1n, MaxUint256);
      await at(until + 1n);
      await expect(dao.connect(stranger).voidEpoch())
        .to.emit(dao, "EpochVoided")
        .withArgs(1n, forfeited);
      const after = await Promise.all(parties.map((party) => claimsOf(market, party)));
      expect(after.map((amount, i) => amount - before[i])).to.deep.equal([owner, host]);
      expect((await dao.nextPot()) - pot).to.equal(forfeited);
      const { status, endedAt } = await dao.epochOf(1n);
      expect([status, endedAt]).to.deep.equal([BigInt(STATUS.Void), until + 1n]);
      await wrongStatus(market, dao.voidEpoch(), 1n, STATUS.Void);
      await openEpoch(market);
      expect(await dao.epochCount()).to.equal(2n);
    }

    it("gives the pool's owner its bond back if nobody joined", async () => {
      const market = await loadFixture(deployData);
      const { dao, poolOwner } = market;
      const closesAt = (await now()) + 2n * HOUR;
      await dao.connect(poolOwner).open(ROOT, 2n, 2n, hashOf("seed"), closesAt);
      await expectVoid(market, closesAt + CLOSE_TIME, { owner: SEED_BOND });
    });

    it("keeps the bond of a host that did not close it, and gives the other back", async () => {
      const { market, closesAt } = await loadFixture(opened);
      const moves = { forfeited: SEED_BOND, owner: SEED_BOND };
      await expectVoid(market, closesAt + CLOSE_TIME, moves);
    });

    it("keeps both bonds if nobody showed a seed", async () => {
      const market = await loadFixture(closed);
      const { deadline } = await market.dao.epochOf(1n);
      await expectVoid(market, deadline, { forfeited: 2n * SEED_BOND });
    });

    it("keeps the host's bond if only the pool's owner showed its seed", async () => {
      const market = await loadFixture(closed);
      const { dao, poolOwner } = market;
      await dao.connect(poolOwner).showSeed(POOL_SEED);
      const { deadline } = await dao.epochOf(1n);
      await expectVoid(market, deadline, { forfeited: SEED_BOND, owner: SEED_BOND });
    });

    it("keeps the bond of the pool's owner if only the host showed its seed", async () => {
      const market = await loadFixture(closed);
      const { dao, host } = market;
      await dao.connect(host).showSeed(HOST_SEED);
      const { deadline } = await dao.epochOf(1n);
      await expectVoid(market, deadline, { forfeited: SEED_BOND });
    });

    it("keeps the bond of a pool's owner that did not give the segment", async () => {
      const market = await loadFixture(closed);
      const { dao, host, poolOwner } = market;
      await dao.connect(host).showSeed(HOST_SEED);
      await dao.connect(poolOwner).showSeed(POOL_SEED);
      const { deadline } = await dao.epochOf(1n);
      await expectVoid(market, deadline, { forfeited: SEED_BOND });
    });

    it("keeps nothing if nobody valued it", async () => {
      const { market } = await loadFixture(drawn);
      const { deadline } = await market.dao.epochOf(1n);
      await expectVoid(market, deadline, {});
    });

    it("keeps nothing if a job ended well and nobody settled the epoch", async () => {
      const { market } = await loadFixture(drawn);
      await endWell(market, await recordOutput(market, madeUp([1], 1).root));
      const { deadline } = await market.dao.epochOf(1n);
      await expectVoid(market, deadline, {});
    });

    it("waits for a job that runs", async () => {
      const { market } = await loadFixture(drawn);
      const { dao, escrow } = market;
      const { deadline } = await dao.epochOf(1n);
      const bought = await buyValuation(market);
      await at(deadline + 1n);
      await expect(dao.voidEpoch())
        .to.be.revertedWithCustomError(dao, "EpochsJobRuns")
        .withArgs(1n, bought.id);
      await escrow.expire(bought.id, bought.job);
      expect(deadline).to.be.greaterThan(deadlineOf(bought));
      await dao.voidEpoch();
    });

    it("is refused when no epoch runs", async () => {
      const market = await loadFixture(deployData);
      await wrongStatus(market, market.dao.voidEpoch(), 0n, STATUS.None);
      const { market: other } = await loadFixture(drawn);
      await settleWith(other, madeUp([1], 1));
      await wrongStatus(other, other.dao.voidEpoch(), 1n, STATUS.Settled);
    });
  });
});
