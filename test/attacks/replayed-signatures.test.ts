import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256, Signature, concat, toBeHex } from "ethers";
import type { ContractTransactionResponse } from "ethers";

import { ZERO_ADDRESS, asAddress } from "../../sdk/src/index";
import {
  OUTPUT_ROOT,
  expectMoves,
  jobNow,
  openDelivered,
  openJob,
  signApproval,
  useMarket,
} from "../shared/jobs";
import { expectSolvent } from "../shared/escrowState";
import { VERIFIER_TERMS, askOf, bidOf, digestOf, signAsk, signBid } from "../shared/market";
import type { Ask, Bid } from "../../sdk/src/index";
import type { Market } from "../shared/market";

const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The other signature that the same key could have made of the same digest. */
function twinOf(signature: string): string {
  const { r, s, yParity } = Signature.from(signature);
  return concat([r, toBeHex(CURVE_ORDER - BigInt(s), 32), toBeHex(28 - yParity)]);
}

/*
Replaying a signature
├── in a second market, in which the same accounts hold claims
│  ├── gets nobody a job from a filled bid or ask
│  └── pays no provider from an approval, although the job has the same id and output
├── as its twin: fills a bid neither again nor instead
├── as the other kind of order: fills nothing of a maker that is on both sides
├── in the name of a richer account, or of the zero account: fills nothing
├── after its order was cancelled: fills nothing, and neither does its twin
└── from one job to the next: pays no job but the one that was approved
*/
describe("replaying a signature", () => {
  const the = useMarket();

  /** Another escrow over the same ledger, which the same accounts allow to pull their claims. */
  async function secondMarket(): Promise<Market> {
    const { addresses, ledger, gpuRegistry, treasury, token, verifier, client, provider } = the();
    const escrow = await ethers.deployContract("JobEscrow", [
      addresses.accessManager,
      ledger,
      gpuRegistry,
      treasury,
    ]);
    const book = await ethers.getContractAt("OrderBook", await escrow.ORDER_BOOK());
    await book.setVerifierTerms(token, verifier, VERIFIER_TERMS);
    for (const maker of [client, provider]) {
      await ledger.connect(maker).approve(escrow, BigInt(the().tokenAddress), MaxUint256);
    }
    const [jobEscrow, orderBook] = await Promise.all([escrow.getAddress(), book.getAddress()]);
    const own = { jobEscrow: asAddress(jobEscrow), orderBook: asAddress(orderBook) };
    return { ...the(), escrow, book, addresses: { ...addresses, ...own } };
  }

  /** Expects a fill to be refused for the signature of `maker`, and to move nothing. */
  async function expectInvalid(
    market: Market,
    order: Ask | Bid,
    send: () => Promise<ContractTransactionResponse>,
  ): Promise<void> {
    const maker = "worker" in order ? order.provider : order.client;
    const digest = await digestOf(market, order);
    const refused = () =>
      expect(send())
        .to.be.revertedWithCustomError(market.book, "OrdersInvalidSignature")
        .withArgs(maker, digest);
    await expectMoves(market, refused, {});
  }

  context("in a second market, in which the same accounts hold claims", () => {
    it("gets nobody a job from a filled bid or ask", async () => {
      const { client, provider } = the();
      const second = await secondMarket();
      const bid = bidOf(the(), { nonce: 1n });
      const ask = askOf(the(), { nonce: 1n });
      const [askSignature, bidSignature] = [await signAsk(the(), ask), await signBid(the(), bid)];
      const takeBid = ({ escrow }: Market) =>
        escrow.connect(provider).fill(askOf(the()), "0x", bid, bidSignature);
      const takeAsk = ({ escrow }: Market) =>
        escrow.connect(client).fill(ask, askSignature, bidOf(the()), "0x");
      for (const take of [takeBid, takeAsk]) {
        const moves = { client: -40_000n, provider: -100_000n, escrow: 140_000n };
        await expectMoves(the(), () => take(the()), moves);
      }
      await expectInvalid(second, bid, () => takeBid(second));
      await expectInvalid(second, ask, () => takeAsk(second));
    });

    it("pays no provider from an approval, although the job has the same id and output", async () => {
      const { client, worker } = the();
      const second = await secondMarket();
      const [here, there] = [await openDelivered(the()), await openDelivered(second)];
      expect(here.id).to.equal(there.id);
      const approval = await signApproval(the(), here.id);
      const pay = () => the().escrow.connect(worker).approve(here.id, here.job, approval);
      const moves = { provider: 39_000n, treasury: 1_000n, escrow: -40_000n };
      await expectMoves(the(), pay, moves);
      const digest = await second.escrow.approvalDigest(there.id, OUTPUT_ROOT, 4n);
      const again = () =>
        expect(second.escrow.connect(worker).approve(there.id, there.job, approval))
          .to.be.revertedWithCustomError(second.escrow, "JobEscrowInvalidApproval")
          .withArgs(there.id, client.address, digest);
      await expectMoves(second, again, {});
      await expectSolvent(second);
    });
  });

  context("as its twin", () => {
    it("fills a bid neither again nor instead", async () => {
      const { escrow, book, client, provider } = the();
      const bid = bidOf(the(), { nonce: 1n });
      const signature = await signBid(the(), bid);
      const take = (given: string) => () =>
        escrow.connect(provider).fill(askOf(the()), "0x", bid, given);
      await expectInvalid(the(), bid, take(twinOf(signature)));
      await take(signature)();
      await expectInvalid(the(), bid, take(twinOf(signature)));
      await expect(take(signature)())
        .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
        .withArgs(client.address, 1n);
    });
  });

  context("as the other kind of order", () => {
    it("fills nothing of a maker that is on both sides", async () => {
      const { escrow, client, provider } = the();
      const both = asAddress(client.address);
      const ask = askOf(the(), { provider: both, gpuId: 0n, nonce: 1n });
      const bid = bidOf(the(), { client: both, nonce: 1n });
      const signature = await signAsk(the(), ask, client);
      await expectInvalid(the(), bid, () =>
        escrow.connect(provider).fill(askOf(the()), "0x", bid, signature),
      );
      const bidSignature = await signBid(the(), bid);
      const own = bidOf(the(), { client: asAddress(provider.address) });
      await expectInvalid(the(), ask, () =>
        escrow.connect(provider).fill(ask, bidSignature, own, "0x"),
      );
    });
  });

  context("in the name of a richer account, or of the zero account", () => {
    it("fills nothing", async () => {
      const { escrow, client, provider, stranger } = the();
      for (const maker of [asAddress(client.address), ZERO_ADDRESS]) {
        const bid = bidOf(the(), { client: maker, nonce: 1n });
        for (const signature of [
          await signBid(the(), bid, stranger),
          await signBid(the(), bid, provider),
          `0x${"00".repeat(65)}`,
          `0x${"00".repeat(64)}1b`,
        ]) {
          await expectInvalid(the(), bid, () =>
            escrow.connect(provider).fill(askOf(the()), "0x", bid, signature),
          );
        }
      }
    });
  });

  context("after its order was cancelled", () => {
    it("fills nothing, and neither does its twin", async () => {
      const { escrow, book, client, provider } = the();
      const bid = bidOf(the(), { nonce: 255n });
      const signature = await signBid(the(), bid);
      await book.connect(client).cancelNonces(0n, 1n << 255n);
      await expect(escrow.connect(provider).fill(askOf(the()), "0x", bid, signature))
        .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
        .withArgs(client.address, 255n);
      await expectInvalid(the(), bid, () =>
        escrow.connect(provider).fill(askOf(the()), "0x", bid, twinOf(signature)),
      );
    });
  });

  context("from one job to the next", () => {
    it("pays no job but the one that was approved", async () => {
      const { escrow, client, worker, provider } = the();
      const first = await openJob(the());
      const approval = await signApproval(the(), first.id);
      const deliver = () =>
        escrow.connect(worker).deliver(first.id, first.job, OUTPUT_ROOT, 4n, approval);
      const moves = { provider: 39_000n, treasury: 1_000n, escrow: -40_000n };
      await expectMoves(the(), deliver, moves);
      const second = await openJob(the());
      const digest = await escrow.approvalDigest(second.id, OUTPUT_ROOT, 4n);
      await expectMoves(
        the(),
        () => escrow.connect(worker).deliver(second.id, second.job, OUTPUT_ROOT, 4n, approval),
        {},
      );
      const delivered = await jobNow(the(), second.id);
      await expectMoves(
        the(),
        () =>
          expect(escrow.connect(provider).approve(delivered.id, delivered.job, approval))
            .to.be.revertedWithCustomError(escrow, "JobEscrowInvalidApproval")
            .withArgs(second.id, client.address, digest),
        {},
      );
    });
  });
});
