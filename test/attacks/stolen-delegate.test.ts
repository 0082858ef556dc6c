import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import type { ContractTransactionResponse } from "ethers";

import { ZERO_ADDRESS, asAddress } from "../../sdk/src/index";
import {
  OUTPUT_ROOT,
  at,
  deadlineOf,
  deliverJob,
  expectMoves,
  openDelivered,
  openJob,
  openedBy,
  shareUp,
  signApproval,
  useMarket,
} from "../shared/jobs";
import {
  CLAIMS,
  FEE_BPS,
  PLAIN_TERMS,
  askOf,
  bidOf,
  digestOf,
  fund,
  signAsk,
  signBid,
} from "../shared/market";
import type { Ask, Bid } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";

const ASKS = 1n;
const BIDS = 2n;
const CAP = 250_000n;
const FOREVER = 2n ** 40n - 1n;

/*
A thief of a delegate's key, and an accomplice
├── given it may sign asks: they get the cap out of bonds, and not one unit more
├── given it may sign bids: they get the cap out of prices, less the fee, and not one unit more
├── given a cap that jobs use up and give back: no order of ends frees more than came back
├── given the maker ends the delegation, or its time is over: they get nothing from orders signed before
└── reaches nothing else
   ├── no order of the other side, of another token or of another maker
   ├── no delegation of its own, and no cancellation
   └── no job of the maker: neither its approval nor its end, nor its claims
*/
describe("a thief of a delegate's key, and an accomplice", () => {
  const the = useMarket();

  /** Orders without a verifier, whose bond is the price and no unit more. */
  const plain = (maker: HardhatEthersSigner) => ({
    verifier: ZERO_ADDRESS,
    provider: asAddress(maker.address),
  });

  async function allow(
    maker: HardhatEthersSigner,
    sides: bigint,
    expiry = FOREVER,
  ): Promise<ContractTransactionResponse> {
    const { book, delegate, token } = the();
    return book.connect(maker).setDelegation(delegate, token, sides, CAP, expiry);
  }

  /** The stranger buys `price` from the provider, by an ask that the delegate signed. */
  async function buyFromProvider(price: bigint): Promise<ContractTransactionResponse> {
    const { escrow, provider, delegate, stranger } = the();
    const terms = { ...plain(provider), unitPrice: price, unitBond: price };
    const ask = askOf(the(), { ...terms, nonce: 1n, worker: asAddress(stranger.address) });
    const bid = bidOf(the(), {
      ...plain(provider),
      client: asAddress(stranger.address),
      units: 1n,
      maxUnitPrice: price,
      minUnitBond: 0n,
    });
    const signature = await signAsk(the(), ask, delegate);
    return escrow.connect(stranger).fill(ask, signature, bid, "0x");
  }

  /** The stranger sells `price` to the client, by a bid that the delegate signed. */
  async function sellToClient(price: bigint): Promise<ContractTransactionResponse> {
    const { escrow, book, delegate, stranger } = the();
    const self = asAddress(stranger.address);
    const terms = { ...plain(stranger), unitPrice: price, unitBond: 0n };
    const ask = askOf(the(), { ...terms, worker: self, gpuId: 0n });
    const bid = bidOf(the(), {
      ...plain(stranger),
      units: 1n,
      maxUnitPrice: price,
      minUnitBond: 0n,
      nonce: 1n + (await book.jobCount()),
    });
    const signature = await signBid(the(), bid, delegate);
    return escrow.connect(stranger).fulfil(ask, "0x", bid, signature, OUTPUT_ROOT, "0x");
  }

  async function expectBeyondCap(
    call: Promise<unknown>,
    maker: HardhatEthersSigner,
    wanted: bigint,
    left: bigint,
  ): Promise<void> {
    const { book, delegate, tokenAddress } = the();
    await expect(call)
      .to.be.revertedWithCustomError(book, "OrdersCapExceeded")
      .withArgs(maker.address, delegate.address, tokenAddress, wanted, left);
  }

  context("given it may sign asks", () => {
    it("they get the cap out of bonds, and not one unit more", async () => {
      const { escrow, provider, stranger } = the();
      await fund(the(), stranger);
      await allow(provider, ASKS);
      const attack = async () => {
        for (const price of [100_000n, 100_000n, 50_000n]) {
          const ref = await openedBy(the(), await buyFromProvider(price));
          await at(deadlineOf(ref) + 1n);
          await escrow.connect(stranger).expire(ref.id, ref.job);
        }
      };
      await expectMoves(the(), attack, { provider: -CAP, stranger: CAP });
      await expectBeyondCap(buyFromProvider(1n), provider, 1n, 0n);
    });
  });

  context("given it may sign bids", () => {
    it("they get the cap out of prices, less the fee, and not one unit more", async () => {
      const { client } = the();
      await allow(client, BIDS);
      const prices = [100_000n, 149_999n, 1n];
      const fee = prices.reduce((sum, price) => sum + shareUp(price, FEE_BPS), 0n);
      const attack = async () => {
        for (const price of prices) await sellToClient(price);
      };
      await expectMoves(the(), attack, { client: -CAP, stranger: CAP - fee, treasury: fee });
      await expectBeyondCap(sellToClient(1n), client, 1n, 0n);
    });
  });

  context("given a cap that jobs use up and give back", () => {
    it("no order of ends frees more than came back", async () => {
      const { escrow, book, provider, delegate, stranger, token } = the();
      await fund(the(), stranger);
      await allow(provider, ASKS);
      const [first, second] = [
        await openedBy(the(), await buyFromProvider(150_000n)),
        await openedBy(the(), await buyFromProvider(100_000n)),
      ];
      await expectBeyondCap(buyFromProvider(1n), provider, 1n, 0n);
      const left = async () => CAP - (await book.delegation(provider, delegate, token)).pulled;
      // The accomplice is worker too. Halfway, handing back costs half of the bond, which stays counted.
      await at(second.job.openedAt + second.job.turnaround / 2n);
      await escrow.connect(stranger).handBack(second.id, second.job);
      expect(await left()).to.equal(50_000n);
      const deliver = [first.id, first.job, OUTPUT_ROOT, 1n, "0x"] as const;
      await escrow.connect(stranger).deliver(...deliver);
      expect(await left()).to.equal(200_000n);
      for (const { id, job } of [first, second]) {
        await expect(escrow.connect(stranger).handBack(id, job)).to.be.revertedWithCustomError(
          escrow,
          "JobsStale",
        );
      }
      await expectBeyondCap(buyFromProvider(200_001n), provider, 200_001n, 200_000n);
      await buyFromProvider(200_000n);
    });
  });

  context("given the maker ends the delegation, or its time is over", () => {
    it("they get nothing from orders signed before", async () => {
      const { book, client, delegate, tokenAddress, stranger } = the();
      await allow(client, BIDS);
      await sellToClient(1n);
      const expiry = BigInt(await time.latest()) + 100n;
      await allow(client, BIDS, expiry);
      await at(expiry + 1n);
      await expect(sellToClient(1n))
        .to.be.revertedWithCustomError(book, "OrdersNotDelegated")
        .withArgs(client.address, delegate.address, tokenAddress, BIDS);
      await allow(client, 0n);
      const attack = () =>
        expect(sellToClient(1n)).to.be.revertedWithCustomError(book, "OrdersInvalidSignature");
      await expectMoves(the(), attack, {});
      expect(await the().ledger.balanceOf(stranger, BigInt(tokenAddress))).to.equal(0n);
    });
  });

  context("reaches nothing else", () => {
    /** Fills signed orders of the client and the provider, and expects the maker's refusal. */
    async function expectInvalid(order: Ask | Bid, signature: Hex): Promise<void> {
      const { escrow, book, client, provider } = the();
      const digest = await digestOf(the(), order);
      const call =
        "worker" in order
          ? escrow
              .connect(client)
              .fill(order, signature, bidOf(the(), { token: order.token }), "0x")
          : escrow
              .connect(provider)
              .fill(askOf(the(), { token: order.token }), "0x", order, signature);
      const maker = "worker" in order ? order.provider : order.client;
      await expect(call)
        .to.be.revertedWithCustomError(book, "OrdersInvalidSignature")
        .withArgs(maker, digest);
    }

    it("no order of the other side, of another token or of another maker", async () => {
      const { escrow, book, ledger, verifier, client, provider, delegate, tokenAddress } = the();
      await allow(client, BIDS);
      const other = asAddress(await ledger.getAddress());
      await book.setVerifierTerms(other, verifier, PLAIN_TERMS);
      const foreign = bidOf(the(), { nonce: 1n, token: other });
      await expectInvalid(foreign, await signBid(the(), foreign, delegate));
      const strange = askOf(the(), { nonce: 1n });
      await expectInvalid(strange, await signAsk(the(), strange, delegate));
      const ask = askOf(the(), { nonce: 1n, provider: asAddress(client.address), gpuId: 0n });
      const signature = await signAsk(the(), ask, delegate);
      const bid = bidOf(the(), { client: asAddress(provider.address) });
      await expect(escrow.connect(provider).fill(ask, signature, bid, "0x"))
        .to.be.revertedWithCustomError(book, "OrdersNotDelegated")
        .withArgs(client.address, delegate.address, tokenAddress, ASKS);
    });

    it("no delegation of its own, and no cancellation", async () => {
      const { book, client, delegate, stranger, token } = the();
      await allow(client, BIDS);
      const bid = bidOf(the(), { nonce: 1n });
      await book.connect(delegate).setDelegation(stranger, token, BIDS, CAP, FOREVER);
      await expectInvalid(bid, await signBid(the(), bid, stranger));
      await book.connect(delegate).cancelNonces(0n, 2n);
      expect(await book.nonceBitmap(client, 0n)).to.equal(0n);
    });

    it("no job of the maker: neither its approval nor its end, nor its claims", async () => {
      const { escrow, ledger, client, delegate, token, tokenAddress } = the();
      await allow(client, BIDS);
      const open = await openJob(the());
      await expect(escrow.connect(delegate).cancel(open.id, open.job))
        .to.be.revertedWithCustomError(escrow, "JobsUnauthorized")
        .withArgs(open.id, delegate.address);
      const { id, job } = await openDelivered(the());
      const approval = await signApproval(the(), id, { signer: delegate });
      for (const given of ["0x", approval]) {
        await expect(escrow.connect(delegate).approve(id, job, given))
          .to.be.revertedWithCustomError(escrow, "JobEscrowInvalidApproval")
          .withArgs(id, client.address, await escrow.approvalDigest(id, OUTPUT_ROOT, 4n));
      }
      await expect(ledger.connect(delegate).transferFrom(client, delegate, tokenAddress, 1n))
        .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientAllowance")
        .withArgs(delegate.address, 0n, 1n, BigInt(tokenAddress));
      await expect(ledger.connect(delegate).withdraw(token, 1n, delegate))
        .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
        .withArgs(delegate.address, 0n, 1n, BigInt(tokenAddress));
      await deliverJob(the(), open);
      expect(await ledger.balanceOf(client, tokenAddress)).to.equal(CLAIMS - 80_000n);
    });
  });
});
