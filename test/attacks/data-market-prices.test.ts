import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256 } from "ethers";

import { at } from "../shared/jobs";
import {
  DAY,
  ENCRYPTED_KEY,
  FIRST,
  FIRST_PRICE,
  PUBLIC_KEY,
  TERMS,
  buy,
  claimsMoved,
  cloneMarket,
  termsOf,
  useAccess,
} from "../shared/accessMarket";
import type { Access } from "../shared/accessMarket";

/*
A price of access that somebody wants to move
├── wash buying
│  ├── that the host grants: is paid in full, and never moves a price above the cap
│  ├── that lapses: leaves the price as it would have been
│  └── a million sales ahead of the schedule: costs the cap, and makes nothing revert
├── many purchases in one block: each costs more than the one before
├── a purchase in front of a buyer's: the buyer pays at most its limit, or nothing
├── new terms in front of a buyer's purchase: the buyer pays at most its limit, or nothing
└── a donation of claims: changes no price, and nobody's refund
*/
describe("a price of access that somebody wants to move", () => {
  const the = useAccess();

  /** What the next purchase costs at `when`. */
  const priceAt = async ({ market }: Pick<Access, "market">, when: bigint): Promise<bigint> => {
    await time.increaseTo(when);
    return market.price();
  };

  context("wash buying", () => {
    it("that the host grants: is paid in full, and never moves a price above the cap", async () => {
      const { market, host, other, dao, owner } = the();
      const moved = await claimsMoved(the(), [other, dao, owner], async () => {
        for (let id = 1n; id <= 20n; id++) {
          await buy(the(), other);
          await market.connect(host).grant(id, ENCRYPTED_KEY);
          expect(await market.price()).to.be.at.most(TERMS.cap);
        }
      });
      expect(await market.price()).to.equal(TERMS.cap);
      expect(-moved[0]).to.equal(moved[1] + moved[2]);
      expect(-moved[0]).to.be.above(5n * TERMS.cap);
    });

    it("that lapses: leaves the price as it would have been", async () => {
      const { market, other, startedAt } = the();
      const untouched = await cloneMarket(the());
      const difference = (await untouched.sales()).startedAt - startedAt;
      for (let i = 0; i < 10; i++) await buy(the(), other);
      await time.increase(TERMS.grantTime + 1n);
      for (let id = 1n; id <= 10n; id++) await market.refund(id);
      const when = startedAt + 2n * DAY;
      const price = await priceAt(the(), when);
      expect(await priceAt({ market: untouched }, when + difference)).to.equal(price);
    });

    it("a million sales ahead of the schedule: costs the cap, and makes nothing revert", async () => {
      // a sale in 500,000 days: the first one is as far ahead as the millionth of the usual schedule
      const market = await cloneMarket(the(), { ratePerDay: (2n * 10n ** 18n) / 10n ** 6n });
      expect(await market.price()).to.equal(TERMS.cap);
      const { ledger, buyer, claimId } = the();
      await ledger.connect(buyer).approve(market, claimId, MaxUint256);
      await expect(buy({ market, buyer })).to.emit(market, "LicenceBought");
    });
  });

  it("many purchases in one block: each costs more than the one before", async () => {
    const { market, other } = the();
    await ethers.provider.send("evm_setAutomine", [false]);
    const sent = [];
    for (let i = 0; i < 5; i++) {
      sent.push(
        await market.connect(other).buy(MaxUint256, MaxUint256, PUBLIC_KEY, { gasLimit: 300_000n }),
      );
    }
    await ethers.provider.send("evm_mine", []);
    await ethers.provider.send("evm_setAutomine", [true]);
    const blocks = await Promise.all(sent.map(async (one) => (await one.wait())?.blockNumber));
    expect(new Set(blocks).size).to.equal(1);
    for (let id = 2n; id <= 5n; id++) {
      const { price } = await market.purchaseOf(id);
      expect(price).to.be.above((await market.purchaseOf(id - 1n)).price);
    }
  });

  it("a purchase in front of a buyer's: the buyer pays at most its limit, or nothing", async () => {
    const { market, buyer, other, startedAt } = the();
    const limit = await priceAt(the(), startedAt + 100n);
    await at(startedAt + 101n);
    await buy(the(), other);
    const price = await priceAt(the(), startedAt + 102n);
    const attempt = market.connect(buyer).buy.staticCall(limit, MaxUint256, PUBLIC_KEY);
    await expect(attempt)
      .to.be.revertedWithCustomError(market, "AccessMarketPriceTooHigh")
      .withArgs(price, limit);
  });

  it("new terms in front of a buyer's purchase: the buyer pays at most its limit, or nothing", async () => {
    const { market, buyer, owner } = the();
    const { cap } = TERMS;
    await market.connect(owner).setTerms(termsOf(the(), { reserve: cap, initialPrice: cap }));
    await expect(market.connect(buyer).buy(FIRST_PRICE, MaxUint256, PUBLIC_KEY))
      .to.be.revertedWithCustomError(market, "AccessMarketPriceTooHigh")
      .withArgs(cap, FIRST_PRICE);
  });

  it("a donation of claims: changes no price, and nobody's refund", async () => {
    const { market, ledger, other, buyer, claimId } = the();
    await buy(the());
    const { price, deadline } = await market.purchaseOf(FIRST);
    const before = await market.price();
    await ledger.connect(other).transfer(market, claimId, 12_345n);
    expect(await market.price()).to.be.at.most(before);
    await at(deadline + 1n);
    const moved = await claimsMoved(the(), [buyer], () => market.refund(FIRST));
    expect(moved).to.deep.equal([price]);
  });
});
