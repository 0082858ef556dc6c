import { expect } from "chai";
import { Signature, ZeroAddress, concat, dataSlice, id as hashOf, toBeHex } from "ethers";

import {
  Filler,
  TermsClass,
  asAddress,
  asHex,
  signAskWith,
  signBidWith,
} from "../../../sdk/src/index";
import type { Ask, Bid } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";
import { openJob, openedBy, useMarket } from "../../shared/jobs";
import {
  VERIFIER_TERMS,
  askOf,
  bidOf,
  deployMarket,
  digestOf,
  modelIdOf,
  orderDomain,
  signAsk,
  signBid,
} from "../../shared/market";

const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/*
OrderBook.open, when a side brings no signature
├── given its maker calls
│  ├── it opens the job and leaves no record
│  └── it reverts with OrdersInvalidNonce when the nonce is not zero
├── given somebody else calls
│  └── it reverts with OrdersUnsigned
└── given its maker is the zero address
   └── it reverts with OrdersUnsigned

OrderBook.open, when a side brings a signature
├── given its maker signed
│  ├── it opens the job for the other side, and for its maker
│  ├── it reverts with OrdersInvalidNonce when the nonce is zero
│  └── it reverts with OrdersInvalidSignature when any field of the order was changed
├── given another account signed: it reverts with OrdersInvalidSignature
├── given the maker signed for another chain: it reverts with OrdersInvalidSignature
├── given the maker signed for another contract: it reverts with OrdersInvalidSignature
├── given the maker signed the other order: it reverts with OrdersInvalidSignature
├── given the malleable twin of a signature: it reverts with OrdersInvalidSignature
├── given a compact or otherwise malformed signature: it reverts with OrdersInvalidSignature
└── given its maker is the zero address: it reverts with OrdersInvalidSignature

OrderBook.askDigest, bidDigest: they are what a maker signs

OrderBook.open, when a third party calls
├── it opens the job given both orders are open to it
└── it reverts with OrderBookNotOpen given one is not
*/
describe("OrderBook", () => {
  describe("askDigest, bidDigest", () => {
    const the = useMarket();

    it("are what a maker signs", async () => {
      const { book } = the();
      const [ask, bid] = [askOf(the(), { nonce: 5n }), bidOf(the(), { nonce: 6n })];
      expect(await book.askDigest(ask)).to.equal(await digestOf(the(), ask));
      expect(await book.bidDigest(bid)).to.equal(await digestOf(the(), bid));
    });
  });

  describe("open, when a side brings no signature", () => {
    const the = useMarket();

    context("given its maker calls", () => {
      it("opens the job and leaves no record", async () => {
        const { book, client, provider } = the();
        for (const by of ["client", "provider"] as const) {
          expect((await openJob(the(), { by })).job.filler).to.equal(
            by === "client" ? Filler.Client : Filler.Provider,
          );
        }
        // Word 0 holds the two signed orders (ask 1, bid 2), and nothing under nonce 0.
        expect(await book.nonceBitmap(client, 0n)).to.equal(1n << 2n);
        expect(await book.nonceBitmap(provider, 0n)).to.equal(0n);
        expect(await book.filledUnits(provider, 0n)).to.equal(0n);
        expect(await book.filledUnits(provider, 1n)).to.equal(4n);
      });

      it("reverts with OrdersInvalidNonce when the nonce is not zero", async () => {
        const { escrow, book, client, provider } = the();
        const ask = askOf(the(), { nonce: 5n });
        const bid = bidOf(the(), { nonce: 6n });
        await expect(escrow.connect(client).fill(ask, await signAsk(the(), ask), bid, "0x"))
          .to.be.revertedWithCustomError(book, "OrdersInvalidNonce")
          .withArgs(client.address, 6n);
        await expect(escrow.connect(provider).fill(ask, "0x", bid, await signBid(the(), bid)))
          .to.be.revertedWithCustomError(book, "OrdersInvalidNonce")
          .withArgs(provider.address, 5n);
      });
    });

    context("given somebody else calls", () => {
      it("reverts with OrdersUnsigned", async () => {
        const { escrow, book, client, provider, stranger } = the();
        const ask = askOf(the());
        const bid = bidOf(the());
        await expect(escrow.connect(client).fill(ask, "0x", bid, "0x"))
          .to.be.revertedWithCustomError(book, "OrdersUnsigned")
          .withArgs(provider.address, client.address);
        await expect(escrow.connect(provider).fill(ask, "0x", bid, "0x"))
          .to.be.revertedWithCustomError(book, "OrdersUnsigned")
          .withArgs(client.address, provider.address);
        const signed = askOf(the(), { nonce: 1n });
        await expect(escrow.connect(stranger).fill(signed, await signAsk(the(), signed), bid, "0x"))
          .to.be.revertedWithCustomError(book, "OrdersUnsigned")
          .withArgs(client.address, stranger.address);
      });
    });

    context("given its maker is the zero address", () => {
      it("reverts with OrdersUnsigned", async () => {
        const { escrow, book, provider } = the();
        const bid = bidOf(the(), { client: asAddress(ZeroAddress) });
        await expect(escrow.connect(provider).fill(askOf(the()), "0x", bid, "0x"))
          .to.be.revertedWithCustomError(book, "OrdersUnsigned")
          .withArgs(ZeroAddress, provider.address);
      });
    });
  });

  describe("open, when a side brings a signature", () => {
    const the = useMarket();

    /** The client's call with a signed ask. */
    async function fillAsk(ask: Ask, signature: string, bid: Partial<Bid> = {}) {
      const { escrow, client } = the();
      return escrow.connect(client).fill(ask, signature, bidOf(the(), bid), "0x");
    }

    /** The provider's call with a signed bid. */
    async function fillBid(bid: Bid, signature: string, ask: Partial<Ask> = {}) {
      const { escrow, provider } = the();
      return escrow.connect(provider).fill(askOf(the(), ask), "0x", bid, signature);
    }

    async function expectInvalidAsk(ask: Ask, signature: string, bid: Partial<Bid> = {}) {
      await expect(fillAsk(ask, signature, bid))
        .to.be.revertedWithCustomError(the().book, "OrdersInvalidSignature")
        .withArgs(ask.provider, await digestOf(the(), ask));
    }

    async function expectInvalidBid(bid: Bid, signature: string, ask: Partial<Ask> = {}) {
      await expect(fillBid(bid, signature, ask))
        .to.be.revertedWithCustomError(the().book, "OrdersInvalidSignature")
        .withArgs(bid.client, await digestOf(the(), bid));
    }

    /** Expects both an ask and a bid to be refused with what `sign` makes of the right signature. */
    async function expectBothInvalid(distort: (signature: string) => string) {
      const ask = askOf(the(), { nonce: 1n });
      const bid = bidOf(the(), { nonce: 1n });
      await expectInvalidAsk(ask, distort(await signAsk(the(), ask)));
      await expectInvalidBid(bid, distort(await signBid(the(), bid)));
    }

    context("given its maker signed", () => {
      it("opens the job for the other side, and for its maker", async () => {
        const { escrow, client, provider } = the();
        const ask = askOf(the(), { nonce: 1n, open: false });
        const bid = (nonce: bigint) => bidOf(the(), { nonce, open: false });
        const bids = [bid(0n), bid(1n), bid(2n)];
        const askSignature = await signAsk(the(), ask);
        const first = await escrow.connect(client).fill(ask, askSignature, bids[0], "0x");
        expect((await openedBy(the(), first)).job.filler).to.equal(Filler.Client);
        const second = await escrow
          .connect(client)
          .fill(ask, askSignature, bids[1], await signBid(the(), bids[1]));
        expect((await openedBy(the(), second)).job.filler).to.equal(Filler.Client);
        const third = await escrow
          .connect(provider)
          .fill(ask, askSignature, bids[2], await signBid(the(), bids[2]));
        expect((await openedBy(the(), third)).job.filler).to.equal(Filler.Provider);
      });

      it("reverts with OrdersInvalidNonce when the nonce is zero", async () => {
        const { book, client, provider } = the();
        const [ask, bid] = [askOf(the()), bidOf(the())];
        await expect(fillAsk(ask, await signAsk(the(), ask)))
          .to.be.revertedWithCustomError(book, "OrdersInvalidNonce")
          .withArgs(provider.address, 0n);
        await expect(fillBid(bid, await signBid(the(), bid)))
          .to.be.revertedWithCustomError(book, "OrdersInvalidNonce")
          .withArgs(client.address, 0n);
      });

      it("reverts with OrdersInvalidSignature when any field of the order was changed", async () => {
        const { book, stranger, verifier, token } = the();
        const other = asAddress(stranger.address);
        const coin = asAddress(await the().ledger.getAddress());
        await book.setVerifierTerms(token, other, VERIFIER_TERMS);
        await book.setVerifierTerms(coin, verifier, VERIFIER_TERMS);
        const shared = {
          modelId: modelIdOf(1n, 1n),
          token: coin,
          verifier: other,
          termsClass: TermsClass.High,
          nonce: 2n,
          expiry: 2n ** 40n - 2n,
          open: false,
        };
        const askChanges: Omit<Ask, "provider"> = {
          ...shared,
          worker: other,
          gpuId: 0n,
          unitPrice: 9_999n,
          unitBond: 25_001n,
          maxUnits: 1_001n,
          turnaround: 3_599n,
          cancelShareBps: 9_999n,
        };
        const bidChanges: Bid = {
          ...shared,
          client: other,
          provider: asAddress(the().provider.address),
          gpuId: the().gpuId,
          chained: true,
          inputRoot: asHex(hashOf("other inputs")),
          inputUriHash: asHex(hashOf("elsewhere")),
          units: 3n,
          maxUnitPrice: 10_001n,
          minUnitBond: 24_999n,
          maxTurnaround: 3_601n,
        };
        const [ask, bid] = [askOf(the(), { nonce: 1n }), bidOf(the(), { nonce: 1n })];
        const [signedAsk, signedBid] = [await signAsk(the(), ask), await signBid(the(), bid)];
        const fits = (name: string, value: unknown) =>
          ["modelId", "token", "verifier", "termsClass"].includes(name) ? { [name]: value } : {};
        for (const [name, value] of Object.entries(askChanges)) {
          await expectInvalidAsk({ ...ask, [name]: value }, signedAsk, fits(name, value));
        }
        await expectInvalidAsk({ ...ask, gpuId: 0n, provider: other }, signedAsk);
        for (const [name, value] of Object.entries(bidChanges)) {
          await expectInvalidBid({ ...bid, [name]: value }, signedBid, fits(name, value));
        }
        await fillAsk(ask, signedAsk);
        await fillBid(bid, signedBid);
      });
    });

    context("given another account signed", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        const ask = askOf(the(), { nonce: 1n });
        const bid = bidOf(the(), { nonce: 1n });
        await expectInvalidAsk(ask, await signAsk(the(), ask, the().client));
        await expectInvalidBid(bid, await signBid(the(), bid, the().provider));
      });
    });

    context("given the maker signed for another chain", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        const { provider, client } = the();
        const ask = askOf(the(), { nonce: 1n });
        const bid = bidOf(the(), { nonce: 1n });
        const domain = { ...(await orderDomain(the())), chainId: 1n };
        await expectInvalidAsk(ask, await signAskWith(provider, domain, ask));
        await expectInvalidBid(bid, await signBidWith(client, domain, bid));
      });
    });

    context("given the maker signed for another contract", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        const { provider, client, addresses } = the();
        const second = await deployMarket();
        const ask = askOf(the(), { nonce: 1n });
        const bid = bidOf(the(), { nonce: 1n });
        for (const verifyingContract of [addresses.jobEscrow, second.addresses.orderBook]) {
          const domain = { ...(await orderDomain(the())), verifyingContract };
          await expectInvalidAsk(ask, await signAskWith(provider, domain, ask));
          await expectInvalidBid(bid, await signBidWith(client, domain, bid));
        }
      });
    });

    context("given the maker signed the other order", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        const ask = askOf(the(), { nonce: 1n });
        const bid = bidOf(the(), { nonce: 1n });
        await expectInvalidAsk(ask, await signBid(the(), bid, the().provider));
        await expectInvalidBid(bid, await signAsk(the(), ask, the().client));
      });
    });

    context("given the malleable twin of a signature", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        await expectBothInvalid((text) => {
          const { r, s, yParity } = Signature.from(text);
          const twin = toBeHex(CURVE_ORDER - BigInt(s), 32);
          return concat([r, twin, toBeHex(28 - yParity)]);
        });
      });
    });

    context("given a compact or otherwise malformed signature", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        const shapes: ((signature: string) => string)[] = [
          (signature) => Signature.from(signature).compactSerialized,
          (signature) => dataSlice(signature, 0, 64),
          (signature) => concat([signature, "0x00"]),
          (signature) => concat([dataSlice(signature, 0, 64), "0x00"]),
          (signature) => concat([dataSlice(signature, 0, 64), "0x1d"]),
          () => "0x01",
          () => `0x${"00".repeat(65)}`,
          () => `0x${"ff".repeat(65)}`,
          () => `0x${"5a".repeat(4_096)}`,
        ];
        for (const shape of shapes) await expectBothInvalid(shape);
      });
    });

    context("given its maker is the zero address", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        const none = asAddress(ZeroAddress);
        const signature: Hex = `0x${"00".repeat(65)}`;
        await expectInvalidAsk(askOf(the(), { provider: none, gpuId: 0n, nonce: 1n }), signature);
        await expectInvalidBid(bidOf(the(), { client: none, nonce: 1n }), signature);
      });
    });
  });

  describe("open, when a third party calls", () => {
    const the = useMarket();

    it("opens the job given both orders are open to it", async () => {
      expect((await openJob(the(), { by: "matcher" })).job.filler).to.equal(Filler.Matcher);
    });

    it("reverts with OrderBookNotOpen given one is not", async () => {
      const { book, stranger } = the();
      const closed = { open: false };
      for (const sides of [{ ask: closed }, { bid: closed }, { ask: closed, bid: closed }]) {
        await expect(openJob(the(), { by: "matcher", ...sides }))
          .to.be.revertedWithCustomError(book, "OrderBookNotOpen")
          .withArgs(stranger.address);
      }
    });
  });
});
