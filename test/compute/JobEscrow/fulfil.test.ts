import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";

import { JobStatus, asAddress } from "../../../sdk/src/index";
import type { Ask, Bid } from "../../../sdk/src/index";
import { OUTPUT_ROOT, at, expectMoves, jobNow, signApproval, useMarket } from "../../shared/jobs";
import { CLAIMS, askOf, bidOf, plainOf, signAsk, signBid } from "../../shared/market";

/*
JobEscrow.fulfil
├── it opens and delivers all units of the job in one call
├── it reverts with JobsUnauthorized when the caller is not the ask's worker
├── it reverts with what the order book says when the orders do not fit
├── given the job names a verifier
│  ├── it reverts with OrderBookBondTooLow when the bond is below the least
│  ├── it pays the price and keeps the bond when the client approved
│  └── it leaves the price in escrow when somebody else approved
└── given the job names no verifier
   ├── it pays the price at once and pulls no bond, whatever bond the ask says
   ├── it counts no bond against a delegate's cap
   ├── it emits JobOpened, JobDelivered and JobSettled, and stores nothing
   └── it reverts with ERC6909InsufficientBalance when the client cannot pay
*/
describe("JobEscrow", () => {
  describe("fulfil", () => {
    const the = useMarket();

    /** The provider, its own worker, takes a signed bid and delivers. */
    async function fulfil(
      changes: Partial<Ask> = {},
      bidChanges: Partial<Bid> = {},
      approval = "0x",
      caller = the().provider,
    ) {
      const nonce = 1n + (await the().book.jobCount());
      const ask = askOf(the(), { worker: asAddress(the().provider.address), ...changes });
      const bid = bidOf(the(), { nonce, minUnitBond: 0n, ...bidChanges });
      const signature = await signBid(the(), bid);
      return the().escrow.connect(caller).fulfil(ask, "0x", bid, signature, OUTPUT_ROOT, approval);
    }

    it("opens and delivers all units of the job in one call", async () => {
      const { escrow } = the();
      const now = BigInt(await time.latest()) + 50n;
      await at(now);
      const call = await fulfil();
      await expect(call).to.emit(escrow, "JobOpened");
      await expect(call).to.emit(escrow, "JobDelivered").withArgs(1n, OUTPUT_ROOT, 4n, now);
      const { job } = await jobNow(the(), 1n);
      expect([job.status, job.openedAt, job.deliveredAt]).to.deep.equal([
        JobStatus.Delivered,
        now,
        now,
      ]);
      await expectMoves(the(), fulfil, { client: -40_000n, provider: -100_000n, escrow: 140_000n });
    });

    it("reverts with JobsUnauthorized when the caller is not the ask's worker", async () => {
      const { escrow, provider, worker } = the();
      await expect(fulfil({ worker: asAddress(worker.address) }))
        .to.be.revertedWithCustomError(escrow, "JobsUnauthorized")
        .withArgs(1n, provider.address);
    });

    it("reverts with what the order book says when the orders do not fit", async () => {
      const { book, provider, stranger } = the();
      await expect(fulfil({ unitPrice: 10_001n }))
        .to.be.revertedWithCustomError(book, "OrderBookPriceTooHigh")
        .withArgs(10_001n, 10_000n);
      await expect(fulfil({ worker: asAddress(stranger.address) }, {}, "0x", stranger))
        .to.be.revertedWithCustomError(book, "OrdersUnsigned")
        .withArgs(provider.address, stranger.address);
    });

    context("given the job names a verifier", () => {
      it("reverts with OrderBookBondTooLow when the bond is below the least", async () => {
        await expect(fulfil({ unitBond: 19_999n }))
          .to.be.revertedWithCustomError(the().book, "OrderBookBondTooLow")
          .withArgs(79_996n, 80_000n);
      });

      it("pays the price and keeps the bond when the client approved", async () => {
        const approval = await signApproval(the(), 1n);
        await expectMoves(the(), () => fulfil({}, {}, approval), {
          client: -40_000n,
          provider: 39_000n - 100_000n,
          treasury: 1_000n,
          escrow: 100_000n,
        });
      });

      it("leaves the price in escrow when somebody else approved", async () => {
        const approval = await signApproval(the(), 1n, { signer: the().provider });
        await expectMoves(the(), () => fulfil({}, {}, approval), {
          client: -40_000n,
          provider: -100_000n,
          escrow: 140_000n,
        });
      });
    });

    context("given the job names no verifier", () => {
      const plain = (unitBond: bigint) => ({ unitBond, ...plainOf(the()) });

      it("pays the price at once and pulls no bond, whatever bond the ask says", async () => {
        for (const bond of [0n, 1n, 10n ** 30n]) {
          await expectMoves(the(), () => fulfil(plain(bond), plainOf(the())), {
            client: -40_000n,
            provider: 39_000n,
            treasury: 1_000n,
          });
        }
      });

      it("counts no bond against a delegate's cap", async () => {
        const { book, escrow, provider, delegate, token } = the();
        await book.connect(provider).setDelegation(delegate, token, 1n, 10n, 2n ** 40n - 1n);
        const ask = askOf(the(), {
          worker: asAddress(delegate.address),
          nonce: 5n,
          ...plain(25_000n),
        });
        const signature = await signAsk(the(), ask, delegate);
        const bid = bidOf(the(), { nonce: 1n, ...plainOf(the()) });
        await escrow
          .connect(delegate)
          .fulfil(ask, signature, bid, await signBid(the(), bid), OUTPUT_ROOT, "0x");
        expect((await book.delegation(provider, delegate, token)).pulled).to.equal(0n);
        expect(await book.filledUnits(provider, 5n)).to.equal(4n);
      });

      it("emits JobOpened, JobDelivered and JobSettled, and stores nothing", async () => {
        const { escrow, provider } = the();
        const call = await fulfil(plain(5n), plainOf(the()), "0x12");
        await expect(call).to.emit(escrow, "JobOpened");
        await expect(call).to.emit(escrow, "JobDelivered");
        await expect(call)
          .to.emit(escrow, "JobSettled")
          .withArgs(1n, provider.address, 40_000n, 1_000n);
        expect(await escrow.jobHash(1n)).to.equal(ZeroHash);
      });

      it("reverts with ERC6909InsufficientBalance when the client cannot pay", async () => {
        const { ledger, client, stranger, tokenAddress } = the();
        const id = BigInt(tokenAddress);
        await ledger.connect(client).transfer(stranger, id, CLAIMS - 39_999n);
        await expect(fulfil(plain(0n), plainOf(the())))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
          .withArgs(client.address, 38_999n, 39_000n, id);
      });
    });
  });
});
