import { loadFixture, setPrevRandao, takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { openSegment } from "../../tensor/src/index";
import { HOST_SEED, OPTIONS, POOL, POOL_SEED, SEED_BOND, UNITS, deployData } from "../shared/data";
import type { DataMarket } from "../shared/data";
import { claimsOf, closedEpoch, donate } from "../shared/datasets";
import { at } from "../shared/jobs";

/*
Choice of test points
├── by a side that sees the other's seed, and shows its own in front of it in the same block: gives no other draw
└── by the pool's owner, who keeps the segment until nobody can value it: is refused, and costs its bond
*/
describe("Attack: choice of test points", () => {
  async function closed() {
    const market = await deployData();
    await donate(market);
    await closedEpoch(market);
    return market;
  }

  async function seeded() {
    const market = await closed();
    const { dao, host, poolOwner } = market;
    await dao.connect(host).showSeed(HOST_SEED);
    await dao.connect(poolOwner).showSeed(POOL_SEED);
    return market;
  }

  async function drawnSegment({ dao }: DataMarket): Promise<[string, string[]]> {
    const segment = Number(BigInt((await dao.epochOf(1n)).seed) % 4n);
    const { root, path } = openSegment(OPTIONS, POOL, segment, Number(UNITS));
    return [root, [...path]];
  }

  it("gives no other draw to a side that sees the other's seed, and shows its own in front of it in the same block", async () => {
    const market = await loadFixture(closed);
    const { dao, host, poolOwner } = market;
    const sides = [
      [host, HOST_SEED],
      [poolOwner, POOL_SEED],
    ] as const;
    const snapshot = await takeSnapshot();
    const draws: string[] = [];
    for (const order of [sides, sides.toReversed()]) {
      await snapshot.restore();
      for (const [side, seed] of order) {
        await setPrevRandao(7n);
        await dao.connect(side).showSeed(seed);
      }
      draws.push((await dao.epochOf(1n)).seed);
    }
    expect(draws[0]).to.equal(draws[1]);
  });

  it("is refused to the pool's owner, and costs its bond, who keeps the segment until nobody can value it", async () => {
    const market = await loadFixture(seeded);
    const { dao, poolOwner, stranger } = market;
    const { deadline } = await dao.epochOf(1n);
    const before = await claimsOf(market, poolOwner);
    await at(deadline + 1n);
    await expect(dao.connect(poolOwner).draw(...(await drawnSegment(market))))
      .to.be.revertedWithCustomError(dao, "EpochsNotNow")
      .withArgs(1n, 0n, deadline);
    await expect(dao.connect(stranger).voidEpoch())
      .to.emit(dao, "EpochVoided")
      .withArgs(1n, SEED_BOND);
    expect(await claimsOf(market, poolOwner)).to.equal(before);
  });
});
