import { loadFixture, takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash, id as hashOf } from "ethers";

import {
  CLOSE_TIME,
  HOST_SEED,
  POOL_SEED,
  SEED_BOND,
  SEGMENTS,
  SEGMENT_ROWS,
  SHOW_TIME,
  deployData,
  seedHashOf,
} from "../../shared/data";
import type { DataMarket } from "../../shared/data";
import { asOwner, claimsOf, now, pointsRootOf } from "../../shared/datasets";
import { DAY, at } from "../../shared/jobs";
import { HOUR, ROOT, STATUS, closed, notNow, notYours, opened, wrongStatus } from "./phases";

/*
The sides of an epoch
├── open
│  ├── commits the pool's owner to a pool and a seed, and takes its bond
│  ├── is refused to others, and while an epoch runs
│  ├── is refused if it would close before an hour or after 90 days
│  └── is refused a pool of another size than fits, or no seed
├── join
│  ├── commits the host to a seed, and takes its bond, until the second before it closes
│  ├── is refused to others, twice, without a seed, and when no epoch is open
│  └── is refused to the pool's owner, should it become the host
└── close
   ├── fixes the points, from the second in which it closes until two days later
   └── is refused to others, to a host that did not join, and in other phases
*/
describe("DataDAO: the sides of an epoch", () => {
  context("open", () => {
    const open = (
      { dao, poolOwner }: DataMarket,
      closesAt: bigint,
      { segments = SEGMENTS, segmentRows = SEGMENT_ROWS, hash = hashOf("seed") } = {},
    ) => dao.connect(poolOwner).open(ROOT, segments, segmentRows, hash, closesAt);

    it("commits the pool's owner to a pool and a seed, and takes its bond", async () => {
      const market = await loadFixture(deployData);
      const { dao, poolOwner } = market;
      const before = await claimsOf(market, poolOwner);
      const closesAt = (await now()) + 2n * HOUR;
      await expect(open(market, closesAt))
        .to.emit(dao, "EpochOpened")
        .withArgs(1n, ROOT, SEGMENTS, SEGMENT_ROWS, closesAt);
      expect(await claimsOf(market, poolOwner)).to.equal(before - SEED_BOND);
      expect(await dao.nextPot()).to.equal(0n);
      const epoch = await dao.epochOf(1n);
      expect(epoch.status).to.equal(STATUS.Open);
      expect([epoch.closesAt, epoch.deadline]).to.deep.equal([closesAt, closesAt + CLOSE_TIME]);
      expect([epoch.seedBond, epoch.poolRoot]).to.deep.equal([SEED_BOND, ROOT]);
      expect(epoch.poolOwner).to.deep.equal([poolOwner.address, false, hashOf("seed")]);
      expect(epoch.host).to.deep.equal([ZeroAddress, false, ZeroHash]);
      expect(await dao.epochCount()).to.equal(1n);
    });

    it("is refused to others", async () => {
      const market = await loadFixture(deployData);
      const { dao, host, poolOwner, stranger } = market;
      for (const caller of [host, stranger]) {
        const action = dao.connect(caller).open(ROOT, 2n, 2n, hashOf("seed"), 2n ** 40n - 1n);
        await notYours(market, action, caller, poolOwner.address);
      }
    });

    it("is refused while an epoch runs", async () => {
      const { market } = await loadFixture(opened);
      await wrongStatus(market, open(market, (await now()) + 2n * HOUR), 1n, STATUS.Open);
    });

    it("is refused if it would close before an hour or after 90 days", async () => {
      const market = await loadFixture(deployData);
      const { dao } = market;
      const snapshot = await takeSnapshot();
      const at0 = (await now()) + 10n;
      for (const [after, fine] of [
        [HOUR - 1n, false],
        [HOUR, true],
        [HOUR + 1n, true],
        [90n * DAY - 1n, true],
        [90n * DAY, true],
        [90n * DAY + 1n, false],
      ] as const) {
        await snapshot.restore();
        await at(at0);
        const action = open(market, at0 + after);
        if (fine) await action;
        else {
          await expect(action)
            .to.be.revertedWithCustomError(dao, "EpochsInvalidClosing")
            .withArgs(at0 + after, at0 + HOUR, at0 + 90n * DAY);
        }
      }
    });

    it("is refused a pool of another size than fits, or no seed", async () => {
      const market = await loadFixture(deployData);
      const { dao } = market;
      const closesAt = (await now()) + 2n * HOUR;
      for (const wrong of [{ segments: 21n }, { segmentRows: 6n }]) {
        const { segments = 2n, segmentRows = 2n } = wrong;
        await expect(open(market, closesAt, wrong))
          .to.be.revertedWithCustomError(dao, "EpochsInvalidPool")
          .withArgs(segments, 20n, segmentRows, 5n);
      }
      await expect(open(market, closesAt, { hash: ZeroHash }))
        .to.be.revertedWithCustomError(dao, "EpochsSeedMissing")
        .withArgs();
      await open(market, closesAt, { segments: 20n, segmentRows: 5n });
    });
  });

  context("join", () => {
    /** An epoch that nobody joined. */
    async function waiting() {
      const market = await deployData();
      const { dao, poolOwner, host } = market;
      const closesAt = (await now()) + 2n * HOUR;
      await dao
        .connect(poolOwner)
        .open(ROOT, SEGMENTS, SEGMENT_ROWS, seedHashOf(poolOwner, POOL_SEED), closesAt);
      return { market, closesAt, hash: seedHashOf(host, HOST_SEED) };
    }

    it("commits the host to a seed, and takes its bond, until the second before it closes", async () => {
      const { market, closesAt, hash } = await loadFixture(waiting);
      const { dao, host } = market;
      const snapshot = await takeSnapshot();
      for (const time of [closesAt, closesAt + 1n]) {
        await at(time);
        await notNow(market, dao.connect(host).join(hash), 0n, closesAt - 1n);
      }
      await snapshot.restore();
      await at(closesAt - 1n);
      const before = await claimsOf(market, host);
      await expect(dao.connect(host).join(hash)).to.emit(dao, "EpochJoined").withArgs(1n);
      expect(await claimsOf(market, host)).to.equal(before - SEED_BOND);
      expect(await dao.nextPot()).to.equal(0n);
      expect((await dao.epochOf(1n)).host).to.deep.equal([host.address, false, hash]);
    });

    it("is refused to others", async () => {
      const { market, hash } = await loadFixture(waiting);
      const { dao, host, poolOwner, stranger } = market;
      for (const caller of [poolOwner, stranger]) {
        await notYours(market, dao.connect(caller).join(hash), caller, host.address);
      }
    });

    it("is refused twice, and without a seed", async () => {
      const { market, hash } = await loadFixture(waiting);
      const { dao, host } = market;
      await expect(dao.connect(host).join(ZeroHash))
        .to.be.revertedWithCustomError(dao, "EpochsSeedMissing")
        .withArgs();
      await dao.connect(host).join(hash);
      await expect(dao.connect(host).join(hash))
        .to.be.revertedWithCustomError(dao, "EpochsJoined")
        .withArgs(1n);
    });

    it("is refused to the pool's owner, should it become the host", async () => {
      const { market } = await loadFixture(waiting);
      const { dao, host, poolOwner } = market;
      await (await asOwner(market)).setRoles(poolOwner, host, SEED_BOND);
      await expect(dao.connect(poolOwner).join(seedHashOf(poolOwner, HOST_SEED)))
        .to.be.revertedWithCustomError(dao, "EpochsInvalidRoles")
        .withArgs(poolOwner.address, poolOwner.address);
    });

    it("is refused when no epoch is open", async () => {
      const market = await loadFixture(closed);
      await wrongStatus(market, market.dao.connect(market.host).join(ROOT), 1n, STATUS.Closed);
      const fresh = await loadFixture(deployData);
      await wrongStatus(fresh, fresh.dao.connect(fresh.host).join(ROOT), 0n, STATUS.None);
    });
  });

  context("close", () => {
    it("fixes the points, from the second in which it closes", async () => {
      const { market, closesAt } = await loadFixture(opened);
      const { dao, host } = market;
      await at(closesAt - 1n);
      await notNow(market, dao.connect(host).close(), closesAt, closesAt + CLOSE_TIME);
      await at(closesAt);
      await expect(dao.connect(host).close())
        .to.emit(dao, "EpochClosed")
        .withArgs(1n, pointsRootOf([]), 0n);
      const epoch = await dao.epochOf(1n);
      expect(epoch.status).to.equal(STATUS.Closed);
      expect([epoch.deadline, epoch.count]).to.deep.equal([closesAt + SHOW_TIME, 0n]);
      expect(epoch.pointsRoot).to.equal(pointsRootOf([]));
    });

    it("fixes the points until two days later", async () => {
      const { market, closesAt } = await loadFixture(opened);
      const { dao, host } = market;
      const snapshot = await takeSnapshot();
      await at(closesAt + CLOSE_TIME + 1n);
      await notNow(market, dao.connect(host).close(), closesAt, closesAt + CLOSE_TIME);
      await snapshot.restore();
      await at(closesAt + CLOSE_TIME);
      await dao.connect(host).close();
    });

    it("is refused to others, and to a host that did not join", async () => {
      const { market, closesAt } = await loadFixture(opened);
      const { dao, host, poolOwner, stranger } = market;
      await at(closesAt);
      for (const caller of [poolOwner, stranger]) {
        await notYours(market, dao.connect(caller).close(), caller, host.address);
      }
      const fresh = await loadFixture(deployData);
      const hash = seedHashOf(fresh.poolOwner, POOL_SEED);
      const until = (await now()) + 2n * HOUR;
      await fresh.dao.connect(fresh.poolOwner).open(ROOT, 2n, 2n, hash, until);
      await at(until);
      await notYours(fresh, fresh.dao.connect(fresh.host).close(), fresh.host, ZeroAddress);
    });

    it("is refused in other phases", async () => {
      const market = await loadFixture(closed);
      await wrongStatus(market, market.dao.connect(market.host).close(), 1n, STATUS.Closed);
    });
  });
});
