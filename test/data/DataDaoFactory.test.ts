import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { ZeroAddress, ZeroHash } from "ethers";

import { TIMELOCK_ROLES } from "../../deploy/access";
import { BOND, SEED_BOND, SHAPE, deployData, planOf } from "../shared/data";
import type { DataMarket } from "../shared/data";
import { pointsRootOf } from "../shared/datasets";
import { DAY } from "../shared/jobs";

/*
The factory of datasets
├── makes dataset, votes, governor, timelock and market in one transaction, each of which knows the others
├── gives each dataset contracts of its own
├── gives the timelock to nobody but the votes
├── gives roles, terms and numbers as planned
├── is refused a token without code, a shape without a program, and roles and terms out of bounds
├── says which datasets it made
└── leaves nothing to set up
   ├── of the contracts that clones copy
   └── of the clones
*/
describe("DataDaoFactory", () => {
  const setupOf = async (market: DataMarket) => {
    const { shares, timelock, host, poolOwner } = market;
    const { token, shape, contributionBond, seedBond, valuation } = await planOf(
      ...([market, host, poolOwner] as const),
    );
    return {
      ...{ owner: timelock, shares, token, shape, contributionBond, seedBond },
      ...{ host, poolOwner, valuation },
    };
  };

  const create = async (market: DataMarket, changes: object = {}) => {
    const { factory, host, poolOwner, stranger } = market;
    const plan = { ...(await planOf(market, host, poolOwner)), ...changes };
    return factory.connect(stranger).createDao(plan);
  };

  it("makes dataset, votes, governor, timelock and market in one transaction, each of which knows the others", async () => {
    const market = await loadFixture(deployData);
    const { factory, stranger, token } = market;
    const plan = await planOf(market, market.host, market.poolOwner);
    const made = await factory.connect(stranger).createDao.staticCall(plan);
    await expect(create(market))
      .to.emit(factory, "DaoCreated")
      .withArgs(
        made.dataset,
        stranger.address,
        made.shares,
        made.governor,
        made.timelock,
        made.market,
      );
    const dao = await ethers.getContractAt("DataDAO", made.dataset);
    const shares = await ethers.getContractAt("DataShares", made.shares);
    const governor = await ethers.getContractAt("DataGovernor", made.governor);
    expect(await dao.owner()).to.equal(made.timelock);
    expect(await dao.shares()).to.equal(made.shares);
    expect(await shares.dataset()).to.equal(made.dataset);
    expect([await governor.token(), await governor.timelock()]).to.deep.equal([
      made.shares,
      made.timelock,
    ]);
    expect(await dao.token()).to.equal(await token.getAddress());
    expect(await dao.ESCROW()).to.equal(market.addresses.jobEscrow);
    expect(await dao.LEDGER()).to.equal(market.addresses.ledger);
  });

  it("gives each dataset contracts of its own", async () => {
    const market = await loadFixture(deployData);
    const { factory } = market;
    await create(market);
    const created = await factory.queryFilter(factory.filters.DaoCreated());
    const all = created.flatMap(({ args }) => [
      args.dataset,
      args.shares,
      args.governor,
      args.timelock,
      args.market,
    ]);
    expect(new Set(all).size).to.equal(10);
  });

  it("gives the timelock to nobody but the votes", async () => {
    const market = await loadFixture(deployData);
    const { governor, timelock, factory, admin, stranger, host } = market;
    const lock = await ethers.getContractAt("DataTimelock", timelock);
    const { DEFAULT_ADMIN, PROPOSER, CANCELLER, EXECUTOR } = TIMELOCK_ROLES;
    for (const account of [factory, admin, stranger, host, ZeroAddress]) {
      for (const role of [DEFAULT_ADMIN, PROPOSER, CANCELLER]) {
        expect(await lock.hasRole(role, account)).to.equal(false);
      }
    }
    expect(await lock.hasRole(DEFAULT_ADMIN, timelock)).to.equal(true);
    expect(await lock.hasRole(DEFAULT_ADMIN, governor)).to.equal(false);
    expect(await lock.hasRole(PROPOSER, governor)).to.equal(true);
    expect(await lock.hasRole(CANCELLER, governor)).to.equal(true);
    expect(await lock.hasRole(EXECUTOR, ZeroAddress)).to.equal(true);
    expect(await lock.getMinDelay()).to.equal(2n * DAY);
  });

  it("gives roles, terms and numbers as planned", async () => {
    const market = await loadFixture(deployData);
    const { dao, host, poolOwner, shares, governor, stranger } = market;
    const { valuation } = await planOf(market, host, poolOwner);
    expect([await dao.host(), await dao.poolOwner()]).to.deep.equal([
      host.address,
      poolOwner.address,
    ]);
    expect([await dao.contributionBond(), await dao.seedBond()]).to.deep.equal([BOND, SEED_BOND]);
    expect(await dao.shape()).to.deep.equal(Object.values(SHAPE));
    const { modelId, maxTurnaround, maxUnitPrice, minUnitBond } = await dao.valuation();
    expect([modelId, maxTurnaround, maxUnitPrice, minUnitBond]).to.deep.equal([
      ...[valuation.modelId, valuation.maxTurnaround],
      ...[valuation.maxUnitPrice, valuation.minUnitBond],
    ]);
    expect(await dao.pointsRoot()).to.equal(pointsRootOf([]));
    expect([await shares.name(), await shares.symbol()]).to.deep.equal(["Digits", "DATA"]);
    expect(await governor.proposalGuardian()).to.equal(stranger.address);
    expect(await governor.name()).to.equal("Ergon data governor");
  });

  it("is refused a token without code", async () => {
    const market = await loadFixture(deployData);
    for (const token of [ZeroAddress, market.stranger.address]) {
      await expect(create(market, { token }))
        .to.be.revertedWithCustomError(market.factory, "FactoryInvalidToken")
        .withArgs(token);
    }
  });

  it("is refused a shape without a program", async () => {
    const market = await loadFixture(deployData);
    for (const change of [
      { slots: 0n },
      { slots: 10n },
      { slotRows: 0n },
      { slotRows: 11n },
      { slots: 255n, slotRows: 255n },
      { rowWords: 0n },
      { rowWords: 7n },
    ]) {
      const shape = { ...SHAPE, ...change };
      await expect(create(market, { shape }))
        .to.be.revertedWithCustomError(market.dao, "DataDaoInvalidShape")
        .withArgs(Object.values(shape));
    }
    for (const shape of [
      { slots: 1n, slotRows: 1n, rowWords: 1n },
      { slots: 11n, slotRows: 1n, rowWords: 6n },
      { slots: 1n, slotRows: 11n, rowWords: 6n },
    ]) {
      await create(market, { shape });
    }
  });

  it("is refused roles and terms out of bounds", async () => {
    const market = await loadFixture(deployData);
    const { valuation } = await planOf(market, market.host, market.poolOwner);
    const { host, poolOwner } = market;
    for (const [change, error, args] of [
      [{ host: ZeroAddress }, "EpochsInvalidRoles", [ZeroAddress, poolOwner.address]],
      [{ poolOwner: ZeroAddress }, "EpochsInvalidRoles", [host.address, ZeroAddress]],
      [{ host: poolOwner }, "EpochsInvalidRoles", [poolOwner.address, poolOwner.address]],
      [
        { valuation: { ...valuation, modelId: ZeroHash } },
        "EpochsValuerUnnamed",
        [ZeroHash, valuation.verifier],
      ],
      [
        { valuation: { ...valuation, minUnitBond: 0n } },
        "EpochsNothingPaid",
        [valuation.maxUnitPrice, 0n],
      ],
    ] as const) {
      await expect(create(market, change))
        .to.be.revertedWithCustomError(market.dao, error)
        .withArgs(...args);
    }
  });

  it("says which datasets it made", async () => {
    const { factory, dao, shares, governor, timelock } = await loadFixture(deployData);
    expect(await factory.isDataset(dao)).to.equal(true);
    const { dataset } = await factory.implementations();
    for (const other of [dataset, shares, governor, timelock, ZeroAddress]) {
      expect(await factory.isDataset(other)).to.equal(false);
    }
  });

  context("leaves nothing to set up", () => {
    /** Expects that nobody sets up these four contracts. */
    const expectSetUp = async (
      market: DataMarket,
      addresses: { dataset: string; shares: string; governor: string; timelock: string },
    ) => {
      const { stranger } = market;
      const dao = await ethers.getContractAt("DataDAO", addresses.dataset, stranger);
      const shares = await ethers.getContractAt("DataShares", addresses.shares, stranger);
      const governor = await ethers.getContractAt("DataGovernor", addresses.governor, stranger);
      const timelock = await ethers.getContractAt("DataTimelock", addresses.timelock, stranger);
      const setup = await setupOf(market);
      const refused = (contract: typeof dao, action: Promise<unknown>) =>
        expect(action).to.be.revertedWithCustomError(contract, "InvalidInitialization").withArgs();
      await refused(dao, dao.initialize(setup));
      await refused(dao, shares.initialize(stranger, "Mine"));
      await refused(dao, governor.initialize(shares, timelock, stranger));
      await refused(dao, timelock.initialize(0n, [stranger], [stranger], stranger));
    };

    it("of the contracts that clones copy", async () => {
      const market = await loadFixture(deployData);
      const { dataset, shares, governor, timelock } = await market.factory.implementations();
      await expectSetUp(market, { dataset, shares, governor, timelock });
    });

    it("of the clones", async () => {
      const market = await loadFixture(deployData);
      const { dao, shares, governor, timelock } = market;
      await expectSetUp(market, {
        dataset: await dao.getAddress(),
        shares: await shares.getAddress(),
        governor: await governor.getAddress(),
        timelock,
      });
    });
  });
});
