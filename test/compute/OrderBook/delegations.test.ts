import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { Filler } from "../../../sdk/src/index";
import type { Ask, Bid } from "../../../sdk/src/index";
import { at, deliverJob, freezeJob, openedBy, useMarket, windowEnd } from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";
import { askOf, bidOf, digestOf, signAsk, signBid } from "../../shared/market";

const [NONE, ASKS, BIDS, BOTH] = [0n, 1n, 2n, 3n];
const FOREVER = 2n ** 40n - 1n;
const MOST = 2n ** 104n - 1n;
const PRICE = 40_000n;
const BOND = 100_000n;

/*
Orders.setDelegation
├── it stores what the delegate may and emits DelegationSet
├── it reverts with OrdersInvalidSides when a side does not exist
└── it keeps what was pulled, given the delegation changed, ended or was renewed

OrderBook.open, when a delegate signed
├── it opens the job and counts the bond of an ask
├── it opens the job and counts the price of a bid
├── it reverts with OrdersNotDelegated given the delegation covers the other side
├── it reverts with OrdersInvalidSignature given it covers another token, or ended
├── given an expiry
│  ├── it opens the job at the last second
│  └── it reverts with OrdersNotDelegated one second later
└── given a cap
   ├── it opens the job up to the cap
   ├── it reverts with OrdersCapExceeded one unit beyond what is left
   └── it reverts with OrdersCapExceeded with nothing left when the cap is below what was pulled

OrderBook.open, when a delegate calls
├── it opens the job for its side, which need not be open to third parties
├── it reverts with OrdersInvalidNonce when the nonce is not zero
├── it reverts with OrdersNotDelegated for the other side
├── it reverts with OrdersUnsigned for another token
├── it reverts with OrdersNotDelegated one second after the expiry
└── it reverts with OrdersCapExceeded beyond the cap
*/
describe("OrderBook", () => {
  const the = useMarket();

  async function allow(maker: "client" | "provider", sides: bigint, cap = MOST, expiry = FOREVER) {
    const { book, delegate, token } = the();
    await book.connect(the()[maker]).setDelegation(delegate, token, sides, cap, expiry);
  }

  /** The client fills an ask that the delegate signed. */
  async function sell(nonce: bigint, changes: Partial<Ask> = {}, bid: Partial<Bid> = {}) {
    const { escrow, client, delegate } = the();
    const ask = askOf(the(), { nonce, open: false, ...changes });
    const signature = await signAsk(the(), ask, delegate);
    return escrow.connect(client).fill(ask, signature, bidOf(the(), { ...bid }), "0x");
  }

  /** The provider fills a bid that the delegate signed. */
  async function buy(nonce: bigint, changes: Partial<Bid> = {}) {
    const { escrow, provider, delegate } = the();
    const bid = bidOf(the(), { nonce, open: false, ...changes });
    const signature = await signBid(the(), bid, delegate);
    return escrow.connect(provider).fill(askOf(the()), "0x", bid, signature);
  }

  const pulledFor = async (maker: "client" | "provider") => {
    const { book, delegate, token } = the();
    return (await book.delegation(the()[maker], delegate, token)).pulled;
  };

  describe("setDelegation", () => {
    it("stores what the delegate may and emits DelegationSet", async () => {
      const { book, provider, delegate, token, tokenAddress } = the();
      await expect(book.connect(provider).setDelegation(delegate, token, BOTH, MOST, 77n))
        .to.emit(book, "DelegationSet")
        .withArgs(provider.address, delegate.address, tokenAddress, BOTH, MOST, 77n);
      expect(await book.delegation(provider, delegate, token)).to.deep.equal([BOTH, 77n, MOST, 0n]);
      expect(await book.delegation(delegate, provider, token)).to.deep.equal([0n, 0n, 0n, 0n]);
    });

    it("reverts with OrdersInvalidSides when a side does not exist", async () => {
      const { book, provider, delegate, token } = the();
      for (const sides of [5n, 6n, 255n]) {
        await expect(book.connect(provider).setDelegation(delegate, token, sides, MOST, FOREVER))
          .to.be.revertedWithCustomError(book, "OrdersInvalidSides")
          .withArgs(sides);
      }
    });

    it("keeps what was pulled, given the delegation changed, ended or was renewed", async () => {
      await allow("provider", ASKS);
      await sell(1n);
      for (const sides of [BOTH, NONE, ASKS]) {
        await allow("provider", sides, 5n, 6n);
        expect(await pulledFor("provider")).to.equal(BOND);
      }
    });
  });

  describe("open, when a delegate signed", () => {
    it("opens the job and counts the bond of an ask", async () => {
      await allow("provider", ASKS);
      const { job } = await openedBy(the(), await sell(1n));
      expect(job.askDelegate).to.equal(the().delegate.address);
      expect(job.filler).to.equal(Filler.Client);
      expect(await pulledFor("provider")).to.equal(BOND);
      await sell(1n);
      expect(await pulledFor("provider")).to.equal(2n * BOND);
    });

    it("opens the job and counts the price of a bid", async () => {
      await allow("client", BIDS);
      const { job } = await openedBy(the(), await buy(1n));
      expect(job.filler).to.equal(Filler.Provider);
      expect(await pulledFor("client")).to.equal(PRICE);
      await buy(2n);
      expect(await pulledFor("client")).to.equal(2n * PRICE);
    });

    it("reverts with OrdersNotDelegated given the delegation covers the other side", async () => {
      const { book, client, provider, delegate, tokenAddress } = the();
      await allow("provider", BIDS);
      await allow("client", ASKS);
      await expect(sell(1n))
        .to.be.revertedWithCustomError(book, "OrdersNotDelegated")
        .withArgs(provider.address, delegate.address, tokenAddress, ASKS);
      await expect(buy(1n))
        .to.be.revertedWithCustomError(book, "OrdersNotDelegated")
        .withArgs(client.address, delegate.address, tokenAddress, BIDS);
    });

    it("reverts with OrdersInvalidSignature given it covers another token, or ended", async () => {
      const { book, provider, delegate, ledger } = the();
      const digest = await digestOf(the(), askOf(the(), { nonce: 1n, open: false }));
      await book.connect(provider).setDelegation(delegate, ledger, ASKS, MOST, FOREVER);
      await expect(sell(1n))
        .to.be.revertedWithCustomError(book, "OrdersInvalidSignature")
        .withArgs(provider.address, digest);
      await allow("provider", ASKS);
      await sell(1n);
      await allow("provider", NONE);
      await expect(sell(1n))
        .to.be.revertedWithCustomError(book, "OrdersInvalidSignature")
        .withArgs(provider.address, digest);
    });

    context("given an expiry", () => {
      it("opens the job at the last second", async () => {
        const expiry = BigInt(await time.latest()) + 1_000n;
        await allow("provider", ASKS, MOST, expiry);
        await at(expiry - 1n);
        await sell(1n);
        await at(expiry);
        await sell(1n);
      });

      it("reverts with OrdersNotDelegated one second later", async () => {
        const { book, provider, delegate, tokenAddress } = the();
        const expiry = BigInt(await time.latest()) + 1_000n;
        await allow("provider", ASKS, MOST, expiry);
        await at(expiry + 1n);
        await expect(sell(1n))
          .to.be.revertedWithCustomError(book, "OrdersNotDelegated")
          .withArgs(provider.address, delegate.address, tokenAddress, ASKS);
      });
    });

    context("given a cap", () => {
      it("opens the job up to the cap", async () => {
        await allow("provider", ASKS, 2n * BOND);
        await allow("client", BIDS, PRICE);
        await sell(1n);
        await sell(1n);
        await buy(1n);
      });

      it("reverts with OrdersCapExceeded one unit beyond what is left", async () => {
        const { book, client, provider, delegate, tokenAddress } = the();
        await allow("provider", ASKS, 2n * BOND - 1n);
        await allow("client", BIDS, PRICE - 1n);
        await sell(1n);
        await expect(sell(1n))
          .to.be.revertedWithCustomError(book, "OrdersCapExceeded")
          .withArgs(provider.address, delegate.address, tokenAddress, BOND, BOND - 1n);
        await expect(buy(1n))
          .to.be.revertedWithCustomError(book, "OrdersCapExceeded")
          .withArgs(client.address, delegate.address, tokenAddress, PRICE, PRICE - 1n);
      });

      it("reverts with OrdersCapExceeded with nothing left when the cap is below what was pulled", async () => {
        const { book, provider, delegate, tokenAddress } = the();
        await allow("provider", ASKS);
        await sell(1n);
        await allow("provider", ASKS, BOND - 1n);
        await expect(sell(1n))
          .to.be.revertedWithCustomError(book, "OrdersCapExceeded")
          .withArgs(provider.address, delegate.address, tokenAddress, BOND, 0n);
      });
    });
  });

  describe("open, when a delegate calls", () => {
    /** The delegate fills with its own ask for the provider. */
    async function sellNow(changes: Partial<Ask> = {}) {
      const { escrow, book, delegate } = the();
      const bid = bidOf(the(), { nonce: 1n + (await book.jobCount()), open: false });
      const ask = askOf(the(), { open: false, ...changes });
      return escrow.connect(delegate).fill(ask, "0x", bid, await signBid(the(), bid));
    }

    /** The delegate fills with its own bid for the client. */
    async function buyNow(changes: Partial<Bid> = {}) {
      const { escrow, delegate } = the();
      const ask = askOf(the(), { nonce: 1n, open: false });
      const bid = bidOf(the(), { open: false, ...changes });
      return escrow.connect(delegate).fill(ask, await signAsk(the(), ask), bid, "0x");
    }

    it("opens the job for its side, which need not be open to third parties", async () => {
      await allow("provider", ASKS, BOND);
      await allow("client", BIDS, PRICE);
      const sold = await openedBy(the(), await sellNow());
      expect(sold.job.filler).to.equal(Filler.Provider);
      expect(sold.job.askDelegate).to.equal(the().delegate.address);
      expect(await pulledFor("provider")).to.equal(BOND);
      const bought = await openedBy(the(), await buyNow());
      expect(bought.job.filler).to.equal(Filler.Client);
      expect(await pulledFor("client")).to.equal(PRICE);
    });

    it("reverts with OrdersInvalidNonce when the nonce is not zero", async () => {
      const { book, client, provider } = the();
      await allow("provider", BOTH);
      await allow("client", BOTH);
      await expect(sellNow({ nonce: 8n }))
        .to.be.revertedWithCustomError(book, "OrdersInvalidNonce")
        .withArgs(provider.address, 8n);
      await expect(buyNow({ nonce: 8n }))
        .to.be.revertedWithCustomError(book, "OrdersInvalidNonce")
        .withArgs(client.address, 8n);
    });

    it("reverts with OrdersNotDelegated for the other side", async () => {
      const { book, client, provider, delegate, tokenAddress } = the();
      await allow("provider", BIDS);
      await allow("client", ASKS);
      await expect(sellNow())
        .to.be.revertedWithCustomError(book, "OrdersNotDelegated")
        .withArgs(provider.address, delegate.address, tokenAddress, ASKS);
      await expect(buyNow())
        .to.be.revertedWithCustomError(book, "OrdersNotDelegated")
        .withArgs(client.address, delegate.address, tokenAddress, BIDS);
    });

    it("reverts with OrdersUnsigned for another token", async () => {
      const { book, client, delegate, ledger } = the();
      await book.connect(client).setDelegation(delegate, ledger, BOTH, MOST, FOREVER);
      await expect(buyNow())
        .to.be.revertedWithCustomError(book, "OrdersUnsigned")
        .withArgs(client.address, delegate.address);
    });

    it("reverts with OrdersNotDelegated one second after the expiry", async () => {
      const { book, client, delegate, tokenAddress } = the();
      const expiry = BigInt(await time.latest()) + 1_000n;
      await allow("client", BIDS, MOST, expiry);
      await at(expiry);
      await buyNow();
      await at(expiry + 1n);
      await expect(buyNow())
        .to.be.revertedWithCustomError(book, "OrdersNotDelegated")
        .withArgs(client.address, delegate.address, tokenAddress, BIDS);
    });

    it("reverts with OrdersCapExceeded beyond the cap", async () => {
      const { book, provider, delegate, tokenAddress } = the();
      await allow("provider", ASKS, BOND - 1n);
      await expect(sellNow())
        .to.be.revertedWithCustomError(book, "OrdersCapExceeded")
        .withArgs(provider.address, delegate.address, tokenAddress, BOND, BOND - 1n);
    });
  });

  /*
  OrderBook.giveBack, when a delegate signed the ask
  ├── it counts the whole bond back when the job settles, or is cancelled
  ├── it counts the bond back less the share when units are handed back or dropped
  ├── it counts the bond back less the price when the job expires
  ├── it counts nothing back when the job is slashed, nor when the bond is restored
  ├── it counts back to a delegation that ended
  └── it counts no price of a bid back
  */
  describe("giveBack, when a delegate signed the ask", () => {
    const open = async (by: "client" | "provider" = "client"): Promise<JobRef> => {
      await allow("provider", ASKS, 2n * BOND);
      if (by === "client") return openedBy(the(), await sell(1n));
      const { escrow, delegate } = the();
      const bid = bidOf(the(), { nonce: 1n });
      const signature = await signBid(the(), bid);
      return openedBy(
        the(),
        await escrow.connect(delegate).fill(askOf(the()), "0x", bid, signature),
      );
    };
    it("counts the whole bond back when the job settles, or is cancelled", async () => {
      const { escrow, client } = the();
      const delivered = await deliverJob(the(), await open());
      await at(windowEnd(delivered) + 1n);
      await escrow.settle(delivered.id, delivered.job);
      expect(await pulledFor("provider")).to.equal(0n);
      const other = await open("provider");
      expect(await pulledFor("provider")).to.equal(BOND);
      await escrow.connect(client).cancel(other.id, other.job);
      expect(await pulledFor("provider")).to.equal(0n);
    });

    it("counts the bond back less the share when units are handed back or dropped", async () => {
      const { escrow, worker } = the();
      const { id, job } = await open();
      await at(job.openedAt + 1_800n);
      await escrow.connect(worker).handBack(id, job);
      expect(await pulledFor("provider")).to.equal(PRICE / 2n);
      const dropping = await open("provider");
      await at(dropping.job.openedAt + 1_800n);
      await deliverJob(the(), dropping, { units: 3n });
      expect(await pulledFor("provider")).to.equal(PRICE / 2n + 75_000n + 5_000n);
    });

    it("counts the bond back less the price when the job expires", async () => {
      const { id, job } = await open();
      await at(job.openedAt + job.turnaround + 1n);
      await the().escrow.expire(id, job);
      expect(await pulledFor("provider")).to.equal(PRICE);
    });

    it("counts nothing back when the job is slashed, nor when the bond is restored", async () => {
      const { escrow, verifier } = the();
      const { id, job } = await freezeJob(the(), await deliverJob(the(), await open()));
      await escrow.connect(verifier).slash(id, job, 0n);
      await escrow.restoreHeldBond(id);
      expect(await pulledFor("provider")).to.equal(BOND);
    });

    it("counts back to a delegation that ended", async () => {
      const { id, job } = await open();
      await allow("provider", NONE, 0n, 0n);
      await the().escrow.connect(the().client).cancel(id, job);
      expect(await pulledFor("provider")).to.equal(0n);
    });

    it("counts no price of a bid back", async () => {
      await allow("client", BIDS);
      const { id, job } = await openedBy(the(), await buy(1n));
      await the().escrow.connect(the().provider).handBack(id, job);
      expect(await pulledFor("client")).to.equal(PRICE);
    });
  });
});
