import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256, keccak256 } from "ethers";

import { asHex } from "../../../sdk/src/index";
import { slotSiblings } from "../../../tensor/src/index";
import {
  BOND,
  OPTIONS,
  SHAPE,
  CLOSE_TIME,
  contribute,
  contributionOf,
  deployData,
  nameOf,
  openEpoch,
  usualSlots,
} from "../../shared/data";
import { claimsOf, now, pointsRootOf, signContribution, slotProof } from "../../shared/datasets";
import { at } from "../../shared/jobs";

const [SCHEMA, URI] = [asHex(keccak256("0x01")), "https://data.example/1"];

/*
Contributions
├── contribute
│  ├── names the slot by its root, puts it into the tree, and takes the bond
│  ├── is refused with too few or too many siblings, no points, or more than fit
│  ├── is refused what was given before, also after it left
│  ├── is refused when every slot is taken
│  └── is refused from the second in which an epoch closes until it is closed, or its time is over
└── contributeFor
   ├── adds it in the name of who signed, who pays the bond
   ├── counts in the last second of the deadline, and not in the next
   └── is refused a signature of another account, or of other contents
*/
describe("DataDAO: contributions", () => {
  async function given() {
    const market = await deployData();
    const slots = usualSlots(market);
    for (const slot of slots) await contribute(market, slot);
    return { market, slots, names: slots.map(nameOf) };
  }

  context("contribute", () => {
    it("names the slot by its root, puts it into the tree, and takes the bond", async () => {
      const market = await loadFixture(deployData);
      const { dao, contributors } = market;
      const slots = usualSlots(market);
      expect(await dao.pointsRoot()).to.equal(pointsRootOf([]));
      for (const [i, slot] of slots.entries()) {
        const before = await claimsOf(market, contributors[i]);
        await expect(contribute(market, slot))
          .to.emit(dao, "Contributed")
          .withArgs(nameOf(slot), slot.owner, i, slot.points.length, SCHEMA, URI);
        expect(await dao.pointsRoot()).to.equal(pointsRootOf(slots.slice(0, i + 1)));
        expect(await claimsOf(market, contributors[i])).to.equal(before - BOND);
        expect(await dao.contributionOf(nameOf(slot))).to.deep.equal([slot.owner, i, 0n, 0n, 0n]);
      }
      expect(await dao.slotCount()).to.equal(3n);
      expect(await dao.nextPot()).to.equal(0n);
    });

    it("is refused with too few or too many siblings", async () => {
      const market = await loadFixture(deployData);
      const { dao, contributors } = market;
      const siblings = slotSiblings(OPTIONS, usualSlots(market)[0]);
      for (const wrong of [siblings.slice(1), [...siblings, siblings[0]], []]) {
        await expect(dao.connect(contributors[0]).contribute(wrong, 1n, SCHEMA, URI))
          .to.be.revertedWithCustomError(dao, "ContributionsSiblings")
          .withArgs(wrong.length, SHAPE.slotRows);
      }
    });

    it("is refused no points, and more than fit", async () => {
      const market = await loadFixture(deployData);
      const { dao, contributors } = market;
      const siblings = slotSiblings(OPTIONS, usualSlots(market)[0]);
      const give = (count: bigint) =>
        dao.connect(contributors[0]).contribute(siblings, count, SCHEMA, URI);
      for (const count of [0n, 8n, MaxUint256]) {
        await expect(give(count))
          .to.be.revertedWithCustomError(dao, "ContributionsInvalidCount")
          .withArgs(count, 7n);
      }
      await give(7n);
    });

    it("is refused what was given before, also after it left", async () => {
      const { market, slots, names } = await loadFixture(given);
      const { dao, contributors } = market;
      const refused = () =>
        expect(contribute(market, slots[0]))
          .to.be.revertedWithCustomError(dao, "ContributionsDuplicate")
          .withArgs(names[0]);
      await refused();
      await dao.connect(contributors[0]).withdrawContribution(names[0], slotProof(slots, 0));
      await refused();
    });

    it("is refused when every slot is taken", async () => {
      const { market } = await loadFixture(given);
      const { dao, contributors } = market;
      await contribute(market, contributionOf(contributors[0], [[50, 1]], 4));
      await expect(contribute(market, contributionOf(contributors[0], [[60, 1]], 5)))
        .to.be.revertedWithCustomError(dao, "ContributionsFull")
        .withArgs(4n);
    });

    it("is refused from the second in which an epoch closes until it is closed", async () => {
      const market = await loadFixture(deployData);
      const { dao, host } = market;
      const [first, second, third] = usualSlots(market);
      const closesAt = await openEpoch(market);
      await at(closesAt - 1n);
      await contribute(market, first);
      for (const time of [closesAt, closesAt + 1n]) {
        await at(time);
        await expect(contribute(market, second))
          .to.be.revertedWithCustomError(dao, "ContributionsClosed")
          .withArgs(1n);
      }
      await dao.connect(host).close();
      await contribute(market, third);
      expect((await dao.epochOf(1n)).count).to.equal(1n);
      expect((await dao.epochOf(1n)).pointsRoot).to.equal(pointsRootOf([first]));
    });

    it("is refused until the time to close an epoch is over", async () => {
      const market = await loadFixture(deployData);
      const [first] = usualSlots(market);
      const until = (await openEpoch(market)) + CLOSE_TIME;
      await at(until);
      await expect(contribute(market, first))
        .to.be.revertedWithCustomError(market.dao, "ContributionsClosed")
        .withArgs(1n);
      await at(until + 1n);
      await contribute(market, first);
    });
  });

  context("contributeFor", () => {
    /** A contribution that its owner signed, and how anybody hands it in. */
    async function signed() {
      const market = await deployData();
      const { dao, contributors, stranger } = market;
      const [owner] = contributors;
      const [slot] = usualSlots(market);
      const deadline = (await now()) + 1_000n;
      const siblings = slotSiblings(OPTIONS, slot);
      const count = slot.points.length;
      const said = { slot: nameOf(slot), count, schema: SCHEMA, uri: URI, deadline };
      const give = (signature: string, changes: Partial<typeof said> = {}) => {
        const { schema, uri, ...rest } = { ...said, ...changes };
        return dao
          .connect(stranger)
          .contributeFor(owner, siblings, rest.count, schema, uri, rest.deadline, signature);
      };
      return { market, owner, slot, said, give };
    }

    it("adds it in the name of who signed, who pays the bond", async () => {
      const { market, owner, slot, said, give } = await loadFixture(signed);
      const { dao, stranger } = market;
      const before = [await claimsOf(market, owner), await claimsOf(market, stranger)];
      await expect(give(await signContribution(market, owner, said)))
        .to.emit(dao, "Contributed")
        .withArgs(nameOf(slot), owner.address, 0n, said.count, SCHEMA, URI);
      const after = [await claimsOf(market, owner), await claimsOf(market, stranger)];
      expect(after).to.deep.equal([before[0] - BOND, before[1]]);
      expect(await dao.nonces(owner)).to.equal(1n);
    });

    for (const [late, name] of [
      [0n, "counts in the last second of the deadline"],
      [1n, "does not count in the second after the deadline"],
    ] as const) {
      it(name, async () => {
        const { market, owner, said, give } = await loadFixture(signed);
        const signature = await signContribution(market, owner, said);
        await at(said.deadline + late);
        if (late === 0n) await give(signature);
        else {
          await expect(give(signature))
            .to.be.revertedWithCustomError(market.dao, "ContributionsUnsigned")
            .withArgs(owner.address, said.deadline);
        }
      });
    }

    it("is refused a signature of another account", async () => {
      const { market, owner, said, give } = await loadFixture(signed);
      const { dao, stranger } = market;
      const signature = await signContribution(market, stranger, said, { owner: owner.address });
      for (const wrong of [signature, "0x"]) {
        await expect(give(wrong))
          .to.be.revertedWithCustomError(dao, "ContributionsUnsigned")
          .withArgs(owner.address, said.deadline);
      }
    });

    it("is refused a signature of other contents", async () => {
      const { market, owner, said, give } = await loadFixture(signed);
      const signature = await signContribution(market, owner, said);
      const changes = [
        { count: said.count + 1 },
        { schema: asHex(keccak256("0x02")) },
        { uri: `${URI}2` },
        { deadline: said.deadline + 1n },
      ];
      for (const change of changes) {
        await expect(give(signature, change))
          .to.be.revertedWithCustomError(market.dao, "ContributionsUnsigned")
          .withArgs(owner.address, change.deadline ?? said.deadline);
      }
    });
  });
});
