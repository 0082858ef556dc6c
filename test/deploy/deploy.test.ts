import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import hre from "hardhat";

import { ACCESS_ROLES, TIMELOCK_ROLES } from "../../deploy/access";
import { supplyOf } from "../../deploy/parameters";
import { impersonate, protocolFixture } from "./fixture";

const { ethers } = hre;
const DAY = 86_400n;
const TWO_DAYS = 2n * DAY;

/*
deployProtocol
├── it connects the contracts to each other
├── it sets the market's terms from the parameters
├── it lists the optimistic verifier with the longest games that it can need
├── it gives holders the supply of the token that votes
├── it leaves no role to the deployer (GV-2)
├── the timelock
│  ├── it changes a number once its delay is over, at whoever's call, and not a second before
│  ├── it does not let anybody but the governor schedule
│  └── it does not let anybody but the governor stop what is scheduled
└── the guardian
   ├── it pauses and unpauses entries within the budget
   └── it changes no number and gives no role
*/
describe("deployProtocol", () => {
  it("connects the contracts to each other", async () => {
    const { book, jobEscrow, orderBook, optimisticVerifier, dataDaoFactory, parameters } =
      await loadFixture(protocolFixture);
    const { contracts } = book;
    expect(await jobEscrow.LEDGER()).to.equal(contracts.ledger);
    expect(await jobEscrow.ORDER_BOOK()).to.equal(contracts.orderBook);
    expect(await jobEscrow.TREASURY()).to.equal(parameters.Compute.treasury);
    expect(await orderBook.ESCROW()).to.equal(contracts.jobEscrow);
    expect(await orderBook.GPU_REGISTRY()).to.equal(contracts.gpuRegistry);
    expect(await optimisticVerifier.ESCROW()).to.equal(contracts.jobEscrow);
    expect(await optimisticVerifier.MODEL_REGISTRY()).to.equal(contracts.modelRegistry);
    expect(await optimisticVerifier.TENSOR_STEP()).to.equal(contracts.tensorStep);
    const factory = await ethers.getContractAt("StakeVaultFactory", contracts.stakeVaultFactory);
    const vault = await ethers.getContractAt("StakeVault", await factory.IMPLEMENTATION());
    expect(await vault.ESCROW()).to.equal(contracts.jobEscrow);
    expect(await vault.LEDGER()).to.equal(contracts.ledger);
    expect(await vault.FACTORY()).to.equal(contracts.stakeVaultFactory);
    const loans = await ethers.getContractAt("LoanBook", contracts.loanBook);
    expect(await loans.ESCROW()).to.equal(contracts.jobEscrow);
    expect(await loans.VAULT_FACTORY()).to.equal(contracts.stakeVaultFactory);
    const { dataset, market } = await dataDaoFactory.implementations();
    const dao = await ethers.getContractAt("DataDAO", dataset);
    expect(await dao.ESCROW()).to.equal(contracts.jobEscrow);
    expect(await dao.LEDGER()).to.equal(contracts.ledger);
    const access = await ethers.getContractAt("AccessMarket", market);
    expect(await access.LEDGER()).to.equal(contracts.ledger);
  });

  it("sets the market's terms from the parameters", async () => {
    const { book, orderBook, parameters } = await loadFixture(protocolFixture);
    const { token } = book.contracts;
    expect(await orderBook.fee()).to.equal(parameters.Compute.feeBps);
    expect(await orderBook.demandPrice(token, 0n)).to.equal(parameters.Compute.demandPrices.fast);
    const terms = await orderBook.verifierTerms(token, ethers.ZeroAddress);
    const wanted = Object.entries(parameters.Compute.termsWithoutVerifier);
    for (const [name, value] of wanted) {
      const actual = terms[name as keyof typeof terms];
      expect(actual, name).to.equal(typeof value === "number" ? BigInt(value) : value);
    }
  });

  it("lists the optimistic verifier with the longest games that it can need", async () => {
    const { book, orderBook, optimisticVerifier } = await loadFixture(protocolFixture);
    const { token } = book.contracts;
    const terms = await orderBook.verifierTerms(token, optimisticVerifier);
    expect(terms.listed).to.equal(true);
    for (const [termsClass, listed] of [
      terms.longestGameFast,
      terms.longestGameStandard,
      terms.longestGameHigh,
    ].entries()) {
      expect(listed).to.equal(await optimisticVerifier.longestGame(termsClass));
    }
  });

  it("gives holders the supply of the token that votes", async () => {
    const { ergonToken, parameters } = await loadFixture(protocolFixture);
    const { holdings } = parameters.Governance;
    for (const { holder, amount } of holdings) {
      expect(await ergonToken.balanceOf(holder)).to.equal(amount);
    }
    expect(await ergonToken.totalSupply()).to.equal(supplyOf(holdings));
  });

  it("leaves no role to the deployer (GV-2)", async () => {
    const { accessManager, timelock, deployer } = await loadFixture(protocolFixture);
    for (const role of Object.values(ACCESS_ROLES)) {
      expect((await accessManager.hasRole(role, deployer)).isMember).to.equal(false);
    }
    for (const role of Object.values(TIMELOCK_ROLES)) {
      expect(await timelock.hasRole(role, deployer)).to.equal(false);
    }
  });

  context("the timelock", () => {
    async function scheduledFixture() {
      const base = await protocolFixture();
      const { orderBook, timelock } = base;
      const governor = await impersonate(base.book.contracts.governor);
      const data = orderBook.interface.encodeFunctionData("setFee", [250n]);
      const target = await orderBook.getAddress();
      const operation = [target, 0n, data, ethers.ZeroHash, ethers.ZeroHash] as const;
      await timelock.connect(governor).schedule(...operation, TWO_DAYS);
      const id = await timelock.hashOperation(...operation);
      return { ...base, operation, id, readyAt: await timelock.getTimestamp(id) };
    }

    it("changes a number once its delay is over, and not a second before", async () => {
      const { orderBook, timelock, stranger, operation, readyAt } =
        await loadFixture(scheduledFixture);
      await time.setNextBlockTimestamp(readyAt - 1n);
      await expect(timelock.connect(stranger).execute(...operation)).to.be.revertedWithCustomError(
        timelock,
        "TimelockUnexpectedOperationState",
      );

      await time.setNextBlockTimestamp(readyAt);
      await expect(timelock.connect(stranger).execute(...operation))
        .to.emit(orderBook, "FeeSet")
        .withArgs(250n);
    });

    it("does not let anybody but the governor schedule", async () => {
      const { timelock, deployer, guardian, voter, operation } =
        await loadFixture(scheduledFixture);
      for (const caller of [deployer, guardian, voter]) {
        await expect(timelock.connect(caller).schedule(...operation, TWO_DAYS))
          .to.be.revertedWithCustomError(timelock, "AccessControlUnauthorizedAccount")
          .withArgs(caller.address, TIMELOCK_ROLES.PROPOSER);
      }
    });

    it("does not let anybody but the governor stop what is scheduled", async () => {
      const { timelock, deployer, guardian, voter, id } = await loadFixture(scheduledFixture);
      for (const caller of [deployer, guardian, voter]) {
        await expect(timelock.connect(caller).cancel(id))
          .to.be.revertedWithCustomError(timelock, "AccessControlUnauthorizedAccount")
          .withArgs(caller.address, TIMELOCK_ROLES.CANCELLER);
      }
    });
  });

  context("the guardian", () => {
    it("pauses and unpauses entries within the budget", async () => {
      const { orderBook, guardian } = await loadFixture(protocolFixture);
      const book = orderBook.connect(guardian);
      await expect(book.pauseEntries(14n * DAY + 1n))
        .to.be.revertedWithCustomError(orderBook, "EntryPauseInvalidDuration")
        .withArgs(14n * DAY + 1n, 14n * DAY);
      await book.pauseEntries(14n * DAY);
      await book.unpauseEntries();
      expect((await orderBook.entryPause()).budgetLeft).to.equal(14n * DAY - 1n);
    });

    it("changes no number and gives no role", async () => {
      const { orderBook, accessManager, guardian, deployer } = await loadFixture(protocolFixture);
      await expect(orderBook.connect(guardian).setFee(0n))
        .to.be.revertedWithCustomError(orderBook, "AccessManagedUnauthorized")
        .withArgs(guardian.address);
      await expect(accessManager.connect(guardian).grantRole(ACCESS_ROLES.GUARDIAN, deployer, 0n))
        .to.be.revertedWithCustomError(accessManager, "AccessManagerUnauthorizedAccount")
        .withArgs(guardian.address, ACCESS_ROLES.ADMIN);
    });
  });
});
