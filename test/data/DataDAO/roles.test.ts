import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { modelId } from "../../../tensor/src/index";
import { HOST_SEED, PROGRAM, SEED_BOND, closeEpoch, deployData } from "../../shared/data";
import { asOwner, claimsOf } from "../../shared/datasets";
import { DAY } from "../../shared/jobs";
import { opened } from "./phases";

/*
Roles
├── setRoles and setValuation
│  ├── are the owner's
│  ├── name host and pool's owner from the next epoch on, and set how valuations are bought
│  └── are refused what is out of bounds
├── renounceOwnership is refused to the owner too
└── views say nothing of an epoch that there is not
*/
describe("DataDAO: roles", () => {
  context("setRoles and setValuation", () => {
    const valuation = {
      modelId: modelId(PROGRAM.program),
      verifier: "0x0000000000000000000000000000000000000001",
      termsClass: 2n,
      maxTurnaround: 14n * DAY,
      maxUnitPrice: 1n,
      minUnitBond: 1n,
    };

    it("are the owner's", async () => {
      const market = await loadFixture(deployData);
      const { dao, host, poolOwner, stranger } = market;
      for (const caller of [host, poolOwner, stranger]) {
        const called = dao.connect(caller);
        for (const call of [
          () => called.setRoles(host, poolOwner, 1n),
          () => called.setValuation(valuation),
        ]) {
          await expect(call())
            .to.be.revertedWithCustomError(dao, "OwnableUnauthorizedAccount")
            .withArgs(caller.address);
        }
      }
    });

    it("never nobody's: renounceOwnership is refused to the owner too", async () => {
      const market = await loadFixture(deployData);
      await expect((await asOwner(market)).renounceOwnership()).to.be.revertedWithCustomError(
        market.dao,
        "DataDaoOwnerRequired",
      );
      await expect(market.dao.connect(market.host).renounceOwnership())
        .to.be.revertedWithCustomError(market.dao, "OwnableUnauthorizedAccount")
        .withArgs(market.host.address);
    });

    it("name host and pool's owner from the next epoch on", async () => {
      const { market } = await loadFixture(opened);
      const { dao, stranger, host, poolOwner } = market;
      const [next] = market.contributors;
      await expect((await asOwner(market)).setRoles(stranger, next, 0n))
        .to.emit(dao, "RolesSet")
        .withArgs(stranger.address, next.address, 0n);
      expect([await dao.host(), await dao.poolOwner(), await dao.seedBond()]).to.deep.equal([
        stranger.address,
        next.address,
        0n,
      ]);
      const epoch = await dao.epochOf(1n);
      expect([epoch.host.account, epoch.poolOwner.account, epoch.seedBond]).to.deep.equal([
        host.address,
        poolOwner.address,
        SEED_BOND,
      ]);
      await closeEpoch(market, epoch.closesAt);
      const before = await claimsOf(market, host);
      await dao.connect(host).showSeed(HOST_SEED);
      expect(await claimsOf(market, host)).to.equal(before + SEED_BOND);
    });

    it("set how valuations are bought", async () => {
      const market = await loadFixture(deployData);
      const { dao } = market;
      const fields = Object.values(valuation);
      await expect((await asOwner(market)).setValuation(valuation))
        .to.emit(dao, "ValuationSet")
        .withArgs(fields);
      expect(await dao.valuation()).to.deep.equal(fields);
    });

    it("are refused what is out of bounds", async () => {
      const market = await loadFixture(deployData);
      const { dao, host, poolOwner } = market;
      const owned = await asOwner(market);
      const { modelId, verifier, maxUnitPrice, minUnitBond } = valuation;
      const most = 14n * DAY;
      const roles = [
        [ZeroAddress, poolOwner.address],
        [host.address, ZeroAddress],
        [host.address, host.address],
      ] as const;
      for (const named of roles) {
        await expect(owned.setRoles(...named, 1n))
          .to.be.revertedWithCustomError(dao, "EpochsInvalidRoles")
          .withArgs(...named);
      }
      for (const [change, error, args] of [
        [{ modelId: ZeroHash }, "EpochsValuerUnnamed", [ZeroHash, verifier]],
        [{ verifier: ZeroAddress }, "EpochsValuerUnnamed", [modelId, ZeroAddress]],
        [{ maxTurnaround: 0n }, "EpochsInvalidTurnaround", [0n, most]],
        [{ maxTurnaround: most + 1n }, "EpochsInvalidTurnaround", [most + 1n, most]],
        [{ maxUnitPrice: 0n }, "EpochsNothingPaid", [0n, minUnitBond]],
        [{ minUnitBond: 0n }, "EpochsNothingPaid", [maxUnitPrice, 0n]],
      ] as const) {
        await expect(owned.setValuation({ ...valuation, ...change }))
          .to.be.revertedWithCustomError(dao, error)
          .withArgs(...args);
      }
    });
  });

  it("views say nothing of an epoch that there is not", async () => {
    const { dao } = await loadFixture(deployData);
    const epoch = await dao.epochOf(1n);
    expect([epoch.status, epoch.deadline, epoch.poolRoot]).to.deep.equal([0n, 0n, ZeroHash]);
    expect(await dao.epochCount()).to.equal(0n);
    expect(await dao.nextPot()).to.equal(0n);
  });
});
