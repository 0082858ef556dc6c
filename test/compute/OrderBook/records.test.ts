import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";

import type { Ask, Bid } from "../../../sdk/src/index";
import {
  at,
  deadlineOf,
  deliverJob,
  expectMoves,
  fill,
  jobNow,
  openDelivered,
  openJob,
  openedBy,
  useMarket,
  windowEnd,
} from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";
import { askOf, bidOf, signAsk, signBid } from "../../shared/market";

/*
OrderBook.open, when an order has a record
├── given an ask
│  ├── it fills it in part until its units are used up
│  ├── it reverts with OrdersUnitsExceeded one unit beyond them
│  ├── it counts orders under one nonce together
│  ├── it reverts with OrdersNonceUsed when it is cancelled, also half filled
│  └── it lets no asks but the cancelled one go
├── given the caller's own ask
│  └── it reverts with OrdersUnitsExceeded beyond its units, each time anew
├── given a bid
│  ├── it fills it once, and reverts with OrdersNonceUsed afterwards
│  ├── it keeps it used when its job ended
│  └── it reverts with OrdersNonceUsed when it is cancelled
├── given an ask and a bid of one maker under one nonce: it spends the ask with the bid
└── given an expiry
   ├── it fills at the last second
   └── it reverts with OrdersExpired one second later

Orders.cancelNonces
├── it sets the bits and emits NoncesCancelled
├── it clears none, given other masks or the same again
└── it reaches the last nonce

OrderBook.giveBack
├── it reverts with OrderBookNotEscrow for anyone but the escrow
├── it lets an ask sell again what was dropped, cancelled, handed back or expired
├── it keeps what was delivered sold
└── it keeps a cancelled ask cancelled
*/
describe("OrderBook", () => {
  describe("open, when an order has a record", () => {
    const the = useMarket();
    const sell = (nonce: bigint, units: bigint, ask: Partial<Ask> = {}) =>
      fill(the(), { ask: { nonce, ...ask }, bid: { units } });
    const buy = (nonce: bigint, bid: Partial<Bid> = {}) =>
      fill(the(), { by: "provider", bid: { nonce, ...bid } });

    context("given an ask", () => {
      it("fills it in part until its units are used up", async () => {
        const { book, provider } = the();
        await sell(9n, 600n);
        expect(await book.filledUnits(provider, 9n)).to.equal(600n);
        await sell(9n, 400n);
        expect(await book.filledUnits(provider, 9n)).to.equal(1_000n);
        expect(await book.nonceBitmap(provider, 0n)).to.equal(0n);
      });

      it("reverts with OrdersUnitsExceeded one unit beyond them", async () => {
        const { book, provider } = the();
        await expect(sell(9n, 1_001n))
          .to.be.revertedWithCustomError(book, "OrdersUnitsExceeded")
          .withArgs(provider.address, 9n, 1_001n, 1_000n);
        await sell(9n, 600n);
        await expect(sell(9n, 401n))
          .to.be.revertedWithCustomError(book, "OrdersUnitsExceeded")
          .withArgs(provider.address, 9n, 401n, 400n);
      });

      it("counts orders under one nonce together", async () => {
        const { book, provider } = the();
        await sell(9n, 10n);
        await expect(sell(9n, 1n, { maxUnits: 9n, unitPrice: 1n }))
          .to.be.revertedWithCustomError(book, "OrdersUnitsExceeded")
          .withArgs(provider.address, 9n, 1n, 0n);
        await sell(9n, 1n, { maxUnits: 11n, unitPrice: 1n });
        expect(await book.filledUnits(provider, 9n)).to.equal(11n);
      });

      it("reverts with OrdersNonceUsed when it is cancelled, also half filled", async () => {
        const { book, provider } = the();
        await sell(9n, 10n);
        await book.connect(provider).cancelNonces(0n, (1n << 9n) | (1n << 10n));
        for (const nonce of [9n, 10n]) {
          await expect(sell(nonce, 1n))
            .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
            .withArgs(provider.address, nonce);
        }
      });

      it("lets no asks but the cancelled one go", async () => {
        const { book, provider, client } = the();
        await book.connect(provider).cancelNonces(1n, 1n);
        await book.connect(client).cancelNonces(0n, MaxUint256);
        for (const nonce of [255n, 257n]) await sell(nonce, 1n);
        await expect(sell(256n, 1n))
          .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
          .withArgs(provider.address, 256n);
      });
    });

    context("given the caller's own ask", () => {
      it("reverts with OrdersUnitsExceeded beyond its units, each time anew", async () => {
        const { book, provider } = the();
        const ask = { maxUnits: 4n };
        for (const nonce of [1n, 2n]) await fill(the(), { by: "provider", ask, bid: { nonce } });
        await expect(fill(the(), { by: "provider", ask, bid: { nonce: 3n, units: 5n } }))
          .to.be.revertedWithCustomError(book, "OrdersUnitsExceeded")
          .withArgs(provider.address, 0n, 5n, 4n);
      });
    });

    context("given a bid", () => {
      it("fills it once, and reverts with OrdersNonceUsed afterwards", async () => {
        const { book, client } = the();
        await buy(700n);
        expect(await book.nonceBitmap(client, 2n)).to.equal(1n << 188n);
        await expect(buy(700n))
          .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
          .withArgs(client.address, 700n);
        await buy(701n);
      });

      it("keeps it used when its job ended", async () => {
        const { escrow, book, client } = the();
        const { id, job } = await openedBy(the(), await buy(700n));
        await escrow.connect(client).cancel(id, job);
        await expect(buy(700n))
          .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
          .withArgs(client.address, 700n);
      });

      it("reverts with OrdersNonceUsed when it is cancelled", async () => {
        const { book, client } = the();
        await book.connect(client).cancelNonces(2n, 1n << 188n);
        await expect(buy(700n))
          .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
          .withArgs(client.address, 700n);
      });
    });

    context("given an ask and a bid of one maker under one nonce", () => {
      it("spends the ask with the bid", async () => {
        const { escrow, book, provider, client } = the();
        const [from, to] = [client.address, provider.address] as `0x${string}`[];
        const ask = askOf(the(), { provider: from, gpuId: 0n });
        const bid = bidOf(the(), { client: to, nonce: 3n });
        const signature = await signBid(the(), bid, provider);
        await escrow.connect(client).fill(ask, "0x", bid, signature);
        await expect(sell(3n, 1n))
          .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
          .withArgs(provider.address, 3n);
      });
    });

    context("given an expiry", () => {
      const SIDES = [
        ["ask", "provider"],
        ["bid", "client"],
      ] as const;

      it("fills at the last second", async () => {
        for (const [side] of SIDES) {
          const expiry = BigInt(await time.latest()) + 1_000n;
          await at(expiry - 1n);
          await fill(the(), { by: "matcher", [side]: { expiry } });
          await at(expiry);
          await fill(the(), { by: "matcher", [side]: { expiry } });
        }
      });

      it("reverts with OrdersExpired one second later", async () => {
        for (const [side, maker] of SIDES) {
          const expiry = BigInt(await time.latest()) + 1_000n;
          const signed = { by: "matcher", [side]: { expiry, nonce: 5n } } as const;
          await at(expiry + 1n);
          await expect(fill(the(), signed))
            .to.be.revertedWithCustomError(the().book, "OrdersExpired")
            .withArgs(the()[maker].address, 5n, expiry);
        }
      });
    });
  });

  describe("cancelNonces", () => {
    const the = useMarket();

    it("sets the bits and emits NoncesCancelled", async () => {
      const { book, stranger } = the();
      await expect(book.connect(stranger).cancelNonces(7n, 0b1011n))
        .to.emit(book, "NoncesCancelled")
        .withArgs(stranger.address, 7n, 0b1011n);
      expect(await book.nonceBitmap(stranger, 7n)).to.equal(0b1011n);
      expect(await book.nonceBitmap(stranger, 6n)).to.equal(0n);
    });

    it("clears none, given other masks or the same again", async () => {
      const { book, stranger } = the();
      for (const mask of [0b0011n, 0b0011n, 0b0100n, 0n]) {
        await book.connect(stranger).cancelNonces(0n, mask);
      }
      expect(await book.nonceBitmap(stranger, 0n)).to.equal(0b0111n);
    });

    it("reaches the last nonce", async () => {
      const { book, client } = the();
      const nonce = 2n ** 64n - 1n;
      await book.connect(client).cancelNonces(2n ** 56n - 1n, 1n << 255n);
      await expect(fill(the(), { by: "provider", bid: { nonce } }))
        .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
        .withArgs(client.address, nonce);
    });
  });

  describe("giveBack", () => {
    const the = useMarket();
    const NONCE = 9n;
    const open = (ask: Partial<Ask> = {}): Promise<JobRef> =>
      openJob(the(), { ask: { nonce: NONCE, maxUnits: 4n, ...ask } });
    const filled = () => the().book.filledUnits(the().provider, NONCE);

    it("reverts with OrderBookNotEscrow for anyone but the escrow", async () => {
      const { book, admin, provider, delegate, token } = the();
      for (const caller of [admin, provider]) {
        await expect(book.connect(caller).giveBack(provider, NONCE, 1n, delegate, token, 1n))
          .to.be.revertedWithCustomError(book, "OrderBookNotEscrow")
          .withArgs(caller.address);
        const ask = askOf(the(), { nonce: 1n });
        const call = book.connect(caller).open(ask, await signAsk(the(), ask), bidOf(the()), "0x");
        await expect(call)
          .to.be.revertedWithCustomError(book, "OrderBookNotEscrow")
          .withArgs(caller.address);
      }
    });

    it("lets an ask sell again what was dropped, cancelled, handed back or expired", async () => {
      const { escrow, client, worker } = the();
      const cancelled = await open();
      expect(await filled()).to.equal(4n);
      await escrow.connect(client).cancel(cancelled.id, cancelled.job);
      expect(await filled()).to.equal(0n);

      const handed = await open();
      await escrow.connect(worker).handBack(handed.id, handed.job);
      expect(await filled()).to.equal(0n);

      const expired = await open();
      await at(deadlineOf(expired) + 1n);
      await escrow.expire(expired.id, expired.job);
      expect(await filled()).to.equal(0n);

      await deliverJob(the(), await open(), { units: 1n });
      expect(await filled()).to.equal(1n);
      await fill(the(), { ask: { nonce: NONCE, maxUnits: 4n }, bid: { units: 3n } });
      expect(await filled()).to.equal(4n);
    });

    it("keeps what was delivered sold", async () => {
      const { escrow } = the();
      const delivered = await openDelivered(the(), { ask: { nonce: NONCE } });
      await at(windowEnd(delivered) + 1n);
      await expectMoves(the(), () => escrow.settle(delivered.id, delivered.job), {
        escrow: -140_000n,
        provider: 139_000n,
        treasury: 1_000n,
      });
      expect(await filled()).to.equal(4n);
    });

    it("keeps a cancelled ask cancelled", async () => {
      const { escrow, book, provider, worker } = the();
      const { id, job } = await open();
      await book.connect(provider).cancelNonces(0n, 1n << NONCE);
      await escrow.connect(worker).handBack(id, job);
      await expect(open())
        .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
        .withArgs(provider.address, NONCE);
      await expect(jobNow(the(), id)).to.be.rejectedWith(`job ${id} is not live`);
    });
  });
});
