import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { DAY } from "../../shared/accessMarket";

const ONE = 10n ** 18n;
const MAX_SALES = 2n ** 64n - 1n;
const MAX_SECONDS = 2n ** 40n - 1n;

/** 69.42 with 18 decimals on 2 sales a day, 31 % less for each day without one, and no bounds to speak of. */
const CURVE = {
  initialPrice: (6_942n * ONE) / 100n,
  reserve: 1n,
  cap: 2n ** 96n - 1n,
  ratePerDay: 2n * ONE,
};

/*
LinearVrgda
├── logDecay
│  └── it is ln(1 − k)
└── priceAt
   ├── it is what the design says, to a part in 10^9
   ├── it is rounded up
   ├── it is between reserve and cap
   │  ├── at the second 0, after 10 years, and after 10^6 sales
   │  └── at the largest times and numbers of sales, for the extremes of every curve
   └── when a computed price meets a bound
      ├── it is the cap from the price on that is above it
      └── it is the reserve from the price on that is below it
*/
describe("LinearVrgda", () => {
  const deploy = async () => {
    const harness = await ethers.deployContract("VrgdaHarness");
    const logDecay = await harness.logDecay(3_100n);
    return { harness, curve: { ...CURVE, logDecay } };
  };

  describe("logDecay", () => {
    it("is ln(1 − k)", async () => {
      const { harness } = await loadFixture(deploy);
      for (const bps of [1n, 100n, 3_100n, 9_000n, 9_999n]) {
        const logarithm = Number(await harness.logDecay(bps)) / 1e18;
        expect(logarithm).to.be.closeTo(Math.log(Number(10_000n - bps) / 10_000), 1e-14);
      }
    });
  });

  describe("priceAt", () => {
    it("is what the design says, to a part in 10^9", async () => {
      const { harness, curve } = await loadFixture(deploy);
      const cases = [
        [120n, 239n, 69_420_000_000n],
        [0n, 0n, 83_571_859_212n],
        [1n, 0n, 57_664_582_856n],
        [10n, 25n, 211_318_411_368n],
        [10n, 10n, 13_070_900_770n],
      ] as const;
      for (const [days, sold, expected] of cases) {
        const price = await harness.priceAt(curve, days * DAY, sold);
        // what the design says has 9 decimals, so half of the last one may be missing
        const difference = price - expected * 10n ** 9n;
        const allowed = price / 10n ** 9n + 10n ** 9n / 2n;
        expect(difference < 0n ? -difference : difference, `${days} ${sold}`).to.be.at.most(
          allowed,
        );
      }
    });

    it("is rounded up", async () => {
      const { harness, curve } = await loadFixture(deploy);
      const priceOf = (initialPrice: bigint) => harness.priceAt({ ...curve, initialPrice }, 0n, 0n);
      // 69.42 × 0.69^(−1/2) = 83.571859212
      expect(await priceOf(69_420_000n)).to.equal(83_571_860n);
      expect(await priceOf(1n)).to.equal(2n);
    });

    context("it is between reserve and cap", () => {
      it("at the second 0, after 10 years, and after 10^6 sales", async () => {
        const { harness, curve } = await loadFixture(deploy);
        const bounded = { ...curve, reserve: ONE, cap: 1_000n * ONE };
        const tenYears = 3_650n * DAY;
        const cases = [
          [0n, 0n, undefined],
          [0n, 10n ** 6n, bounded.cap],
          [tenYears, 0n, bounded.reserve],
          [tenYears, 10n ** 6n, bounded.cap],
          [500_000n * DAY, 10n ** 6n - 1n, bounded.initialPrice],
        ] as const;
        for (const [elapsed, sold, expected] of cases) {
          const price = await harness.priceAt(bounded, elapsed, sold);
          expect(price).to.equal(expected ?? (await harness.priceAt(curve, elapsed, sold)));
        }
      });

      it("at the largest times and numbers of sales, for the extremes of every curve", async () => {
        const { harness } = await loadFixture(deploy);
        const logDecays = await Promise.all([1n, 9_999n].map((bps) => harness.logDecay(bps)));
        const [most, times] = [2n ** 96n - 1n, [0n, MAX_SECONDS]];
        for (const logDecay of logDecays) {
          for (const [reserve, initialPrice, cap] of [
            [1n, 1n, most],
            [1n, most, most],
            [most, most, most],
          ]) {
            const prices = { reserve, initialPrice, cap, logDecay };
            const slow = { ...prices, ratePerDay: 1n };
            for (const elapsed of times) {
              // nothing is ever on a schedule of a sale in 10^18 days
              expect(await harness.priceAt(slow, elapsed, MAX_SALES)).to.equal(cap);
            }
            const fast = { ...prices, ratePerDay: most };
            expect(await harness.priceAt(fast, MAX_SECONDS, 0n)).to.be.within(reserve, cap);
            expect(await harness.priceAt(fast, 0n, MAX_SALES)).to.equal(cap);
          }
        }
      });
    });

    context("when a computed price meets a bound", () => {
      it("is the cap from the price on that is above it", async () => {
        const { harness, curve } = await loadFixture(deploy);
        const price = await harness.priceAt(curve, 0n, 5n);
        for (const [cap, expected] of [
          [price - 1n, price - 1n],
          [price, price],
          [price + 1n, price],
        ]) {
          expect(await harness.priceAt({ ...curve, cap }, 0n, 5n)).to.equal(expected);
        }
      });

      it("is the reserve from the price on that is below it", async () => {
        const { harness, curve } = await loadFixture(deploy);
        const price = await harness.priceAt(curve, 10n * DAY, 10n);
        for (const [reserve, expected] of [
          [price - 1n, price],
          [price, price],
          [price + 1n, price + 1n],
        ]) {
          expect(await harness.priceAt({ ...curve, reserve }, 10n * DAY, 10n)).to.equal(expected);
        }
      });
    });
  });
});
