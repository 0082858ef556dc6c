import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import hre from "hardhat";

import { ACCESS_ROLES, GUARDIAN_SELECTORS, TIMELOCK_ROLES } from "../../deploy/access";
import { checkDeployment } from "../../deploy/check";
import { asAddress } from "../../sdk/src/index";
import { adminFixture, findings } from "./findings";
import { impersonate } from "./fixture";

const WEEK = 604_800n;

/*
checkDeployment
├── it accepts a deployment as the modules make it (GV-2)
├── given a role that somebody holds too
│  ├── of the AccessManager: it names the holder
│  ├── of the AccessManager, from a later time on: it names the holder
│  ├── of the AccessManager, with a delay: it names the delay
│  ├── that no document knows: it names the holder
│  └── of the timelock: it names the holder
├── given a role whose holder is missing: it names the role
├── given a function with another role: it names the function
├── given another delay of the timelock: it names both
├── given another number, token or guardian of the governor: it names both
├── given another holding of the token that votes: it names both
├── given another authority of a module: it names the module
├── given an event that no deployment causes: it names the event
├── given a role that was given and taken away again: it accepts the deployment
├── given another fee or curve of loans: it names what is and what should be
├── given another fee, price of demands or terms: it names what is and what should be
├── given a token or verifier that nobody asked for: it names the listing
└── given a first block after the deployment: it says that events are missing
*/
describe("checkDeployment", () => {
  it("accepts a deployment as the modules make it (GV-2)", async () => {
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
      const { book, check, manager, clock, guardian } = await loadFixture(adminFixture);
      const { governor } = book.contracts;
      await manager.revokeRole(ACCESS_ROLES.GUARDIAN, guardian);
      await clock.revokeRole(TIMELOCK_ROLES.PROPOSER, governor);
      expect(await check()).to.deep.equal([
        `is missing: ${guardian.address} holds GUARDIAN of the AccessManager, after 0 s`,
        `is missing: ${governor} holds PROPOSER of the timelock`,
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
      const Governance = { ...parameters.Governance, minDelay: 300_000 };
      const wanted = { ...parameters, Governance };
      expect(await findings(() => checkDeployment(hre, book, wanted))).to.deep.equal([
        `should not be: the timelock waits ${parameters.Governance.minDelay} s`,
        "is missing: the timelock waits 300000 s",
      ]);
    });
  });

  context("given another number, token or guardian of the governor", () => {
    it("names both", async () => {
      const { book, parameters } = await loadFixture(adminFixture);
      const Governance = {
        ...parameters.Governance,
        votingDelay: 86_401,
        votingPeriod: 259_201,
        voteExtension: 1,
        proposalThreshold: 2,
        quorumPercent: 5,
      };
      const { proposalThreshold, guardian } = parameters.Governance;
      const wanted = { ...parameters, Governance };
      expect(await findings(() => checkDeployment(hre, book, wanted))).to.deep.equal([
        "should not be: a vote begins 86400 s after its proposal",
        "should not be: a vote lasts 259200 s",
        "should not be: a vote goes on for 86400 s after its quorum",
        `should not be: a proposer needs ${proposalThreshold} votes`,
        "should not be: the quorum is 4 per cent",
        "is missing: a vote begins 86401 s after its proposal",
        "is missing: a vote lasts 259201 s",
        "is missing: a vote goes on for 1 s after its quorum",
        "is missing: a proposer needs 2 votes",
        "is missing: the quorum is 5 per cent",
      ]);

      const { ergonToken, timelock } = book.contracts;
      const other = await hre.ethers.deployContract("ProtocolGovernor", [
        ...[book.contracts.ergonToken, timelock],
        { ...parameters.Governance, guardian: timelock },
      ]);
      const governor = asAddress(await other.getAddress());
      const foreign = { ...book, contracts: { ...book.contracts, governor } };
      const found = await findings(() => checkDeployment(hre, foreign, parameters));
      expect(found).to.include(`should not be: ${timelock} may cancel proposals`);
      expect(found).to.include(`is missing: ${guardian} may cancel proposals`);
      expect(found).to.include(`is missing: ${governor} holds PROPOSER of the timelock`);

      const swapped = { ...book.contracts, ergonToken: book.contracts.ledger };
      const foundToken = await findings(() =>
        checkDeployment(hre, { ...book, contracts: swapped }, parameters),
      );
      expect(foundToken).to.include(
        `should not be: the governor counts votes of ErgonToken ${ergonToken}`,
      );
    });
  });

  context("given another holding of the token that votes", () => {
    it("names both", async () => {
      const { book, parameters } = await loadFixture(adminFixture);
      const [first, second] = parameters.Governance.holdings;
      const holdings = [{ ...first, amount: BigInt(first.amount) + 1n }, second];
      const wanted = { ...parameters, Governance: { ...parameters.Governance, holdings } };
      expect(await findings(() => checkDeployment(hre, book, wanted))).to.deep.equal([
        `should not be: ${first.holder} got ${first.amount} votes`,
        `is missing: ${first.holder} got ${BigInt(first.amount) + 1n} votes`,
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

  context("given another fee or curve of loans", () => {
    it("names what is and what should be", async () => {
      const { book, check, timelock } = await loadFixture(adminFixture);
      const admin = await impersonate(await timelock.getAddress());
      const loans = await hre.ethers.getContractAt("LoanBook", book.contracts.loanBook, admin);
      await loans.setAdvanceFee(99n);
      await loans.setCurve(hre.ethers.encodeBytes32String("h100"), [{ age: 0n, bps: 10_000n }]);
      await loans.setCurve(hre.ethers.encodeBytes32String("h300"), [{ age: 0n, bps: 1n }]);
      const years =
        "10000 after 0 s, 6250 after 31536000 s, 4250 after 63072000 s, 3000 after 94608000 s";
      expect(await check()).to.deep.equal([
        "should not be: loans without GPUs go by a fee of 99 basis points",
        "should not be: the class h100 keeps in basis points: 10000 after 0 s",
        "should not be: the class h300 keeps in basis points: 1 after 0 s",
        "is missing: loans without GPUs go by a fee of 100 basis points",
        `is missing: the class h100 keeps in basis points: ${years}`,
      ]);
    });
  });

  context("given another fee, price of demands or terms", () => {
    it("names what is and what should be", async () => {
      const { book, parameters, orderBook, check } = await loadFixture(adminFixture);
      const { token, optimisticVerifier, timelock } = book.contracts;
      const admin = orderBook.connect(await impersonate(timelock));
      await admin.setFee(101n);
      await admin.setDemandPrices(token, { fast: 1n, standard: 2n, high: 3n });
      const terms = { ...parameters.Verification.terms, bondFloorFast: 7n };
      await admin.setVerifierTerms(token, optimisticVerifier, terms);
      const before = await check();
      expect(before.map((finding) => finding.split(":")[0])).to.deep.equal([
        ...Array.from({ length: 3 }, () => "should not be"),
        ...Array.from({ length: 3 }, () => "is missing"),
      ]);
      expect(before[0]).to.equal("should not be: the fee is 101 basis points");
      expect(before[1]).to.contain(`demands that pay in ${token} cost 1, 2 and 3 by class`);
      expect(before[2]).to.contain(`verifier ${optimisticVerifier} for ${token}`);
      expect(before[2]).to.contain("bond floors 7/1000/1000");
      expect(before[5]).to.contain("bond floors 1000/1000/1000");
    });
  });

  context("given a token or verifier that nobody asked for", () => {
    it("names the listing", async () => {
      const { book, parameters, orderBook, check, stranger } = await loadFixture(adminFixture);
      const { token, timelock } = book.contracts;
      const admin = orderBook.connect(await impersonate(timelock));
      await admin.setVerifierTerms(token, stranger, parameters.Verification.terms);
      const found = await check();
      expect(found).to.have.length(1);
      expect(found[0]).to.contain(`should not be: verifier ${stranger.address} for ${token}`);
    });
  });

  context("given a first block after the deployment", () => {
    it("says that events are missing", async () => {
      const { book, parameters } = await loadFixture(adminFixture);
      const late = { ...book, fromBlock: await hre.ethers.provider.getBlockNumber() };
      const found = await findings(() => checkDeployment(hre, late, parameters));
      for (const contract of ["AccessManager", "timelock"]) {
        expect(found).to.include(
          `the events of the ${contract} begin before the first block that was read`,
        );
      }
    });
  });
});
