import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256, keccak256 } from "ethers";

import { asHex } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";
import {
  BOND,
  HOLD,
  SHAPE,
  SHOW_TIME,
  closeEpoch,
  contribute,
  contributionOf,
  deployData,
  nameOf,
  openEpoch,
  usualSlots,
} from "../../shared/data";
import type { DataMarket } from "../../shared/data";
import {
  claimsOf,
  closedEpoch,
  madeUp,
  now,
  pointsRootOf,
  settledEpoch,
  slotProof,
  drawnEpoch,
  settleWith,
} from "../../shared/datasets";
import { at } from "../../shared/jobs";

/*
Leaving
├── withdrawContribution
│  ├── takes the slot out of the tree, for its owner or the host, and leaves the place empty
│  ├── is refused to others, of what is not there, and twice
│  ├── is refused with a wrong way to the root
│  └── says which epoch counts it still: one that was closed with it in, and no other
└── releaseBond
   ├── gives back the bond seven days after a contribution left, once
   ├── waits until seven days after the end of the epoch that counts it
   └── gives back what was not lost
*/
describe("DataDAO: leaving", () => {
  async function given() {
    const market = await deployData();
    const slots = usualSlots(market);
    for (const slot of slots) await contribute(market, slot);
    return { market, slots, names: slots.map(nameOf) };
  }

  context("withdrawContribution", () => {
    it("takes the slot out of the tree, for its owner or the host", async () => {
      const { market, slots, names } = await loadFixture(given);
      const { dao, contributors, host } = market;
      await expect(dao.connect(contributors[0]).withdrawContribution(names[0], slotProof(slots, 0)))
        .to.emit(dao, "ContributionLeft")
        .withArgs(names[0], contributors[0].address);
      const left = [undefined, slots[1], slots[2]];
      expect(await dao.pointsRoot()).to.equal(pointsRootOf(left));
      await expect(dao.connect(host).withdrawContribution(names[2], slotProof(left, 2)))
        .to.emit(dao, "ContributionLeft")
        .withArgs(names[2], host.address);
      expect(await dao.pointsRoot()).to.equal(pointsRootOf([undefined, slots[1]]));
      const [, index, , leftAt, leftIn] = await dao.contributionOf(names[2]);
      expect([index, leftAt, leftIn]).to.deep.equal([2n, await now(), 0n]);
    });

    it("leaves the place empty: the next contribution takes the next one", async () => {
      const { market, slots, names } = await loadFixture(given);
      const { dao, contributors } = market;
      await dao.connect(contributors[0]).withdrawContribution(names[0], slotProof(slots, 0));
      await dao
        .connect(contributors[2])
        .withdrawContribution(names[2], slotProof([undefined, slots[1], slots[2]], 2));
      const next = contributionOf(contributors[0], [[50, 1]], 4);
      await contribute(market, next);
      expect(await dao.pointsRoot()).to.equal(pointsRootOf([undefined, slots[1], undefined, next]));
      expect(await dao.slotCount()).to.equal(4n);
    });

    it("is refused to others", async () => {
      const { market, slots, names } = await loadFixture(given);
      const { dao, contributors, poolOwner, stranger } = market;
      for (const caller of [contributors[1], poolOwner, stranger]) {
        await expect(dao.connect(caller).withdrawContribution(names[0], slotProof(slots, 0)))
          .to.be.revertedWithCustomError(dao, "ContributionsUnauthorized")
          .withArgs(names[0], caller.address);
      }
    });

    it("is refused of what is not there, and twice", async () => {
      const { market, slots, names } = await loadFixture(given);
      const { dao, host } = market;
      const refused = async (name: Hex) =>
        expect(dao.connect(host).withdrawContribution(name, slotProof(slots, 0)))
          .to.be.revertedWithCustomError(dao, "ContributionsUnknown")
          .withArgs(name);
      await refused(nameOf(undefined));
      await refused(asHex(keccak256("0x01")));
      await dao.connect(host).withdrawContribution(names[0], slotProof(slots, 0));
      await refused(names[0]);
    });

    it("is refused with a wrong way to the root", async () => {
      const { market, slots, names } = await loadFixture(given);
      const { dao, host } = market;
      const leave = (siblings: Hex[], name = names[0]) =>
        dao.connect(host).withdrawContribution(name, siblings);
      const siblings = slotProof(slots, 0);
      for (const wrong of [siblings.slice(1), [...siblings, siblings[0]]]) {
        await expect(leave(wrong))
          .to.be.revertedWithCustomError(dao, "ContributionsSiblings")
          .withArgs(wrong.length, SHAPE.slots);
      }
      await expect(leave([siblings[0], siblings[0]]))
        .to.be.revertedWithCustomError(dao, "ContributionsInvalidProof")
        .withArgs(names[0]);
      // the tree keeps the node on the first level, and compares
      await expect(leave([siblings[1], siblings[1]])).to.be.revertedWithCustomError(
        dao,
        "MerkleTreeUpdateInvalidProof",
      );
      await expect(leave(slotProof(slots, 0), names[1])).to.be.revertedWithCustomError(
        dao,
        "MerkleTreeUpdateInvalidProof",
      );
      expect(await dao.pointsRoot()).to.equal(pointsRootOf(slots));
    });

    it("says that no epoch counts what leaves while one is open", async () => {
      const { market, slots, names } = await loadFixture(given);
      const { dao, host } = market;
      await closeEpochAfterLeave(market, async () => {
        await dao.connect(host).withdrawContribution(names[0], slotProof(slots, 0));
      });
      expect((await dao.contributionOf(names[0])).leftIn).to.equal(0n);
      expect((await dao.epochOf(1n)).pointsRoot).to.equal(
        pointsRootOf([undefined, slots[1], slots[2]]),
      );
    });

    it("says that an epoch counts what was in it when it was closed, and not what came later", async () => {
      const market = await loadFixture(deployData);
      const { dao, host } = market;
      const [first, second, third] = usualSlots(market);
      await closedEpoch(market, [first, second]);
      await contribute(market, third);
      const slots = [first, second, third];
      await dao.connect(host).withdrawContribution(nameOf(second), slotProof(slots, 1));
      await dao
        .connect(host)
        .withdrawContribution(nameOf(third), slotProof([first, undefined, third], 2));
      expect((await dao.contributionOf(nameOf(second))).leftIn).to.equal(1n);
      expect((await dao.contributionOf(nameOf(third))).leftIn).to.equal(0n);
      expect((await dao.epochOf(1n)).pointsRoot).to.equal(pointsRootOf([first, second]));
      expect(await dao.pointsRoot()).to.equal(pointsRootOf([first]));
    });

    it("says that no epoch counts what leaves after the last one ended", async () => {
      const market = await loadFixture(deployData);
      const { dao, host } = market;
      await settledEpoch(market);
      const slots = usualSlots(market);
      await dao.connect(host).withdrawContribution(nameOf(slots[0]), slotProof(slots, 0));
      expect((await dao.contributionOf(nameOf(slots[0]))).leftIn).to.equal(0n);
    });
  });

  context("releaseBond", () => {
    it("gives back the bond seven days after a contribution left, once", async () => {
      const { market, slots, names } = await loadFixture(given);
      const { dao, contributors, stranger } = market;
      await dao.connect(contributors[0]).withdrawContribution(names[0], slotProof(slots, 0));
      const releasableAt = (await now()) + HOLD;
      const before = await claimsOf(market, contributors[0]);
      await at(releasableAt - 1n);
      await expect(dao.releaseBond(names[0]))
        .to.be.revertedWithCustomError(dao, "ContributionsBondHeld")
        .withArgs(names[0], releasableAt);
      await at(releasableAt);
      await expect(dao.connect(stranger).releaseBond(names[0]))
        .to.emit(dao, "BondReleased")
        .withArgs(names[0], BOND);
      expect(await claimsOf(market, contributors[0])).to.equal(before + BOND);
      for (const name of [names[0], names[1], asHex(keccak256("0x01"))]) {
        await expect(dao.releaseBond(name))
          .to.be.revertedWithCustomError(dao, "ContributionsUnknown")
          .withArgs(name);
      }
    });

    it("waits until seven days after the end of the epoch that counts it", async () => {
      const market = await loadFixture(deployData);
      const { dao, host } = market;
      const slots = usualSlots(market);
      const name = nameOf(slots[0]);
      await closedEpoch(market, slots);
      await dao.connect(host).withdrawContribution(name, slotProof(slots, 0));
      await at((await now()) + SHOW_TIME + HOLD);
      await expect(dao.releaseBond(name))
        .to.be.revertedWithCustomError(dao, "ContributionsBondHeld")
        .withArgs(name, MaxUint256);
      await dao.voidEpoch();
      const releasableAt = (await now()) + HOLD;
      await at(releasableAt - 1n);
      await expect(dao.releaseBond(name))
        .to.be.revertedWithCustomError(dao, "ContributionsBondHeld")
        .withArgs(name, releasableAt);
      await at(releasableAt);
      await dao.releaseBond(name);
    });

    it("gives back what was not lost", async () => {
      const market = await loadFixture(deployData);
      const { dao, host } = market;
      const slots = usualSlots(market);
      const name = nameOf(slots[2]);
      await drawnEpoch(market, slots);
      await dao.connect(host).withdrawContribution(name, slotProof(slots, 2));
      const { valueAt } = await settleWith(market, madeUp([3, 5, -4], 8));
      await dao.charge(1n, name, valueAt(2));
      await at((await now()) + HOLD);
      await expect(dao.releaseBond(name))
        .to.emit(dao, "BondReleased")
        .withArgs(name, BOND - BOND / 20n);
    });
  });

  async function closeEpochAfterLeave(
    market: DataMarket,
    leave: () => Promise<void>,
  ): Promise<void> {
    const closesAt = await openEpoch(market);
    await leave();
    await closeEpoch(market, closesAt);
  }
});
