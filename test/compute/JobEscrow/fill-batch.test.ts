import { expect } from "chai";
import { ZeroHash, concat, dataLength, dataSlice, toBeHex, zeroPadValue } from "ethers";

import { asAddress } from "../../../sdk/src/index";
import type { Ask, Bid } from "../../../sdk/src/index";
import { expectMoves, jobNow, useMarket } from "../../shared/jobs";
import { CLAIMS, askOf, bidOf, fund, signAsk, signBid } from "../../shared/market";

const HEAD = 1_088;

/*
JobEscrow.fillBatch
├── it opens a job of each pair of orders, and returns how many
├── it does nothing given no orders
├── it pulls what consecutive jobs of one account cost at once
├── it pulls from each of several clients and providers what its jobs cost
├── when a pair of orders does not become a job
│  ├── it emits BatchItemSkipped with its number and reason, and goes on
│  └── it skips a pair that was filled before, in the same batch too
├── when an account cannot pay
│  └── it reverts with ERC6909InsufficientBalance and opens nothing
└── when an item is encoded in an unusual way
   ├── it skips one whose first signature comes last
   ├── it opens one whose two signatures are the same bytes
   ├── it skips one that begins before the call data, which the book reads as zeros
   └── it fails on one that ends before it begins, and opens nothing
*/
describe("JobEscrow", () => {
  describe("fillBatch", () => {
    const the = useMarket();
    type Fill = { ask: Ask; askSignature: string; bid: Bid; bidSignature: string };

    /** A pair that the provider may fill. */
    async function pair(nonce: bigint, changes: Partial<Bid> = {}): Promise<Fill> {
      const bid = bidOf(the(), { nonce, ...changes });
      const signer = changes.client === undefined ? the().client : the().stranger;
      const bidSignature = await signBid(the(), bid, signer);
      return { ask: askOf(the()), askSignature: "0x", bid, bidSignature };
    }

    it("opens a job of each pair of orders, and returns how many", async () => {
      const { escrow, book, client, provider } = the();
      const fills = [await pair(1n, { units: 1n }), await pair(2n, { units: 2n }), await pair(3n)];
      expect(await escrow.connect(provider).fillBatch.staticCall(fills)).to.equal(3n);
      await expectMoves(the(), () => escrow.connect(provider).fillBatch(fills), {
        client: -70_000n,
        provider: -175_000n,
        escrow: 245_000n,
      });
      expect(await book.nonceBitmap(client, 0n)).to.equal(0b1110n);
      for (const [id, units] of [
        [1n, 1n],
        [2n, 2n],
        [3n, 4n],
      ]) {
        expect((await jobNow(the(), id)).job.units).to.equal(units);
      }
    });

    it("does nothing given no orders", async () => {
      const { escrow, provider } = the();
      expect(await escrow.connect(provider).fillBatch.staticCall([])).to.equal(0n);
      await expectMoves(the(), () => escrow.connect(provider).fillBatch([]), {});
    });

    it("pulls what consecutive jobs of one account cost at once", async () => {
      const { ledger, escrow, client, provider, addresses, tokenAddress } = the();
      const fills = [await pair(1n), await pair(2n), await pair(3n)];
      const sent = await escrow.connect(provider).fillBatch(fills);
      const moves = (await sent.wait())?.logs.filter((log) => log.address === addresses.ledger);
      expect(moves).to.have.length(2);
      for (const [from, amount] of [
        [client, 120_000n],
        [provider, 300_000n],
      ] as const) {
        await expect(sent)
          .to.emit(ledger, "Transfer")
          .withArgs(
            addresses.jobEscrow,
            from.address,
            addresses.jobEscrow,
            BigInt(tokenAddress),
            amount,
          );
      }
    });

    it("pulls from each of several clients and providers what its jobs cost", async () => {
      const { escrow, client, delegate, stranger } = the();
      await fund(the(), stranger);
      await fund(the(), delegate);
      const other = asAddress(stranger.address);
      const another = { provider: asAddress(delegate.address), gpuId: 0n };
      const orders = [
        { units: 1n },
        { units: 2n, client: other },
        { units: 3n, client: other },
        { units: 4n },
      ];
      const fills: Fill[] = [];
      for (const [i, order] of orders.entries()) {
        const { bid, bidSignature } = await pair(BigInt(i + 1), order);
        const seller = i % 2 === 0 ? {} : another;
        const ask = askOf(the(), { nonce: 9n, ...seller });
        const signer = i % 2 === 0 ? the().provider : delegate;
        fills.push({ ask, askSignature: await signAsk(the(), ask, signer), bid, bidSignature });
      }
      await expectMoves(the(), () => escrow.connect(the().verifier).fillBatch(fills), {
        client: -50_000n,
        stranger: -50_000n,
        provider: -100_000n,
        delegate: -150_000n,
        escrow: 350_000n,
      });
      expect((await jobNow(the(), 4n)).job.client).to.equal(client.address);
    });

    context("when a pair of orders does not become a job", () => {
      it("emits BatchItemSkipped with its number and reason, and goes on", async () => {
        const { escrow, book, client, provider } = the();
        const [first, second, third] = [await pair(1n), await pair(2n), await pair(3n)];
        const expired = { ...third, ask: { ...third.ask, expiry: 1n } };
        const mismatched = { ...first, ask: { ...first.ask, unitPrice: 10_001n } };
        const unsigned = { ...second, bidSignature: third.bidSignature };
        const foreign = { ...first, ask: { ...first.ask, provider: second.bid.client } };
        const fills = [expired, mismatched, unsigned, foreign, first, second];
        expect(await escrow.connect(provider).fillBatch.staticCall(fills)).to.equal(2n);
        const sent = await escrow.connect(provider).fillBatch(fills);
        const reasons = [
          book.interface.encodeErrorResult("OrdersExpired", [provider.address, 0n, 1n]),
          book.interface.encodeErrorResult("OrderBookPriceTooHigh", [10_001n, 10_000n]),
          book.interface.encodeErrorResult("OrdersInvalidSignature", [
            client.address,
            await book.bidDigest(second.bid),
          ]),
          book.interface.encodeErrorResult("OrderBookNotOperator", [client.address, the().gpuId]),
        ];
        for (const [i, reason] of reasons.entries()) {
          await expect(sent).to.emit(escrow, "BatchItemSkipped").withArgs(i, reason);
        }
        expect(await book.jobCount()).to.equal(2n);
      });

      it("skips a pair that was filled before, in the same batch too", async () => {
        const { escrow, book, client, provider } = the();
        const [first, second] = [await pair(1n), await pair(2n)];
        const used = (nonce: bigint) =>
          book.interface.encodeErrorResult("OrdersNonceUsed", [client.address, nonce]);
        await expect(escrow.connect(provider).fillBatch([first, first]))
          .to.emit(escrow, "BatchItemSkipped")
          .withArgs(1n, used(1n));
        const sent = await escrow.connect(provider).fillBatch([first, second, second]);
        await expect(sent).to.emit(escrow, "BatchItemSkipped").withArgs(0n, used(1n));
        await expect(sent).to.emit(escrow, "BatchItemSkipped").withArgs(2n, used(2n));
        expect(await book.jobCount()).to.equal(2n);
      });
    });

    context("when an account cannot pay", () => {
      it("reverts with ERC6909InsufficientBalance and opens nothing", async () => {
        const { ledger, escrow, book, client, provider, stranger, tokenAddress } = the();
        const id = BigInt(tokenAddress);
        await ledger.connect(client).transfer(stranger, id, CLAIMS - 79_999n);
        const fills = [await pair(1n), await pair(2n)];
        await expect(escrow.connect(provider).fillBatch(fills))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
          .withArgs(client.address, 79_999n, 80_000n, id);
        expect(await book.jobCount()).to.equal(0n);
        expect(await book.nonceBitmap(client, 0n)).to.equal(0n);
        expect(await escrow.jobHash(1n)).to.equal(ZeroHash);
      });
    });

    context("when an item is encoded in an unusual way", () => {
      const word = (value: bigint) => zeroPadValue(toBeHex(BigInt.asUintN(256, value)), 32);

      /** A batch of one item whose signatures are said to be at these places, followed by `tail`. */
      function encoded({ ask, bid }: Fill, askAt: bigint, bidAt: bigint, tail: string): string {
        const { interface: abi } = the().escrow;
        const plain = abi.encodeFunctionData("fill", [ask, "0x", bid, "0x"]);
        const item = concat([
          dataSlice(plain, 4, 484),
          word(askAt),
          dataSlice(plain, 516, 1_060),
          word(bidAt),
          tail,
        ]);
        expect(dataLength(item) - dataLength(tail)).to.equal(HEAD);
        const selector = abi.getFunction("fillBatch").selector;
        return concat([selector, word(32n), word(1n), word(32n), item]);
      }

      const bytes = (signature: string) =>
        concat([word(BigInt(dataLength(signature))), signature, `0x${"00".repeat(31)}`]);

      /** Two open orders and their signatures. */
      async function signed(): Promise<Fill> {
        const { bid, bidSignature } = await pair(1n);
        const ask = askOf(the(), { nonce: 1n });
        return { ask, askSignature: await signAsk(the(), ask), bid, bidSignature };
      }

      it("skips one whose first signature comes last", async () => {
        const { escrow, book, stranger } = the();
        const fill = await signed();
        const tail = concat([bytes(fill.askSignature), bytes(fill.bidSignature)]);
        const [start, next] = [BigInt(HEAD), BigInt(HEAD) + 128n];
        const swapped = concat([bytes(fill.bidSignature), bytes(fill.askSignature)]);
        await expect(
          stranger.sendTransaction({ to: escrow, data: encoded(fill, next, start, swapped) }),
        )
          .to.emit(escrow, "BatchItemSkipped")
          .withArgs(0n, "0x");
        expect(await book.jobCount()).to.equal(0n);
        await stranger.sendTransaction({ to: escrow, data: encoded(fill, start, next, tail) });
        expect(await book.jobCount()).to.equal(1n);
      });

      it("opens one whose two signatures are the same bytes", async () => {
        const { escrow, book, client } = the();
        const self = asAddress(client.address);
        const bid = bidOf(the(), { nonce: 0n });
        const fill = { ...(await signed()), ask: askOf(the(), { provider: self, gpuId: 0n }), bid };
        const data = encoded(fill, BigInt(HEAD), BigInt(HEAD), word(0n));
        await client.sendTransaction({ to: escrow, data });
        expect(await book.jobCount()).to.equal(1n);
      });

      it("skips one that begins before the call data, which the book reads as zeros", async () => {
        const { escrow, book, stranger } = the();
        const selector = escrow.interface.getFunction("fillBatch").selector;
        // The item begins 1,000 bytes before the call data, so the place of its last signature is read at byte 56.
        const [before, signatureAt, arrayAt] = [1_000n, 100n, 132n];
        const data = concat([
          selector,
          word(arrayAt - 4n),
          `0x${"00".repeat(20)}`,
          word(before + signatureAt),
          `0x${"00".repeat(Number(arrayAt) - 88)}`,
          word(1n),
          word(-(arrayAt + 32n) - before),
          `0x${"00".repeat(HEAD)}`,
        ]);
        await expect(stranger.sendTransaction({ to: escrow, data }))
          .to.emit(escrow, "BatchItemSkipped")
          .withArgs(0n, book.interface.encodeErrorResult("OrderBookProviderUnnamed"));
        expect(await book.jobCount()).to.equal(0n);
      });

      it("fails on one that ends before it begins, and opens nothing", async () => {
        const { escrow, book, stranger } = the();
        const fill = await signed();
        const tail = concat([bytes(fill.askSignature), bytes(fill.bidSignature)]);
        const data = encoded(fill, BigInt(HEAD), -96n, tail);
        await expect(stranger.sendTransaction({ to: escrow, data, gasLimit: 2_000_000n })).to.be
          .reverted;
        expect(await book.jobCount()).to.equal(0n);
      });
    });
  });
});
