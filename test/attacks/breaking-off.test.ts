import { expect } from "chai";

import { asAddress } from "../../sdk/src/index";
import {
  OUTPUT_ROOT,
  at,
  bondOf,
  deadlineOf,
  expectMoves,
  jobNow,
  openJob,
  openedBy,
  priceOf,
  useMarket,
  windowEnd,
} from "../shared/jobs";
import { askOf, bidOf, fund, signAsk, signBid } from "../shared/market";
import type { JobRef, Party } from "../shared/jobs";

const ROUNDS = 3n;

/*
Breaking jobs off to gain by it
├── a client that buys an ask out and cancels, again and again
│  └── pays the provider each time, and the ask is whole again
├── a provider that takes a bid to kill it
│  ├── pays a hundredth of its price to the client, given it hands back at once
│  ├── pays a hundredth of what it leaves out, given it delivers one unit
│  ├── pays the whole price, given it hands back or drops at the last second
│  ├── pays the whole price, given it stays silent
│  ├── pays its gas alone, given its ask is for nothing
│  └── does nothing to a bid that names another provider
├── a client and a provider that are one person
│  └── pay the fee on whatever they move, however their job ends
└── a thief of the worker's key
   ├── costs the provider the share for breaking off, and gets nothing
   └── loses the key's power once the provider replaces it
*/
describe("breaking jobs off to gain by it", () => {
  const the = useMarket();

  context("a client that buys an ask out and cancels, again and again", () => {
    it("pays the provider each time, and the ask is whole again", async () => {
      const { escrow, book, client, provider } = the();
      const ask = askOf(the(), { nonce: 1n, maxUnits: 4n, cancelShareBps: 0n });
      const signature = await signAsk(the(), ask);
      const buyOut = () => escrow.connect(client).fill(ask, signature, bidOf(the()), "0x");
      const attack = async () => {
        for (let round = 0n; round < ROUNDS; round++) {
          const { id, job } = await openedBy(the(), await buyOut());
          await expect(buyOut())
            .to.be.revertedWithCustomError(book, "OrdersUnitsExceeded")
            .withArgs(provider.address, 1n, 4n, 0n);
          await escrow.connect(client).cancel(id, job);
        }
      };
      // One hundredth of 40,000 units a round, of which 2.5 % are the fee.
      await expectMoves(the(), attack, {
        client: -400n * ROUNDS,
        provider: 390n * ROUNDS,
        treasury: 10n * ROUNDS,
      });
      expect(await book.filledUnits(provider, 1n)).to.equal(0n);
      await buyOut();
    });
  });

  context("a provider that takes a bid to kill it", () => {
    /** Kills a bid by `end`, expects what that moves in all, and the bid to be dead. */
    async function expectKill(
      end: (ref: JobRef) => Promise<unknown>,
      moves: Partial<Record<Party, bigint>>,
      changes = {},
    ): Promise<void> {
      const { escrow, book, client, provider, stranger } = the();
      await fund(the(), stranger);
      const bid = bidOf(the(), { nonce: 1n });
      const signature = await signBid(the(), bid);
      const attack = async () => {
        const ask = askOf(the(), changes);
        await end(
          await openedBy(the(), await escrow.connect(provider).fill(ask, "0x", bid, signature)),
        );
      };
      await expectMoves(the(), attack, moves);
      const rival = askOf(the(), { provider: asAddress(stranger.address), gpuId: 0n });
      await expect(escrow.connect(stranger).fill(rival, "0x", bid, signature))
        .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
        .withArgs(client.address, 1n);
    }

    const handBack = ({ id, job }: JobRef) => the().escrow.connect(the().worker).handBack(id, job);

    it("pays a hundredth of its price to the client, given it hands back at once", async () => {
      await expectKill(handBack, { client: 400n, provider: -400n });
    });

    it("pays a hundredth of what it leaves out, given it delivers one unit", async () => {
      const { escrow, worker } = the();
      const end = async ({ id, job }: JobRef) => {
        await escrow.connect(worker).deliver(id, job, OUTPUT_ROOT, 1n, "0x");
        const last = await jobNow(the(), id);
        await at(windowEnd(last) + 1n);
        await escrow.settle(id, last.job);
      };
      // One unit is sold for 10,000 with a fee of 250; three are dropped for 300.
      await expectKill(end, { client: -10_000n + 300n, provider: 9_750n - 300n, treasury: 250n });
    });

    it("pays the whole price, given it hands back or drops at the last second", async () => {
      const { escrow, worker } = the();
      const late = async (ref: JobRef) => {
        await at(deadlineOf(ref));
        await handBack(ref);
      };
      await expectKill(late, { client: 40_000n, provider: -40_000n });
      const ref = await openJob(the());
      await at(deadlineOf(ref));
      const drop = () => escrow.connect(worker).deliver(ref.id, ref.job, OUTPUT_ROOT, 1n, "0x");
      await expectMoves(the(), drop, {
        client: 60_000n,
        provider: 75_000n - 30_000n,
        escrow: -105_000n,
      });
    });

    it("pays the whole price, given it stays silent", async () => {
      const { escrow, stranger } = the();
      const silent = async (ref: JobRef) => {
        await at(deadlineOf(ref) + 1n);
        await escrow.connect(stranger).expire(ref.id, ref.job);
      };
      await expectKill(silent, { client: 40_000n, provider: -40_000n });
    });

    it("pays its gas alone, given its ask is for nothing", async () => {
      await expectKill(handBack, {}, { unitPrice: 0n });
    });

    it("does nothing to a bid that names another provider", async () => {
      const { escrow, book, client, provider, stranger } = the();
      await fund(the(), stranger);
      const bid = bidOf(the(), { nonce: 1n, provider: asAddress(provider.address) });
      const signature = await signBid(the(), bid);
      const attacker = asAddress(stranger.address);
      const ask = askOf(the(), { provider: attacker, gpuId: 0n, unitPrice: 0n });
      await expect(escrow.connect(stranger).fill(ask, "0x", bid, signature))
        .to.be.revertedWithCustomError(book, "OrderBookProviderMismatch")
        .withArgs(attacker, provider.address);
      expect(await book.nonceBitmap(client, 0n)).to.equal(0n);
    });
  });

  context("a client and a provider that are one person", () => {
    it("pay the fee on whatever they move, however their job ends", async () => {
      const { escrow, provider, worker } = the();
      const self = asAddress(provider.address);
      const open = async () => {
        const bid = bidOf(the(), { client: self });
        return openedBy(the(), await escrow.connect(provider).fill(askOf(the()), "0x", bid, "0x"));
      };
      const cancelled = await open();
      await expectMoves(the(), () => escrow.connect(provider).cancel(cancelled.id, cancelled.job), {
        provider: bondOf(cancelled) + 39_000n,
        treasury: 1_000n,
        escrow: -140_000n,
      });
      const handed = await open();
      await expectMoves(the(), () => escrow.connect(worker).handBack(handed.id, handed.job), {
        provider: priceOf(handed) + bondOf(handed),
        escrow: -140_000n,
      });
      const delivered = await open();
      await escrow.connect(worker).deliver(delivered.id, delivered.job, OUTPUT_ROOT, 4n, "0x");
      const last = await jobNow(the(), delivered.id);
      await at(windowEnd(last) + 1n);
      await expectMoves(the(), () => escrow.settle(last.id, last.job), {
        provider: bondOf(last) + 39_000n,
        treasury: 1_000n,
        escrow: -140_000n,
      });
    });
  });

  context("a thief of the worker's key", () => {
    it("costs the provider the share for breaking off, and gets nothing", async () => {
      const { escrow, worker } = the();
      const ref = await openJob(the());
      await at(ref.job.openedAt + ref.job.turnaround / 2n);
      await expectMoves(the(), () => escrow.connect(worker).handBack(ref.id, ref.job), {
        client: priceOf(ref) + priceOf(ref) / 2n,
        provider: bondOf(ref) - priceOf(ref) / 2n,
        escrow: -140_000n,
      });
    });

    it("loses the key's power once the provider replaces it", async () => {
      const { escrow, provider, worker, delegate } = the();
      const { id, job } = await openJob(the());
      await escrow.connect(provider).replaceWorker(id, job, delegate);
      const now = await jobNow(the(), id);
      for (const call of [
        () => escrow.connect(worker).handBack(id, now.job),
        () => escrow.connect(worker).deliver(id, now.job, OUTPUT_ROOT, 4n, "0x"),
        () => escrow.connect(worker).replaceWorker(id, now.job, worker),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(escrow, "JobsUnauthorized")
          .withArgs(id, worker.address);
      }
    });
  });
});
