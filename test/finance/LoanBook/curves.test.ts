import { expect } from "chai";
import { ethers } from "hardhat";

import { CLASS, CURVE, PERIOD, VALUE, YEAR, useLoans } from "../../shared/loans";

/*
LoanBook, depreciation
├── setCurve
│  ├── it replaces the points, and emits CurveSet
│  ├── it takes 16 points, and reverts with DepreciationCurvesTooLong given 17
│  ├── it reverts with DepreciationCurvesInvalidPoint given points that start late, go back, or rise
│  └── it reverts with AccessManagedUnauthorized given another caller
├── worthOf
│  ├── it is what the points say, and on straight lines between them, rounded down
│  ├── it is zero one second beyond the last point
│  └── it is zero without a curve
└── loan to value
   └── it peaks where the design says, for starts of 60, 70, 75 and 80 %
*/
describe("LoanBook", () => {
  const the = useLoans();
  const worth = (age: bigint, value = VALUE, hardwareClass = CLASS) =>
    the().loanBook.worthOf(hardwareClass, value, 1_000n, 1_000n + age);

  describe("setCurve", () => {
    it("replaces the points, and emits CurveSet", async () => {
      const { loanBook } = the();
      const points = [
        { age: 0n, bps: 9_000n },
        { age: 7n, bps: 9_000n },
      ];
      const plain = points.map(({ age, bps }) => [age, bps]);
      await expect(loanBook.setCurve(CLASS, points))
        .to.emit(loanBook, "CurveSet")
        .withArgs(CLASS, plain);
      expect(await loanBook.curveOf(CLASS)).to.deep.equal(plain);
    });

    it("takes 16 points, and reverts with DepreciationCurvesTooLong given 17", async () => {
      const { loanBook } = the();
      const points = Array.from({ length: 17 }, (_, i) => ({ age: BigInt(i), bps: 100n }));
      await loanBook.setCurve(CLASS, points.slice(0, 16));
      expect(await worth(15n, 10_000n)).to.equal(100n);
      await expect(loanBook.setCurve(CLASS, points))
        .to.be.revertedWithCustomError(loanBook, "DepreciationCurvesTooLong")
        .withArgs(17n, 16n);
    });

    it("reverts with DepreciationCurvesInvalidPoint given points that start late, go back, or rise", async () => {
      const { loanBook } = the();
      const first = { age: 0n, bps: 5_000n };
      const cases = [
        [[{ age: 1n, bps: 1n }], 0n],
        [[{ age: 0n, bps: 10_001n }], 0n],
        [[first, { age: 0n, bps: 4_000n }], 1n],
        [[first, { age: 9n, bps: 5_001n }], 1n],
        [[first, { age: 9n, bps: 1n }, { age: 8n, bps: 1n }], 2n],
      ] as const;
      for (const [points, index] of cases) {
        const { age, bps } = points[Number(index)];
        await expect(loanBook.setCurve(CLASS, [...points]))
          .to.be.revertedWithCustomError(loanBook, "DepreciationCurvesInvalidPoint")
          .withArgs(index, age, bps);
      }
    });

    it("reverts with AccessManagedUnauthorized given another caller", async () => {
      const { loanBook, stranger } = the();
      await expect(loanBook.connect(stranger).setCurve(CLASS, []))
        .to.be.revertedWithCustomError(loanBook, "AccessManagedUnauthorized")
        .withArgs(stranger.address);
    });
  });

  describe("worthOf", () => {
    it("is what the points say, and on straight lines between them, rounded down", async () => {
      for (const { age, bps } of CURVE) {
        expect(await worth(age)).to.equal((VALUE * bps) / 10_000n);
      }
      for (const [i, to] of CURVE.entries()) {
        if (i === 0) continue;
        const from = CURVE[i - 1];
        for (const age of [from.age + 1n, from.age + YEAR / 3n, to.age - 1n]) {
          const kept = from.bps * YEAR - (from.bps - to.bps) * (age - from.age);
          expect(await worth(age, 999_999_937n)).to.equal((999_999_937n * kept) / (10_000n * YEAR));
        }
      }
    });

    it("is zero one second beyond the last point", async () => {
      expect(await worth(3n * YEAR)).to.equal((VALUE * 3n) / 10n);
      expect(await worth(3n * YEAR + 1n)).to.equal(0n);
      await the().loanBook.setCurve(CLASS, [{ age: 0n, bps: 5_000n }]);
      expect([await worth(0n), await worth(1n)]).to.deep.equal([VALUE / 2n, 0n]);
    });

    it("is zero without a curve", async () => {
      expect(await worth(0n, VALUE, ethers.encodeBytes32String("A100"))).to.equal(0n);
    });
  });

  describe("loan to value", () => {
    it("peaks where the design says, for starts of 60, 70, 75 and 80 %", async () => {
      const harness = await ethers.deployContract("LoanHarness");
      const value = 10n ** 15n;
      const peaks: bigint[] = [];
      for (const start of [60n, 70n, 75n, 80n]) {
        let left = (value * start) / 100n;
        const payment = await harness.levelPayment(left, 1_000n, 36n);
        let peak = 0n;
        for (let month = 1n; month <= 36n; month++) {
          left = left + left / 120n - payment;
          const perMille = (left * 10_000n) / (await worth(month * PERIOD, value));
          if (perMille > peak) peak = perMille;
        }
        peaks.push((peak + 5n) / 10n);
      }
      expect(peaks).to.deep.equal([671n, 783n, 839n, 895n]);
    });
  });
});
