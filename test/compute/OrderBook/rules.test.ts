import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { TermsClass, asAddress } from "../../../sdk/src/index";
import type { Ask, Bid } from "../../../sdk/src/index";
import { DAY, WINDOWS, bondOf, fill, openJob, priceOf, useMarket } from "../../shared/jobs";
import { PLAIN_TERMS, VERIFIER_TERMS, modelIdOf, plainOf } from "../../shared/market";

const MACS_PER_SECOND = 200_000_000n;
const TRACE_BYTES_PER_SECOND = 20_000_000n;
const CLASSES = [TermsClass.Fast, TermsClass.Standard, TermsClass.High] as const;

/*
OrderBook.open, given the job names a verifier
├── it reverts with MarketTermsNotListed when the verifier is not listed for the token, or no more
├── when the bond is the least multiple of the price
│  ├── it opens the job
│  └── it reverts with OrderBookBondTooLow one unit below, the multiple rounded up
├── when the bond is the floor of its class
│  ├── it opens the job
│  └── it reverts with OrderBookBondTooLow one unit below
├── it keeps the longest game of the class, whatever the terms become
├── when the class is fast
│  ├── it opens the job at the highest price
│  └── it reverts with OrderBookFastPriceTooHigh one unit above
├── it opens a job of another class at any price
├── when a slow checker needs the whole window
│  ├── it opens the job
│  └── it reverts with OrderBookClassTooShort for one MAC or one trace byte more
├── it adds up the time for work and the time for the trace, each rounded up
├── it counts at most 64 units
└── it counts all units of a chained job

OrderBook.open, given the job names no verifier
├── it reverts with MarketTermsNotListed when such jobs are not listed for the token
├── it opens the job with a bond of the price, whatever multiple and floors its terms have
├── it reverts with OrderBookBondTooLow one unit below the price
└── it opens a job of any class with any work at any price
*/
describe("OrderBook", () => {
  const the = useMarket();

  /** Opens a job of one unit with this price and bond, in this class. */
  const offer = (unitPrice: bigint, unitBond: bigint, termsClass: TermsClass = 1n, rest = {}) =>
    fill(the(), {
      ask: { unitPrice, unitBond, termsClass, maxUnits: 2n ** 64n - 1n, ...rest },
      bid: { maxUnitPrice: unitPrice, minUnitBond: 0n, termsClass, units: 1n, ...rest },
    });

  /** Opens a job of a model with this work and trace a unit. */
  const run = (work: bigint, trace: bigint, order: Partial<Ask> | Partial<Bid> = {}) =>
    offer(1n, 4_000n, (order.termsClass ?? 1n) as TermsClass, {
      modelId: modelIdOf(work, trace),
      ...order,
    });

  describe("open, given the job names a verifier", () => {
    it("reverts with MarketTermsNotListed when the verifier is not listed for the token, or no more", async () => {
      const { book, token, tokenAddress, verifier, stranger } = the();
      const unknown = { verifier: asAddress(stranger.address) };
      await expect(fill(the(), { ask: unknown, bid: unknown }))
        .to.be.revertedWithCustomError(book, "MarketTermsNotListed")
        .withArgs(tokenAddress, stranger.address);
      await book.setVerifierTerms(token, verifier, { ...VERIFIER_TERMS, listed: false });
      await expect(fill(the()))
        .to.be.revertedWithCustomError(book, "MarketTermsNotListed")
        .withArgs(tokenAddress, verifier.address);
    });

    context("when the bond is the least multiple of the price", () => {
      it("opens the job", async () => {
        await offer(10_000n, 20_000n);
      });

      it("reverts with OrderBookBondTooLow one unit below, the multiple rounded up", async () => {
        const { book, token, verifier } = the();
        await expect(offer(10_000n, 19_999n))
          .to.be.revertedWithCustomError(book, "OrderBookBondTooLow")
          .withArgs(19_999n, 20_000n);
        await book.setVerifierTerms(token, verifier, {
          ...VERIFIER_TERMS,
          bondMultipleBps: 10_001n,
        });
        await expect(offer(9_999n, 9_999n))
          .to.be.revertedWithCustomError(book, "OrderBookBondTooLow")
          .withArgs(9_999n, 10_000n);
        await offer(9_999n, 10_000n);
      });
    });

    context("when the bond is the floor of its class", () => {
      const floors = [16n, 24n, 32n];

      it("opens the job", async () => {
        for (const termsClass of CLASSES) await offer(1n, floors[Number(termsClass)], termsClass);
      });

      it("reverts with OrderBookBondTooLow one unit below", async () => {
        for (const termsClass of CLASSES) {
          const floor = floors[Number(termsClass)];
          await expect(offer(1n, floor - 1n, termsClass))
            .to.be.revertedWithCustomError(the().book, "OrderBookBondTooLow")
            .withArgs(floor - 1n, floor);
        }
      });
    });

    it("keeps the longest game of the class, whatever the terms become", async () => {
      const { book, escrow, token, verifier } = the();
      const { longestGameFast, longestGameStandard, longestGameHigh } = VERIFIER_TERMS;
      const games = [longestGameFast, longestGameStandard, longestGameHigh];
      for (const termsClass of CLASSES) {
        const ref = await openJob(the(), { ask: { termsClass }, bid: { termsClass } });
        expect(ref.job.longestGame).to.equal(games[Number(termsClass)]);
        await book.setVerifierTerms(token, verifier, PLAIN_TERMS);
        expect(await escrow.isCurrent(ref.id, ref.job)).to.equal(true);
        await book.setVerifierTerms(token, verifier, VERIFIER_TERMS);
      }
    });

    context("when the class is fast", () => {
      const cap = 8_000_000n;

      it("opens the job at the highest price", async () => {
        await offer(cap, 2n * cap, TermsClass.Fast);
      });

      it("reverts with OrderBookFastPriceTooHigh one unit above", async () => {
        await expect(offer(cap + 1n, 3n * cap, TermsClass.Fast))
          .to.be.revertedWithCustomError(the().book, "OrderBookFastPriceTooHigh")
          .withArgs(cap + 1n, cap);
      });
    });

    it("opens a job of another class at any price", async () => {
      for (const termsClass of [TermsClass.Standard, TermsClass.High]) {
        await offer(10n ** 12n, 2n * 10n ** 12n, termsClass);
      }
    });

    context("when a slow checker needs the whole window", () => {
      it("opens the job", async () => {
        for (const termsClass of CLASSES) {
          const quarter = WINDOWS[Number(termsClass)] / 4n;
          await run(quarter * MACS_PER_SECOND, 0n, { termsClass, units: 4n });
          await run(0n, quarter * TRACE_BYTES_PER_SECOND, { termsClass, units: 4n });
        }
      });

      it("reverts with OrderBookClassTooShort for one MAC or one trace byte more", async () => {
        const { book } = the();
        for (const termsClass of CLASSES) {
          const window = WINDOWS[Number(termsClass)];
          const full = [(window * MACS_PER_SECOND) / 4n, (window * TRACE_BYTES_PER_SECOND) / 4n];
          for (const [work, trace] of [
            [full[0] + 1n, 0n],
            [full[0], 1n],
            [0n, full[1] + 1n],
          ]) {
            await expect(run(work, trace, { termsClass, units: 4n }))
              .to.be.revertedWithCustomError(book, "OrderBookClassTooShort")
              .withArgs(window + 1n, window);
          }
        }
      });
    });

    it("adds up the time for work and the time for the trace, each rounded up", async () => {
      const { book } = the();
      const window = WINDOWS[1];
      await run((window - 2n) * MACS_PER_SECOND + 1n, 1n);
      await expect(run((window - 2n) * MACS_PER_SECOND + 1n, TRACE_BYTES_PER_SECOND + 1n))
        .to.be.revertedWithCustomError(book, "OrderBookClassTooShort")
        .withArgs(window + 1n, window);
    });

    it("counts at most 64 units", async () => {
      const { book } = the();
      const work = (WINDOWS[1] * MACS_PER_SECOND) / 64n;
      await run(work, 0n, { units: 64n });
      await run(work, 0n, { units: 65n });
      await run(work, 0n, { units: 10n ** 9n });
      await expect(run(work + 1n, 0n, { units: 10n ** 9n }))
        .to.be.revertedWithCustomError(book, "OrderBookClassTooShort")
        .withArgs(WINDOWS[1] + 1n, WINDOWS[1]);
    });

    it("counts all units of a chained job", async () => {
      const { book } = the();
      const work = (WINDOWS[1] * MACS_PER_SECOND) / 100n;
      await run(work, 0n, { units: 100n, chained: true });
      await expect(run(work, 0n, { units: 101n, chained: true }))
        .to.be.revertedWithCustomError(book, "OrderBookClassTooShort")
        .withArgs((101n * WINDOWS[1] + 99n) / 100n, WINDOWS[1]);
      const most = 2n ** 64n - 1n;
      await expect(run(2n ** 56n - 1n, 2n ** 40n - 1n, { units: most, chained: true }))
        .to.be.revertedWithCustomError(book, "OrderBookClassTooShort")
        .withArgs(
          ((2n ** 56n - 1n) * most - 1n) / MACS_PER_SECOND +
            1n +
            ((2n ** 40n - 1n) * most - 1n) / TRACE_BYTES_PER_SECOND +
            1n,
          WINDOWS[1],
        );
    });
  });

  describe("open, given the job names no verifier", () => {
    const plain = (): Partial<Bid> & Partial<Ask> => plainOf(the());

    it("reverts with MarketTermsNotListed when such jobs are not listed for the token", async () => {
      const { book, token, tokenAddress } = the();
      await book.setVerifierTerms(token, ZeroAddress, { ...PLAIN_TERMS, listed: false });
      await expect(fill(the(), { ask: plain(), bid: plain() }))
        .to.be.revertedWithCustomError(book, "MarketTermsNotListed")
        .withArgs(tokenAddress, ZeroAddress);
    });

    it("opens the job with a bond of the price, whatever multiple and floors its terms have", async () => {
      const { book, token } = the();
      await book.setVerifierTerms(token, ZeroAddress, VERIFIER_TERMS);
      await offer(10n, 10n, TermsClass.Standard, plain());
    });

    it("reverts with OrderBookBondTooLow one unit below the price", async () => {
      await expect(offer(10_000n, 9_999n, TermsClass.Standard, plain()))
        .to.be.revertedWithCustomError(the().book, "OrderBookBondTooLow")
        .withArgs(9_999n, 10_000n);
    });

    it("opens a job of any class with any work at any price", async () => {
      const modelId = modelIdOf(2n ** 56n - 1n, 2n ** 40n - 1n);
      for (const termsClass of CLASSES) {
        const terms = { termsClass, modelId, ...plain() };
        const ref = await openJob(the(), {
          ask: { ...terms, unitPrice: 10n ** 12n, unitBond: 10n ** 12n, turnaround: DAY },
          bid: { ...terms, maxUnitPrice: 10n ** 12n, minUnitBond: 0n, maxTurnaround: DAY },
        });
        expect(priceOf(ref)).to.equal(bondOf(ref));
      }
    });
  });
});
