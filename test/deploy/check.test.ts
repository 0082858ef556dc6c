import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import hre from "hardhat";

import { ACCESS_ROLES, GUARDIAN_SELECTORS, TIMELOCK_ROLES } from "../../deploy/access";
import { checkAccess } from "../../deploy/check";
import { DeployError } from "../../deploy/errors";
import { impersonate, protocolFixture } from "./fixture";

const WEEK = 604_800n;

/*
checkAccess
├── it accepts a deployment as the modules make it
├── given a role that somebody holds too
│  ├── of the AccessManager: it names the holder
│  ├── of the AccessManager, from a later time on: it names the holder
│  ├── of the AccessManager, with a delay: it names the delay
│  ├── that no document knows: it names the holder
│  └── of the timelock: it names the holder
├── given a role whose holder is missing: it names the role
├── given a function with another role: it names the function
├── given another delay of the timelock: it names both
├── given another authority of a module: it names the module
├── given an event that no deployment causes: it names the event
├── given a role that was given and taken away again: it accepts the deployment
└── given a first block after the deployment: it says that events are missing
*/
describe("checkAccess", () => {
  async function adminFixture() {
    const base = await protocolFixture();
    const admin = await impersonate(base.book.contracts.timelock);
    const check = () => findings(() => checkAccess(hre, base.book, base.parameters.Governance));
    return {
      ...base,
      check,
      manager: base.accessManager.connect(admin),
      clock: base.timelock.connect(admin),
    };
  }

  it("accepts a deployment as the modules make it", async () => {
    const { check } = await loadFixture(adminFixture);
    expect(await check()).to.deep.equal([]);
  });

  context("given a role that somebody holds too", () => {
    it("names the holder of the AccessManager's role", async () => {
      const { check, manager, deployer } = await loadFixture(adminFixture);
      await manager.grantRole(ACCESS_ROLES.ADMIN, deployer, 0n);
      expect(await check()).to.deep.equal([
        `should not be: ${deployer.address} holds ADMIN of the AccessManager, after 0 s`,
      ]);
    });

    it("names the holder from a later time on, and the event that delays grants", async () => {
      const { check, manager, deployer } = await loadFixture(adminFixture);
      await manager.setGrantDelay(ACCESS_ROLES.GUARDIAN, WEEK);
      await hre.network.provider.send("evm_increaseTime", [Number(WEEK)]);
      await manager.grantRole(ACCESS_ROLES.GUARDIAN, deployer, 0n);
      const found = await check();
      expect(found).to.have.length(2);
      expect(found[0]).to.match(/^unexpected event RoleGrantDelayChanged/);
      expect(found[1]).to.equal(
        `should not be: ${deployer.address} holds GUARDIAN of the AccessManager, after 0 s`,
      );
    });

    it("names the delay of a holder", async () => {
      const { check, manager, guardian } = await loadFixture(adminFixture);
      await manager.grantRole(ACCESS_ROLES.GUARDIAN, guardian, WEEK);
      const right = `${guardian.address} holds GUARDIAN of the AccessManager`;
      expect(await check()).to.deep.equal([
        `should not be: ${right}, after ${WEEK} s`,
        `is missing: ${right}, after 0 s`,
      ]);
    });

    it("names the holder of a role that no document knows", async () => {
      const { check, manager, deployer } = await loadFixture(adminFixture);
      await manager.grantRole(77n, deployer, 0n);
      expect(await check()).to.deep.equal([
        `should not be: ${deployer.address} holds role 77 of the AccessManager, after 0 s`,
      ]);
    });

    it("names the holder of the timelock's role", async () => {
      const { check, clock, deployer } = await loadFixture(adminFixture);
      await clock.grantRole(TIMELOCK_ROLES.PROPOSER, deployer);
      expect(await check()).to.deep.equal([
        `should not be: ${deployer.address} holds PROPOSER of the timelock`,
      ]);
    });
  });

  context("given a role whose holder is missing", () => {
    it("names the role", async () => {
      const { check, manager, clock, guardian, proposer } = await loadFixture(adminFixture);
      await manager.revokeRole(ACCESS_ROLES.GUARDIAN, guardian);
      await clock.revokeRole(TIMELOCK_ROLES.PROPOSER, proposer);
      expect(await check()).to.deep.equal([
        `is missing: ${guardian.address} holds GUARDIAN of the AccessManager, after 0 s`,
        `is missing: ${proposer.address} holds PROPOSER of the timelock`,
      ]);
    });
  });

  context("given a function with another role", () => {
    it("names the function", async () => {
      const { check, manager, orderBook } = await loadFixture(adminFixture);
      const setFee = orderBook.interface.getFunction("setFee").selector;
      const [pause] = GUARDIAN_SELECTORS;
      await manager.setTargetFunctionRole(orderBook, [setFee], ACCESS_ROLES.GUARDIAN);
      await manager.setTargetFunctionRole(orderBook, [pause], ACCESS_ROLES.ADMIN);
      const target = await orderBook.getAddress();
      expect(await check()).to.deep.equal([
        `should not be: GUARDIAN may call ${setFee} of ${target}`,
        `is missing: GUARDIAN may call ${pause} of ${target}`,
      ]);
    });
  });

  context("given another delay of the timelock", () => {
    it("names both", async () => {
      const { book, parameters } = await loadFixture(adminFixture);
      const wanted = { ...parameters.Governance, minDelay: 300_000 };
      expect(await findings(() => checkAccess(hre, book, wanted))).to.deep.equal([
        `should not be: the timelock waits ${parameters.Governance.minDelay} s`,
        "is missing: the timelock waits 300000 s",
      ]);
    });
  });

  context("given another authority of a module", () => {
    it("names the module", async () => {
      const { check, manager, jobEscrow, book } = await loadFixture(adminFixture);
      const other = await hre.ethers.deployContract("AccessManager", [book.contracts.timelock]);
      const address = await other.getAddress();
      await manager.updateAuthority(jobEscrow, address);
      expect(await check()).to.deep.equal([
        `should not be: ${address} is the authority of the jobEscrow`,
        `is missing: ${book.contracts.accessManager} is the authority of the jobEscrow`,
      ]);
    });
  });

  context("given an event that no deployment causes", () => {
    it("names the event", async () => {
      const { check, manager, clock, orderBook } = await loadFixture(adminFixture);
      await manager.setTargetClosed(orderBook, true);
      await clock.updateDelay(WEEK);
      const found = await check();
      expect(found.filter((finding) => finding.startsWith("unexpected event"))).to.deep.equal([
        `unexpected event TargetClosed(${await orderBook.getAddress()}, true) of the AccessManager`,
      ]);
      expect(found).to.include(`should not be: the timelock waits ${WEEK} s`);
    });
  });

  context("given a role that was given and taken away again", () => {
    it("accepts the deployment", async () => {
      const { check, manager, deployer } = await loadFixture(adminFixture);
      await manager.grantRole(ACCESS_ROLES.GUARDIAN, deployer, 0n);
      await manager.revokeRole(ACCESS_ROLES.GUARDIAN, deployer);
      expect(await check()).to.deep.equal([]);
    });
  });

  context("given a first block after the deployment", () => {
    it("says that events are missing", async () => {
      const { book, parameters } = await loadFixture(adminFixture);
      const late = { ...book, fromBlock: await hre.ethers.provider.getBlockNumber() };
      const found = await findings(() => checkAccess(hre, late, parameters.Governance));
      for (const contract of ["AccessManager", "timelock"]) {
        expect(found).to.include(
          `the events of the ${contract} begin before the first block that was read`,
        );
      }
    });
  });
});

/** The findings of a check, none if it passes. */
async function findings(check: () => Promise<void>): Promise<string[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== "ACCESS_UNEXPECTED") throw error;
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.replace(/^- /, ""));
  }
}
