import * as managerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json";
import { expect } from "chai";
import { ethers } from "hardhat";
import { id as hashOf } from "ethers";

import { TermsClass } from "../../../sdk/src/index";
import {
  DAY,
  openDelivered,
  openJob,
  useMarket,
  windowEnd,
  at,
  expectMoves,
} from "../../shared/jobs";
import { DEMAND_PRICES, FEE_BPS, PLAIN_TERMS, VERIFIER_TERMS } from "../../shared/market";

const GOVERNOR = 7n;
const GUARDIAN = 8n;

/*
MarketTerms.setVerifierTerms
├── it reverts with AccessManagedUnauthorized for a caller without its role
├── it reverts with MarketTermsInvalidBondMultiple below 10,000 and above 1,000,000 basis points
├── it reverts with MarketTermsGameTooLong when a game of any class is above 15 days
├── it reverts with MarketTermsScaleTooLarge when the scale is above 96
└── it stores terms within the bounds, and emits VerifierTermsSet

MarketTerms.setDemandPrices
├── it reverts with AccessManagedUnauthorized for a caller without its role
└── it stores the prices of each class, and emits DemandPricesSet

MarketTerms.setFee
├── it reverts with AccessManagedUnauthorized for a caller without its role
├── it reverts with MarketTermsFeeTooHigh above 500 basis points
├── it stores the fee, and emits FeeSet
└── it leaves jobs that are open alone

OrderBook, when the manager gives functions to roles
└── it lets each role call its own functions and no others

OrderBook, its views
├── it knows its escrow and its GPU registry
└── it counts the jobs that were opened
*/
describe("OrderBook", () => {
  const the = useMarket();

  describe("setVerifierTerms", () => {
    const set = (changes: object, listed = true) =>
      the().book.setVerifierTerms(the().token, the().stranger, {
        ...VERIFIER_TERMS,
        listed,
        ...changes,
      });

    it("reverts with AccessManagedUnauthorized for a caller without its role", async () => {
      const { book, token, stranger } = the();
      await expect(book.connect(stranger).setVerifierTerms(token, stranger, PLAIN_TERMS))
        .to.be.revertedWithCustomError(book, "AccessManagedUnauthorized")
        .withArgs(stranger.address);
    });

    it("reverts with MarketTermsInvalidBondMultiple below 10,000 and above 1,000,000 basis points", async () => {
      for (const bondMultipleBps of [0n, 9_999n, 1_000_001n, 2n ** 24n - 1n]) {
        for (const listed of [true, false]) {
          await expect(set({ bondMultipleBps }, listed))
            .to.be.revertedWithCustomError(the().book, "MarketTermsInvalidBondMultiple")
            .withArgs(bondMultipleBps);
        }
      }
    });

    it("reverts with MarketTermsGameTooLong when a game of any class is above 15 days", async () => {
      for (const name of ["longestGameFast", "longestGameStandard", "longestGameHigh"]) {
        await expect(set({ [name]: 15n * DAY + 1n }))
          .to.be.revertedWithCustomError(the().book, "MarketTermsGameTooLong")
          .withArgs(15n * DAY + 1n, 15n * DAY);
      }
    });

    it("reverts with MarketTermsScaleTooLarge when the scale is above 96", async () => {
      for (const scale of [97n, 255n]) {
        await expect(set({ scale }))
          .to.be.revertedWithCustomError(the().book, "MarketTermsScaleTooLarge")
          .withArgs(scale, 96n);
      }
    });

    it("stores terms within the bounds, and emits VerifierTermsSet", async () => {
      const { book, token, tokenAddress, stranger } = the();
      const least = { ...PLAIN_TERMS, listed: false };
      const most = {
        listed: true,
        scale: 96n,
        bondMultipleBps: 1_000_000n,
        longestGameFast: 15n * DAY,
        longestGameStandard: 15n * DAY,
        longestGameHigh: 15n * DAY,
        bondFloorFast: 2n ** 32n - 1n,
        bondFloorStandard: 2n ** 32n - 2n,
        bondFloorHigh: 2n ** 32n - 3n,
        fastPriceCap: 2n ** 32n - 4n,
      };
      for (const terms of [most, VERIFIER_TERMS, least]) {
        await expect(book.setVerifierTerms(token, stranger, terms))
          .to.emit(book, "VerifierTermsSet")
          .withArgs(tokenAddress, stranger.address, Object.values(terms));
        expect(await book.verifierTerms(token, stranger)).to.deep.equal(Object.values(terms));
      }
    });
  });

  describe("setDemandPrices", () => {
    it("reverts with AccessManagedUnauthorized for a caller without its role", async () => {
      const { book, token, stranger } = the();
      await expect(book.connect(stranger).setDemandPrices(token, DEMAND_PRICES))
        .to.be.revertedWithCustomError(book, "AccessManagedUnauthorized")
        .withArgs(stranger.address);
    });

    it("stores the prices of each class, and emits DemandPricesSet", async () => {
      const { book, token, tokenAddress, ledger } = the();
      const prices = { fast: 1n, standard: 0n, high: 2n ** 80n - 1n };
      await expect(book.setDemandPrices(token, prices))
        .to.emit(book, "DemandPricesSet")
        .withArgs(tokenAddress, Object.values(prices));
      expect(await book.demandPrice(token, TermsClass.Fast)).to.equal(prices.fast);
      expect(await book.demandPrice(token, TermsClass.Standard)).to.equal(prices.standard);
      expect(await book.demandPrice(token, TermsClass.High)).to.equal(prices.high);
      expect(await book.demandPrice(ledger, TermsClass.High)).to.equal(0n);
    });
  });

  describe("setFee", () => {
    it("reverts with AccessManagedUnauthorized for a caller without its role", async () => {
      const { book, stranger } = the();
      await expect(book.connect(stranger).setFee(0n))
        .to.be.revertedWithCustomError(book, "AccessManagedUnauthorized")
        .withArgs(stranger.address);
    });

    it("reverts with MarketTermsFeeTooHigh above 500 basis points", async () => {
      for (const feeBps of [501n, 65_535n]) {
        await expect(the().book.setFee(feeBps))
          .to.be.revertedWithCustomError(the().book, "MarketTermsFeeTooHigh")
          .withArgs(feeBps, 500n);
      }
    });

    it("stores the fee, and emits FeeSet", async () => {
      const { book } = the();
      await openJob(the());
      for (const feeBps of [500n, 0n, 1n]) {
        await expect(book.setFee(feeBps)).to.emit(book, "FeeSet").withArgs(feeBps);
        expect(await book.fee()).to.equal(feeBps);
      }
      expect(await book.jobCount()).to.equal(1n);
      expect((await openJob(the())).job.feeBps).to.equal(1n);
    });

    it("leaves jobs that are open alone", async () => {
      const { book, escrow } = the();
      const ref = await openDelivered(the());
      await book.setFee(500n);
      expect(ref.job.feeBps).to.equal(FEE_BPS);
      await at(windowEnd(ref) + 1n);
      await expectMoves(the(), () => escrow.settle(ref.id, ref.job), {
        escrow: -140_000n,
        provider: 139_000n,
        treasury: 1_000n,
      });
    });
  });

  describe("when the manager gives functions to roles", () => {
    it("lets each role call its own functions and no others", async () => {
      const { book, escrow, token, addresses, delegate, stranger } = the();
      const manager = await ethers.getContractAt(managerArtifact.abi, addresses.accessManager);
      const selector = (name: string) => hashOf(name).slice(0, 10);
      const fee = selector("setFee(uint16)");
      const prices = selector("setDemandPrices(address,(uint80,uint80,uint80))");
      const pauses = [selector("pauseEntries(uint256)"), selector("unpauseEntries()")];
      await manager.setTargetFunctionRole(book, [fee, prices], GOVERNOR);
      await manager.setTargetFunctionRole(book, pauses, GUARDIAN);
      await manager.setTargetFunctionRole(escrow, [selector("restoreHeldBond(uint256)")], GOVERNOR);
      await manager.grantRole(GOVERNOR, delegate, 0n);
      await manager.grantRole(GUARDIAN, stranger, 0n);
      const calls = (caller: typeof delegate) => ({
        governor: [
          () => book.connect(caller).setFee(3n),
          () => book.connect(caller).setDemandPrices(token, DEMAND_PRICES),
        ],
        guardian: [
          () => book.connect(caller).pauseEntries(1_000n),
          () => book.connect(caller).unpauseEntries(),
        ],
        neither: [() => book.connect(caller).setVerifierTerms(token, token, PLAIN_TERMS)],
      });
      const refused = (caller: typeof delegate, call: () => Promise<unknown>) =>
        expect(call())
          .to.be.revertedWithCustomError(book, "AccessManagedUnauthorized")
          .withArgs(caller.address);
      for (const call of calls(delegate).governor) await call();
      for (const call of calls(stranger).guardian) await call();
      for (const { guardian, neither } of [calls(delegate)]) {
        for (const call of [...guardian, ...neither]) await refused(delegate, call);
      }
      for (const { governor, neither } of [calls(stranger)]) {
        for (const call of [...governor, ...neither]) await refused(stranger, call);
      }
      await expect(escrow.connect(delegate).restoreHeldBond(1n))
        .to.be.revertedWithCustomError(escrow, "VerdictsNothingHeld")
        .withArgs(1n);
      await refused(stranger, () => escrow.connect(stranger).restoreHeldBond(1n));
    });
  });

  describe("its views", () => {
    it("knows its escrow and its GPU registry", async () => {
      const { book, addresses } = the();
      expect(await book.ESCROW()).to.equal(addresses.jobEscrow);
      expect(await book.GPU_REGISTRY()).to.equal(addresses.gpuRegistry);
      expect(await book.authority()).to.equal(addresses.accessManager);
    });

    it("counts the jobs that were opened", async () => {
      const { book, escrow, client } = the();
      expect(await book.jobCount()).to.equal(0n);
      const first = await openJob(the());
      await escrow.connect(client).cancel(first.id, first.job);
      const second = await openJob(the());
      expect([first.id, second.id, await book.jobCount()]).to.deep.equal([1n, 2n, 2n]);
    });
  });
});
