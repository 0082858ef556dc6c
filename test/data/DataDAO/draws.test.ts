import { loadFixture, setPrevRandao, takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id as hashOf } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { tensorId } from "../../../tensor/src/index";
import { encodeState, openSegment } from "../../../tensor/src/index";
import {
  DRAW_TIME,
  HOST_SEED,
  OPTIONS,
  POOL,
  POOL_SEED,
  POT,
  SEED_BOND,
  UNITS,
  VALUE_TIME,
  usualSlots,
} from "../../shared/data";
import { claimsOf, now } from "../../shared/datasets";
import { at } from "../../shared/jobs";
import { ROOT, STATUS, closed, drawn, notNow, opened, wrongStatus } from "./phases";

/*
Test points
├── showSeed
│  ├── mixes both seeds with the first block's randomness, and gives the host its bond back
│  ├── comes out the same in whatever block the second seed is shown
│  ├── is refused another seed, twice, to others, and in other phases
│  └── is in time in the last second of a day, and not in the next
└── draw
   ├── makes the job's input of points and test points, and gives the pool's owner its bond back
   ├── is refused another segment, one that is no part of the pool, a way of another length, and in other phases
   └── is in time in the last second of a day, and not in the next
*/
describe("DataDAO: test points", () => {
  context("showSeed", () => {
    it("mixes both seeds with the first block's randomness, and gives the host its bond back", async () => {
      const market = await loadFixture(closed);
      const { dao, host, poolOwner } = market;
      const [hostBefore, ownerBefore] = [
        await claimsOf(market, host),
        await claimsOf(market, poolOwner),
      ];
      await setPrevRandao(7n);
      await expect(dao.connect(host).showSeed(HOST_SEED))
        .to.emit(dao, "SeedShown")
        .withArgs(1n, host.address, HOST_SEED);
      expect(await claimsOf(market, host)).to.equal(hostBefore + SEED_BOND);
      expect((await dao.epochOf(1n)).status).to.equal(STATUS.Closed);
      await setPrevRandao(8n);
      await expect(dao.connect(poolOwner).showSeed(POOL_SEED))
        .to.emit(dao, "SeedShown")
        .withArgs(1n, poolOwner.address, POOL_SEED);
      expect(await claimsOf(market, poolOwner)).to.equal(ownerBefore);
      const epoch = await dao.epochOf(1n);
      expect(BigInt(epoch.seed)).to.equal(BigInt(HOST_SEED) ^ BigInt(POOL_SEED) ^ 7n);
      expect(epoch.status).to.equal(STATUS.Seeded);
      expect(epoch.deadline).to.equal((await now()) + DRAW_TIME);
      expect([epoch.host.shown, epoch.poolOwner.shown]).to.deep.equal([true, true]);
      expect(await dao.nextPot()).to.equal(POT);
    });

    it("comes out the same in whatever block the second seed is shown", async () => {
      const market = await loadFixture(closed);
      const { dao, host, poolOwner } = market;
      await dao.connect(poolOwner).showSeed(POOL_SEED);
      const snapshot = await takeSnapshot();
      const seeds = new Set<string>();
      for (const randomness of [1n, 2n, 3n]) {
        await snapshot.restore();
        await setPrevRandao(randomness);
        await dao.connect(host).showSeed(HOST_SEED);
        seeds.add((await dao.epochOf(1n)).seed);
      }
      expect(seeds.size).to.equal(1);
    });

    it("is refused another seed, twice, and to others", async () => {
      const market = await loadFixture(closed);
      const { dao, host, poolOwner, stranger } = market;
      const refused = (caller: HardhatEthersSigner, seed: string) =>
        expect(dao.connect(caller).showSeed(seed))
          .to.be.revertedWithCustomError(dao, "EpochsWrongSeed")
          .withArgs(1n, caller.address);
      await refused(host, POOL_SEED);
      await refused(poolOwner, HOST_SEED);
      await refused(stranger, POOL_SEED);
      await dao.connect(host).showSeed(HOST_SEED);
      await refused(host, HOST_SEED);
    });

    it("is refused in other phases", async () => {
      const { market } = await loadFixture(opened);
      const { dao, host } = market;
      await wrongStatus(market, dao.connect(host).showSeed(HOST_SEED), 1n, STATUS.Open);
      const later = await loadFixture(drawn);
      const { dao: other, host: otherHost } = later.market;
      const action = other.connect(otherHost).showSeed(HOST_SEED);
      await wrongStatus(later.market, action, 1n, STATUS.Drawn);
    });

    it("is in time in the last second of a day, and not in the next", async () => {
      const market = await loadFixture(closed);
      const { dao, host } = market;
      const until = (await dao.epochOf(1n)).deadline;
      const snapshot = await takeSnapshot();
      await at(until + 1n);
      await notNow(market, dao.connect(host).showSeed(HOST_SEED), 0n, until);
      await snapshot.restore();
      await at(until);
      await dao.connect(host).showSeed(HOST_SEED);
    });
  });

  context("draw", () => {
    /** Both seeds were shown; how to draw a segment. */
    async function seeded() {
      const market = await closed();
      const { dao, host, poolOwner } = market;
      await dao.connect(host).showSeed(HOST_SEED);
      await dao.connect(poolOwner).showSeed(POOL_SEED);
      const segment = Number(BigInt((await dao.epochOf(1n)).seed) % 4n);
      const open = (index: number) => openSegment(OPTIONS, POOL, index, Number(UNITS));
      return { market, segment, open };
    }

    it("makes the job's input of points and test points, and gives the pool's owner its bond back", async () => {
      const { market, segment, open } = await loadFixture(seeded);
      const { dao, poolOwner, stranger } = market;
      const { root, path } = open(segment);
      const before = await claimsOf(market, poolOwner);
      await at((await now()) + DRAW_TIME / 2n);
      const action = dao.connect(stranger).draw(root, [...path]);
      await expect(action).to.emit(dao, "TestsDrawn");
      const { status, testsRoot, deadline } = await dao.epochOf(1n);
      await expect(action).to.emit(dao, "TestsDrawn").withArgs(1n, segment, testsRoot);
      expect([status, deadline]).to.deep.equal([BigInt(STATUS.Drawn), (await now()) + VALUE_TIME]);
      expect(await claimsOf(market, poolOwner)).to.equal(before + SEED_BOND);
      const tests = POOL.slice(segment * 4, segment * 4 + 4);
      const input = encodeState(OPTIONS, usualSlots(market), tests);
      expect(await dao.inputIdOf(1n)).to.equal(tensorId(input));
      expect(await dao.nextPot()).to.equal(POT);
    });

    it("is refused another segment, one that is no part of the pool, and a way of another length", async () => {
      const { market, segment, open } = await loadFixture(seeded);
      const { dao } = market;
      const right = open(segment);
      const other = open((segment + 1) % 4);
      const tries: [string, string[]][] = [
        [other.root, [...other.path]],
        [hashOf("rows"), [...right.path]],
        [right.root, [...right.path].slice(1)],
        [right.root, [...right.path, hashOf("more")]],
        [ROOT, []],
      ];
      for (const [root, path] of tries) {
        await expect(dao.draw(root, path))
          .to.be.revertedWithCustomError(dao, "EpochsInvalidSegment")
          .withArgs(1n);
      }
    });

    it("is refused in other phases", async () => {
      const market = await loadFixture(closed);
      await wrongStatus(market, market.dao.draw(ROOT, []), 1n, STATUS.Closed);
    });

    it("is in time in the last second of a day, and not in the next", async () => {
      const { market, segment, open } = await loadFixture(seeded);
      const { dao } = market;
      const { root, path } = open(segment);
      const until = (await dao.epochOf(1n)).deadline;
      const snapshot = await takeSnapshot();
      await at(until + 1n);
      await notNow(market, dao.draw(root, [...path]), 0n, until);
      await snapshot.restore();
      await at(until);
      await dao.draw(root, [...path]);
    });
  });
});
