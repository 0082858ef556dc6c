import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256, ZeroAddress, getCreateAddress } from "ethers";
import type { AddressLike } from "ethers";

import { at } from "../../shared/jobs";
import {
  DAY,
  ENCRYPTED_KEY,
  FIRST,
  FIRST_PRICE,
  HOUR,
  PUBLIC_KEY,
  Status,
  TERMS,
  buy,
  buyAndGrant,
  claimsMoved,
  now,
  plainTerms,
  termsOf,
  useAccess,
} from "../../shared/accessMarket";
import type { SaleTermsStruct } from "../../../typechain-types/contracts/data/AccessMarket";

/*
AccessMarket
├── initialize
│  ├── it sets owner, DAO, token, name and terms, and emits TermsSet
│  ├── it reverts with InvalidInitialization the second time
│  ├── it reverts with OwnableInvalidOwner given no owner
│  ├── it reverts with AccessMarketInvalidDao given no DAO, the Ledger or itself
│  ├── it reverts with AccessMarketInvalidToken given an address without code
│  └── it reverts given terms out of bounds
├── setTerms
│  ├── it sets the terms, and emits TermsSet
│  ├── it takes terms at their bounds
│  ├── it reverts with the bound that is broken
│  ├── it reverts with OwnableUnauthorizedAccount given another caller
│  ├── given a new initial price, decay or rate
│  │  ├── it begins a new schedule
│  │  └── it counts pending purchases in it
│  ├── given other new terms
│  │  └── it goes on with the schedule
│  └── given a purchase that is pending
│     ├── it keeps the purchase's deadline, term and share
│     └── it lets the new host grant it, and the old one no more
└── renounceOwnership
   └── it reverts with AccessMarketOwnerNeeded
*/
describe("AccessMarket", () => {
  const the = useAccess();

  describe("initialize", () => {
    const make = async (
      parts: { owner?: AddressLike; dao?: AddressLike; token?: AddressLike },
      changes: Partial<SaleTermsStruct> = {},
    ) => {
      const { cloner, implementation, owner, dao, token } = the();
      const all = { owner, dao, token, ...parts };
      const terms = termsOf(the(), changes);
      return cloner.make(implementation, all.owner, all.dao, all.token, "Access", terms);
    };

    it("sets owner, DAO, token, name and terms, and emits TermsSet", async () => {
      const { market, owner, dao, token, ledger, startedAt } = the();
      expect(await market.owner()).to.equal(owner.address);
      expect(await market.dao()).to.equal(dao.address);
      expect(await market.token()).to.equal(await token.getAddress());
      expect(await market.LEDGER()).to.equal(await ledger.getAddress());
      expect(await market.name()).to.equal("Access to digits");
      expect(await market.symbol()).to.equal("LICENCE");
      expect(await market.terms()).to.deep.equal(plainTerms(termsOf(the())));
      expect(await market.sales()).to.deep.equal([startedAt, 0n, 0n, 0n, 0n]);
      const [event] = await market.queryFilter(market.filters.TermsSet());
      expect(event.args).to.deep.equal([plainTerms(termsOf(the())), startedAt]);
    });

    it("reverts with InvalidInitialization the second time", async () => {
      const { market, owner, dao, token } = the();
      await expect(
        market.connect(owner).initialize(owner, dao, token, "Again", termsOf(the())),
      ).to.be.revertedWithCustomError(market, "InvalidInitialization");
    });

    it("reverts with OwnableInvalidOwner given no owner", async () => {
      await expect(make({ owner: ZeroAddress }))
        .to.be.revertedWithCustomError(the().market, "OwnableInvalidOwner")
        .withArgs(ZeroAddress);
    });

    it("reverts with AccessMarketInvalidDao given no DAO, the Ledger or itself", async () => {
      const { market, cloner, ledger } = the();
      const from = await cloner.getAddress();
      const nonce = await ethers.provider.getTransactionCount(from);
      const itself = getCreateAddress({ from, nonce });
      for (const dao of [ZeroAddress, await ledger.getAddress(), itself]) {
        await expect(make({ dao }))
          .to.be.revertedWithCustomError(market, "AccessMarketInvalidDao")
          .withArgs(dao);
      }
    });

    it("reverts with AccessMarketInvalidToken given an address without code", async () => {
      const { market, stranger } = the();
      await expect(make({ token: stranger }))
        .to.be.revertedWithCustomError(market, "AccessMarketInvalidToken")
        .withArgs(stranger.address);
    });

    it("reverts given terms out of bounds", async () => {
      await expect(make({}, { ratePerDay: 0n }))
        .to.be.revertedWithCustomError(the().market, "AccessMarketInvalidRate")
        .withArgs(0n);
    });
  });

  describe("setTerms", () => {
    const set = async (changes: Partial<SaleTermsStruct>) =>
      the().market.connect(the().owner).setTerms(termsOf(the(), changes));

    it("sets the terms, and emits TermsSet", async () => {
      const { market, startedAt, stranger } = the();
      const changes = { cap: 2n * TERMS.cap, potShareBps: 1n, host: stranger.address };
      const terms = plainTerms(termsOf(the(), changes));
      await expect(set(changes)).to.emit(market, "TermsSet").withArgs(terms, startedAt);
      expect(await market.terms()).to.deep.equal(terms);
    });

    it("takes terms at their bounds", async () => {
      const { initialPrice } = TERMS;
      const most = 2n ** 96n - 1n;
      for (const changes of [
        { reserve: 1n, initialPrice: 1n, cap: 1n },
        { reserve: initialPrice, cap: initialPrice },
        { reserve: most, initialPrice: most, cap: most },
        { decayBps: 100n },
        { decayBps: 9_000n },
        { ratePerDay: 1n },
        { ratePerDay: most },
        { licenceTerm: HOUR },
        { licenceTerm: 3_650n * DAY },
        { grantTime: HOUR },
        { grantTime: 30n * DAY },
        { potShareBps: 0n },
        { potShareBps: 10_000n },
      ]) {
        await set(changes);
        expect(await the().market.terms()).to.deep.equal(plainTerms(termsOf(the(), changes)));
      }
    });

    it("reverts with the bound that is broken", async () => {
      const { reserve, initialPrice, cap } = TERMS;
      const [tenYears, month] = [3_650n * DAY, 30n * DAY];
      const cases = [
        [{ reserve: 0n }, "Prices", [0n, initialPrice, cap]],
        [{ reserve: initialPrice + 1n }, "Prices", [initialPrice + 1n, initialPrice, cap]],
        [{ cap: initialPrice - 1n }, "Prices", [reserve, initialPrice, initialPrice - 1n]],
        [{ decayBps: 99n }, "Decay", [99n, 100n, 9_000n]],
        [{ decayBps: 9_001n }, "Decay", [9_001n, 100n, 9_000n]],
        [{ ratePerDay: 0n }, "Rate", [0n]],
        [{ licenceTerm: HOUR - 1n }, "Term", [HOUR - 1n, HOUR, tenYears]],
        [{ licenceTerm: tenYears + 1n }, "Term", [tenYears + 1n, HOUR, tenYears]],
        [{ grantTime: HOUR - 1n }, "GrantTime", [HOUR - 1n, HOUR, month]],
        [{ grantTime: month + 1n }, "GrantTime", [month + 1n, HOUR, month]],
        [{ potShareBps: 10_001n }, "PotShare", [10_001n, 10_000n]],
      ] as const;
      for (const [changes, bound, args] of cases) {
        await expect(set(changes))
          .to.be.revertedWithCustomError(the().market, `AccessMarketInvalid${bound}`)
          .withArgs(...args);
      }
      await expect(set({ host: ZeroAddress })).to.be.revertedWithCustomError(
        the().market,
        "AccessMarketHostMissing",
      );
    });

    it("reverts with OwnableUnauthorizedAccount given another caller", async () => {
      const { market, dao, host, stranger } = the();
      for (const account of [dao, host, stranger]) {
        await expect(market.connect(account).setTerms(termsOf(the())))
          .to.be.revertedWithCustomError(market, "OwnableUnauthorizedAccount")
          .withArgs(account.address);
      }
    });

    context("given a new initial price, decay or rate", () => {
      const changed = [
        { initialPrice: TERMS.initialPrice + 1n },
        { decayBps: 3_000n },
        { ratePerDay: 3n * 10n ** 18n },
      ];

      it("begins a new schedule", async () => {
        const { market, startedAt } = the();
        for (const [i, changes] of changed.entries()) {
          await buyAndGrant(the());
          const when = startedAt + DAY * BigInt(i + 1);
          await at(when);
          await expect(set(changes))
            .to.emit(market, "TermsSet")
            .withArgs(plainTerms(termsOf(the(), changes)), when);
          const { startedAt: begun, granted } = await market.sales();
          expect([begun, granted]).to.deep.equal([when, 0n]);
        }
      });

      it("counts pending purchases in it", async () => {
        const { market, host } = the();
        await buyAndGrant(the());
        await buy(the());
        await set({ initialPrice: 2n * TERMS.initialPrice });
        const { granted, pending } = await market.sales();
        expect([granted, pending]).to.deep.equal([0n, 1n]);
        // 138.84 × 0.69^(−2/2)
        expect(await market.price()).to.equal(201_217_392n);
        await market.connect(host).grant(2n, ENCRYPTED_KEY);
        expect((await market.sales()).granted).to.equal(1n);
      });
    });

    context("given other new terms", () => {
      it("goes on with the schedule", async () => {
        const { market, startedAt, stranger } = the();
        await buyAndGrant(the());
        for (const changes of [
          { reserve: 2n },
          { cap: 2n * TERMS.cap },
          { licenceTerm: DAY },
          { grantTime: HOUR },
          { potShareBps: 0n },
          { host: stranger.address },
        ]) {
          await set(changes);
          expect(await market.sales()).to.deep.equal([startedAt, 1n, 0n, 1n, 0n]);
        }
      });
    });

    context("given a purchase that is pending", () => {
      const changes = { licenceTerm: HOUR, grantTime: HOUR, potShareBps: 0n };

      it("keeps the purchase's deadline, term and share", async () => {
        const { market, startedAt, host, owner, dao } = the();
        await at(startedAt + 10n);
        await market.connect(the().buyer).buy(FIRST_PRICE, MaxUint256, PUBLIC_KEY);
        const { price, deadline } = await market.purchaseOf(FIRST);
        expect(deadline).to.equal(startedAt + 10n + DAY);
        await set(changes);
        await at(deadline);
        const moved = await claimsMoved(the(), [dao, owner], () =>
          market.connect(host).grant(FIRST, ENCRYPTED_KEY),
        );
        const toPot = (price * TERMS.potShareBps) / 10_000n;
        expect(moved).to.deep.equal([toPot, price - toPot]);
        const { expiresAt } = await market.purchaseOf(FIRST);
        expect(expiresAt).to.equal((await now()) + TERMS.licenceTerm);
      });

      it("lets the new host grant it, and the old one no more", async () => {
        const { market, host, stranger } = the();
        await buy(the());
        await set({ host: stranger.address });
        await expect(market.connect(host).grant(FIRST, ENCRYPTED_KEY))
          .to.be.revertedWithCustomError(market, "AccessMarketNotHost")
          .withArgs(host.address, stranger.address);
        await market.connect(stranger).grant(FIRST, ENCRYPTED_KEY);
        expect((await market.purchaseOf(FIRST)).status).to.equal(BigInt(Status.Granted));
      });
    });
  });

  describe("renounceOwnership", () => {
    it("reverts with AccessMarketOwnerNeeded", async () => {
      const { market, owner } = the();
      await expect(market.connect(owner).renounceOwnership()).to.be.revertedWithCustomError(
        market,
        "AccessMarketOwnerNeeded",
      );
    });
  });
});
