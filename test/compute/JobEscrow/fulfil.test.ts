import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";

import { asAddress } from "../../../sdk/src/types/address";
import type { Ask, Bid } from "../../../sdk/src/types/order";
import {
  JobStatus,
  OUTPUT_ROOT,
  at,
  expectMoves,
  jobNow,
  signApproval,
  useMarket,
  windowEnd,
} from "../../shared/jobs";
import { askOf, bidOf, plainOf, signBid } from "../../shared/market";

/*
JobEscrow.fulfil
├── it opens and delivers all units of the job in one call
├── it reverts with JobsUnauthorized when the caller is not the ask's worker
├── it reverts with what the order book says when the orders do not fit
├── given the job names a verifier
│  ├── it reverts with OrderBookBondTooLow when the bond is below the least
│  └── it pays the price and keeps the bond when the client approved
└── given the job names no verifier
   ├── it takes any bond, also none
   ├── it settles at once when the client approved
   ├── it leaves the job to its window when the client did not
   └── it reverts with JobEscrowInvalidApproval when somebody else approved
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
      const { escrow, provider } = the();
      const now = BigInt(await time.latest()) + 50n;
      await at(now);
      const call = await fulfil();
      await expect(call).to.emit(escrow, "JobOpened");
      await expect(call)
        .to.emit(escrow, "JobDelivered")
        .withArgs(1n, provider.address, OUTPUT_ROOT, 4n, now);
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
    });

    context("given the job names no verifier", () => {
      const plain = (unitBond: bigint) => ({ unitBond, ...plainOf(the()) });

      it("takes any bond, also none", async () => {
        for (const bond of [0n, 1n, 9_999n]) {
          await expectMoves(the(), () => fulfil(plain(bond), plainOf(the())), {
            client: -40_000n,
            provider: -4n * bond,
            escrow: 40_000n + 4n * bond,
          });
        }
      });

      it("settles at once when the client approved", async () => {
        const { escrow, client, provider } = the();
        const approval = await signApproval(the(), 1n);
        let call;
        await expectMoves(
          the(),
          async () => (call = await fulfil(plain(5n), plainOf(the()), approval)),
          { client: -40_000n, provider: 39_000n, treasury: 1_000n },
        );
        await expect(call)
          .to.emit(escrow, "JobSettled")
          .withArgs(1n, client.address, provider.address, 40_000n, 1_000n, 20n);
        expect(await escrow.jobHash(1n)).to.equal(ZeroHash);
      });

      it("leaves the job to its window when the client did not", async () => {
        const { escrow } = the();
        await fulfil(plain(0n), plainOf(the()));
        const ref = await jobNow(the(), 1n);
        await at(windowEnd(ref) + 1n);
        await expectMoves(the(), () => escrow.settle(1n, ref.job), {
          provider: 39_000n,
          treasury: 1_000n,
          escrow: -40_000n,
        });
      });

      it("reverts with JobEscrowInvalidApproval when somebody else approved", async () => {
        const { escrow, client, provider } = the();
        const approval = await signApproval(the(), 1n, { signer: provider });
        const digest = await escrow.approvalDigest(1n, OUTPUT_ROOT, 4n);
        await expect(fulfil(plain(0n), plainOf(the()), approval))
          .to.be.revertedWithCustomError(escrow, "JobEscrowInvalidApproval")
          .withArgs(1n, client.address, digest);
      });
    });
  });
});
