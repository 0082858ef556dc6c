import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { asAddress } from "../../../sdk/src/index";
import {
  DAY,
  OUTPUT_ROOT,
  PIECE,
  approveJob,
  at,
  deadlineOf,
  deliverJob,
  demandPiece,
  fill,
  freezeJob,
  jobNow,
  openDelivered,
  openFrozen,
  openJob,
  useMarket,
  windowEnd,
} from "../../shared/jobs";
import { askOf, bidOf, signBid } from "../../shared/market";

const BUDGET = 14n * DAY;
const REST = 76n * DAY;

/*
MarketTerms.pauseEntries
├── it reverts with AccessManagedUnauthorized for a caller without its role
├── it emits EntriesPaused and says until when and how much is left
├── it reverts with EntryPauseInvalidDuration for no time, or a second more than 14 days
├── it reverts with EntryPauseInvalidDuration for a second more than is left
├── it has 14 days again after 76 open days, and not a second earlier
├── given entries are paused
│  ├── it reverts with MarketTermsEntriesPaused in fill and fulfil up to the last second
│  ├── it lets fill pass from the second at which the pause ends
│  └── it stops nothing else (JE-15)

MarketTerms.unpauseEntries
├── it reverts with AccessManagedUnauthorized for a caller without its role
├── it reverts with EntryPauseNotPaused when there is no pause
└── it lets fill pass at once, emits EntriesUnpaused, and gives back the time that was not used
*/
describe("OrderBook", () => {
  const the = useMarket();
  const now = async () => BigInt(await time.latest());

  /** Pauses for `duration` and returns the second at which that ends. */
  async function pause(duration: bigint): Promise<bigint> {
    await the().book.pauseEntries(duration);
    return (await now()) + duration;
  }

  describe("pauseEntries", () => {
    it("reverts with AccessManagedUnauthorized for a caller without its role", async () => {
      const { book, stranger } = the();
      await expect(book.connect(stranger).pauseEntries(1n))
        .to.be.revertedWithCustomError(book, "AccessManagedUnauthorized")
        .withArgs(stranger.address);
    });

    it("emits EntriesPaused and says until when and how much is left", async () => {
      const { book } = the();
      expect(await book.entryPause()).to.deep.equal([0n, BUDGET]);
      const start = (await now()) + 100n;
      await at(start);
      await expect(book.pauseEntries(DAY))
        .to.emit(book, "EntriesPaused")
        .withArgs(start + DAY);
      // A pause that runs can be replaced, so what it has left counts as budget.
      expect(await book.entryPause()).to.deep.equal([start + DAY, BUDGET]);
      await time.increaseTo(start + DAY);
      expect(await book.entryPause()).to.deep.equal([start + DAY, BUDGET - DAY]);
    });

    it("reverts with EntryPauseInvalidDuration for no time, or a second more than 14 days", async () => {
      const { book } = the();
      for (const duration of [0n, BUDGET + 1n, 2n ** 256n - 1n]) {
        await expect(book.pauseEntries(duration))
          .to.be.revertedWithCustomError(book, "EntryPauseInvalidDuration")
          .withArgs(duration, BUDGET);
      }
      await pause(BUDGET);
    });

    it("reverts with EntryPauseInvalidDuration for a second more than is left", async () => {
      const { book } = the();
      await time.increaseTo(await pause(10n * DAY));
      await expect(book.pauseEntries(4n * DAY + 1n))
        .to.be.revertedWithCustomError(book, "EntryPauseInvalidDuration")
        .withArgs(4n * DAY + 1n, 4n * DAY);
      await pause(4n * DAY);
    });

    it("has 14 days again after 76 open days, and not a second earlier", async () => {
      const { book } = the();
      const end = await pause(BUDGET);
      await at(end + REST - 1n);
      await expect(book.pauseEntries(1n))
        .to.be.revertedWithCustomError(book, "EntryPauseInvalidDuration")
        .withArgs(1n, 0n);
      await at(end + REST);
      await book.pauseEntries(BUDGET);
    });

    context("given entries are paused", () => {
      it("reverts with MarketTermsEntriesPaused in fill and fulfil up to the last second", async () => {
        const { book, escrow, provider } = the();
        const until = await pause(1_000n);
        const bid = bidOf(the(), { nonce: 1n });
        const ask = askOf(the(), { worker: asAddress(provider.address) });
        const signature = await signBid(the(), bid);
        await expect(escrow.connect(provider).fulfil(ask, "0x", bid, signature, OUTPUT_ROOT, "0x"))
          .to.be.revertedWithCustomError(book, "MarketTermsEntriesPaused")
          .withArgs(until);
        await at(until - 1n);
        await expect(fill(the()))
          .to.be.revertedWithCustomError(book, "MarketTermsEntriesPaused")
          .withArgs(until);
        expect(await book.jobCount()).to.equal(0n);
      });

      it("lets fill pass from the second at which the pause ends", async () => {
        await at(await pause(1_000n));
        expect((await openJob(the())).id).to.equal(1n);
      });

      it("stops nothing else (JE-15)", async () => {
        const { book, escrow, client, provider, worker, verifier, delegate, stranger } = the();
        const open = async () => openJob(the());
        const [delivered, cancelled, handed, expired] = [
          await open(),
          await open(),
          await open(),
          await open(),
        ];
        const [frozen, slashed] = [await openFrozen(the()), await openFrozen(the())];
        const demanded = await demandPiece(the(), await openDelivered(the()));
        const approved = await openDelivered(the());
        await pause(BUDGET);

        await escrow.connect(client).cancel(cancelled.id, cancelled.job);
        await escrow.connect(worker).handBack(handed.id, handed.job);
        await escrow.connect(provider).replaceWorker(delivered.id, delivered.job, worker);
        let ref = await deliverJob(the(), await jobNow(the(), delivered.id));
        ref = await freezeJob(the(), ref);
        await escrow.connect(verifier).unfreeze(ref.id, ref.job);
        await escrow.connect(verifier).unfreeze(frozen.id, frozen.job);
        await escrow.connect(verifier).slash(slashed.id, slashed.job, 0n);
        await escrow.restoreHeldBond(slashed.id);
        await approveJob(the(), approved);
        ref = await jobNow(the(), ref.id);
        await escrow.connect(stranger).batch([]);
        await the().ledger.connect(provider).transfer(stranger, BigInt(the().tokenAddress), 1_000n);
        await the().ledger.connect(stranger).approve(escrow, BigInt(the().tokenAddress), 1_000n);
        await escrow.connect(stranger).demandOutput(ref.id, ref.job, PIECE);
        await book.connect(client).cancelNonces(0n, 1n);
        await book.connect(client).setDelegation(delegate, the().token, 1n, 1n, 1n);
        await at(deadlineOf(expired) + 1n);
        await escrow.connect(stranger).expire(expired.id, expired.job);
        await at(windowEnd(ref) + 21_601n);
        await escrow.connect(stranger).lapseDemand(demanded.id, demanded.job, 0n);
        for (const { id } of [demanded, approved, frozen]) {
          await escrow.connect(stranger).settle(id, (await jobNow(the(), id)).job);
        }
        const [until] = await book.entryPause();
        expect(until).to.be.greaterThan(await now());
      });
    });
  });

  describe("unpauseEntries", () => {
    it("reverts with AccessManagedUnauthorized for a caller without its role", async () => {
      const { book, stranger } = the();
      await pause(DAY);
      await expect(book.connect(stranger).unpauseEntries())
        .to.be.revertedWithCustomError(book, "AccessManagedUnauthorized")
        .withArgs(stranger.address);
    });

    it("reverts with EntryPauseNotPaused when there is no pause", async () => {
      const { book } = the();
      await expect(book.unpauseEntries())
        .to.be.revertedWithCustomError(book, "EntryPauseNotPaused")
        .withArgs(0n);
      const until = await pause(1_000n);
      await at(until);
      await expect(book.unpauseEntries())
        .to.be.revertedWithCustomError(book, "EntryPauseNotPaused")
        .withArgs(until);
    });

    it("lets fill pass at once, emits EntriesUnpaused, and gives back the time that was not used", async () => {
      const { book } = the();
      const until = await pause(BUDGET);
      const early = until - BUDGET + 5n * DAY;
      await at(early);
      await expect(book.unpauseEntries()).to.emit(book, "EntriesUnpaused").withArgs();
      expect(await book.entryPause()).to.deep.equal([early, 9n * DAY]);
      expect((await openJob(the())).id).to.equal(1n);
    });
  });
});
