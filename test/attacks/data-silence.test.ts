import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id as hashOf } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { openSegment } from "../../tensor/src/index";
import {
  HOST_SEED,
  OPTIONS,
  POOL,
  POOL_SEED,
  POT,
  SEED_BOND,
  UNITS,
  closeEpoch,
  contribute,
  contributionOf,
  deployData,
  openEpoch,
  usualSlots,
} from "../shared/data";
import type { DataMarket } from "../shared/data";
import {
  asOwner,
  claimsOf,
  closedEpoch,
  donate,
  drawnEpoch,
  madeUp,
  pointsRootOf,
  settleWith,
} from "../shared/datasets";
import { at } from "../shared/jobs";

/*
Silence that is to spoil an epoch
├── of a side that saw the other's seed, and does not like the draw: costs its bond, and the next epoch is valued
├── of a pool's owner that keeps the segment, or gives another: costs its bond
├── of a host that never closes: costs its bond, and contributions go on
└── of both: costs both bonds, which the next pot gets
Contributions at the wrong time
├── between the second in which an epoch closes and its closing: are refused, so nobody answers to seeds or tests
└── after its closing: count from the next epoch on
A change of roles in the middle of an epoch
└── leaves bonds and duties where they were
*/
describe("Attack: silence in a dataset", () => {
  async function closed() {
    const market = await deployData();
    await donate(market);
    await closedEpoch(market);
    return market;
  }

  /** Lets the phase run out; expects that the sides get these amounts, and the next pot the rest. */
  async function expectForfeit(
    market: DataMarket,
    back: readonly (readonly [HardhatEthersSigner, bigint])[],
    forfeited: bigint,
  ): Promise<void> {
    const { dao } = market;
    const before = await Promise.all(back.map(([account]) => claimsOf(market, account)));
    const pot = await dao.nextPot();
    await at((await dao.epochOf(1n)).deadline + 1n);
    await expect(dao.connect(market.stranger).voidEpoch())
      .to.emit(dao, "EpochVoided")
      .withArgs(1n, forfeited);
    const after = await Promise.all(back.map(([account]) => claimsOf(market, account)));
    expect(after.map((amount, i) => amount - before[i])).to.deep.equal(
      back.map(([, amount]) => amount),
    );
    expect((await dao.nextPot()) - pot).to.equal(forfeited);
  }

  it("costs the host its bond to see the other seed and be silent; the next epoch is valued", async () => {
    const market = await loadFixture(closed);
    const { dao, host, poolOwner } = market;
    await dao.connect(poolOwner).showSeed(POOL_SEED);
    const back = [[host, 0n] as const, [poolOwner, SEED_BOND] as const];
    await expectForfeit(market, back, SEED_BOND);
    await drawnEpoch(market, []);
    await settleWith(market, madeUp([1, 1, 1], 3));
    expect((await dao.epochOf(2n)).pot).to.be.greaterThan(POT);
  });

  it("costs the pool's owner its bond to see the other seed and be silent", async () => {
    const market = await loadFixture(closed);
    const { dao, host, poolOwner } = market;
    const before = await claimsOf(market, host);
    await dao.connect(host).showSeed(HOST_SEED);
    expect((await claimsOf(market, host)) - before).to.equal(SEED_BOND);
    await expectForfeit(market, [[poolOwner, 0n]], SEED_BOND);
  });

  it("costs the pool's owner its bond to keep the segment, or to give another", async () => {
    const market = await loadFixture(closed);
    const { dao, host, poolOwner } = market;
    await dao.connect(host).showSeed(HOST_SEED);
    await dao.connect(poolOwner).showSeed(POOL_SEED);
    const drawnSegment = Number(BigInt((await dao.epochOf(1n)).seed) % 4n);
    for (const segment of [0, 1, 2, 3].filter((index) => index !== drawnSegment)) {
      const { root, path } = openSegment(OPTIONS, POOL, segment, Number(UNITS));
      await expect(dao.connect(poolOwner).draw(root, [...path]))
        .to.be.revertedWithCustomError(dao, "EpochsInvalidSegment")
        .withArgs(1n);
    }
    await expectForfeit(market, [[poolOwner, 0n]], SEED_BOND);
  });

  it("costs a host its bond never to close, and contributions go on", async () => {
    const market = await loadFixture(deployData);
    await openEpoch(market);
    const { host, poolOwner } = market;
    const back = [[host, 0n] as const, [poolOwner, SEED_BOND] as const];
    await expectForfeit(market, back, SEED_BOND);
    await contribute(market, usualSlots(market)[0]);
  });

  it("costs both sides their bonds if both are silent, which the next pot gets", async () => {
    const market = await loadFixture(closed);
    const back = [[market.host, 0n] as const, [market.poolOwner, 0n] as const];
    await expectForfeit(market, back, 2n * SEED_BOND);
  });

  it("takes no contribution between the second in which an epoch closes and its closing", async () => {
    const market = await loadFixture(deployData);
    const closesAt = await openEpoch(market);
    const late = usualSlots(market)[0];
    await at(closesAt);
    await expect(contribute(market, late))
      .to.be.revertedWithCustomError(market.dao, "ContributionsClosed")
      .withArgs(1n);
    await closeEpoch(market, closesAt + 1n);
    expect((await market.dao.epochOf(1n)).count).to.equal(0n);
  });

  it("counts contributions that come after the closing from the next epoch on", async () => {
    const market = await loadFixture(closed);
    const { dao, contributors } = market;
    const slots = usualSlots(market);
    const late = contributionOf(contributors[0], [[33, 1]], 44);
    await contribute(market, late);
    expect((await dao.epochOf(1n)).pointsRoot).to.equal(pointsRootOf(slots));
    expect((await dao.epochOf(1n)).count).to.equal(3n);
    await at((await dao.epochOf(1n)).deadline + 1n);
    await dao.voidEpoch();
    await closeEpoch(market, await openEpoch(market));
    expect((await dao.epochOf(2n)).pointsRoot).to.equal(pointsRootOf([...slots, late]));
    expect((await dao.epochOf(2n)).count).to.equal(4n);
  });

  it("leaves bonds and duties where they were if roles change in the middle of an epoch", async () => {
    const market = await loadFixture(closed);
    const { dao, host, poolOwner, stranger, contributors } = market;
    await (await asOwner(market)).setRoles(stranger, contributors[0], 10n * SEED_BOND);
    await expect(dao.connect(stranger).showSeed(hashOf("seed")))
      .to.be.revertedWithCustomError(dao, "EpochsWrongSeed")
      .withArgs(1n, stranger.address);
    await dao.connect(poolOwner).showSeed(POOL_SEED);
    const back = [[host, 0n] as const, [poolOwner, SEED_BOND] as const];
    await expectForfeit(market, back, SEED_BOND);
  });
});
