import { expect } from "chai";
import { ZeroHash } from "ethers";

import { JobStatus } from "../../../sdk/src/index";
import { at, deadlineOf, expectMoves, openDelivered, openJob, useMarket } from "../../shared/jobs";
import type { FillSide, JobRef, OpenOptions } from "../../shared/jobs";

/*
JobEscrow.cancel
├── given the job is delivered: it reverts with JobsWrongStatus
├── given the job ended: it reverts with JobsStale
├── when the caller is not the client: it reverts with JobsUnauthorized
├── when the deadline is over: it reverts with JobEscrowTooLate
├── it pays the whole price at the last second
├── it pays the elapsed share, rounded up, from the price, and a fee on it, rounded up
├── it pays at least the ask's cancel share, rounded up
├── given the client called fill
│  └── it pays at least one hundredth, rounded up
├── given the provider or a third party called fill
│  └── it pays no more than the elapsed share
└── it gives the bond back and emits JobCancelled

JobEscrow.handBack
├── given the job is delivered: it reverts with JobsWrongStatus
├── given the job ended: it reverts with JobsStale
├── when the caller is neither worker nor provider: it reverts with JobsUnauthorized
├── when the deadline is over: it reverts with JobEscrowTooLate
├── given the client or a third party called fill
│  ├── it is free in the first tenth of the turnaround, for worker and provider
│  └── it pays the elapsed share from the bond afterwards, rounded up
├── given the provider called fill
│  └── it pays the elapsed share, but at least one hundredth
├── it pays the whole price at the last second
└── it gives price and share to the client and emits JobHandedBack

JobEscrow.expire
├── given the job is delivered: it reverts with JobsWrongStatus
├── given the job ended: it reverts with JobsStale
├── when the deadline is not over: it reverts with JobEscrowNotExpired up to the last second
└── when the deadline is over: it gives the client its price twice, for anyone, and emits JobExpired
*/
describe("JobEscrow", () => {
  const the = useMarket();
  type Call = (ref: JobRef, caller?: ReturnType<typeof the>["client"]) => Promise<unknown>;

  const cancel: Call = ({ id, job }, caller = the().client) =>
    the().escrow.connect(caller).cancel(id, job);
  const handBack: Call = ({ id, job }, caller = the().worker) =>
    the().escrow.connect(caller).handBack(id, job);
  const expire: Call = ({ id, job }, caller = the().stranger) =>
    the().escrow.connect(caller).expire(id, job);

  /** An open job whose price of 9,999 no share divides evenly, and whose bond is 30,000. */
  const odd = (by: FillSide, cancelShareBps = 0n): OpenOptions => ({
    by,
    ask: { unitPrice: 3_333n, unitBond: 10_000n, cancelShareBps },
    bid: { units: 3n, minUnitBond: 0n },
  });

  /** What every way to end an open job has in common. */
  function itNeedsAnOpenJob(call: Call): void {
    context("given the job is delivered", () => {
      it("reverts with JobsWrongStatus", async () => {
        const ref = await openDelivered(the());
        await expect(call(ref))
          .to.be.revertedWithCustomError(the().escrow, "JobsWrongStatus")
          .withArgs(ref.id, JobStatus.Delivered);
      });
    });

    context("given the job ended", () => {
      it("reverts with JobsStale", async () => {
        const { escrow, provider } = the();
        const ref = await openJob(the());
        const hash = await escrow.jobHash(ref.id);
        await escrow.connect(provider).handBack(ref.id, ref.job);
        await expect(call(ref))
          .to.be.revertedWithCustomError(escrow, "JobsStale")
          .withArgs(ref.id, hash, ZeroHash);
      });
    });
  }

  function itEndsWithTheDeadline(call: Call): void {
    context("when the deadline is over", () => {
      it("reverts with JobEscrowTooLate", async () => {
        const ref = await openJob(the());
        await at(deadlineOf(ref) + 1n);
        await expect(call(ref))
          .to.be.revertedWithCustomError(the().escrow, "JobEscrowTooLate")
          .withArgs(ref.id, deadlineOf(ref));
      });
    });
  }

  describe("cancel", () => {
    itNeedsAnOpenJob(cancel);
    itEndsWithTheDeadline(cancel);

    /** Cancels after `elapsed` seconds and expects the client to pay `share`, with `fee` in it. */
    async function expectShare(options: OpenOptions, elapsed: bigint, share: bigint, fee: bigint) {
      const ref = await openJob(the(), options);
      await at(ref.job.openedAt + elapsed);
      await expectMoves(the(), () => cancel(ref), {
        client: 9_999n - share,
        provider: share - fee + 30_000n,
        treasury: fee,
        escrow: -39_999n,
      });
    }

    context("when the caller is not the client", () => {
      it("reverts with JobsUnauthorized", async () => {
        const { escrow, provider, worker, stranger } = the();
        const ref = await openJob(the());
        for (const caller of [provider, worker, stranger]) {
          await expect(cancel(ref, caller))
            .to.be.revertedWithCustomError(escrow, "JobsUnauthorized")
            .withArgs(ref.id, caller.address);
        }
      });
    });

    it("pays the whole price at the last second", async () => {
      for (const by of ["client", "provider", "matcher"] as const) {
        await expectShare(odd(by), 3_600n, 9_999n, 250n);
      }
    });

    it("pays the elapsed share, rounded up, from the price, and a fee on it, rounded up", async () => {
      for (const by of ["client", "provider", "matcher"] as const) {
        // 9,999 × 1,801 / 3,600 = 5,002.3; 2.5 % of 5,003 is 125.075.
        await expectShare(odd(by), 1_801n, 5_003n, 126n);
      }
    });

    it("pays at least the ask's cancel share, rounded up", async () => {
      // 9,999 × 30.01 % = 3,000.7; after 1,080 s the elapsed share is 2,999.7, after 1,081 s 3,002.5.
      await expectShare(odd("matcher", 3_001n), 1n, 3_001n, 76n);
      await expectShare(odd("matcher", 3_001n), 1_080n, 3_001n, 76n);
      await expectShare(odd("matcher", 3_001n), 1_081n, 3_003n, 76n);
      await expectShare(odd("client", 10_000n), 1n, 9_999n, 250n);
    });

    context("given the client called fill", () => {
      it("pays at least one hundredth, rounded up", async () => {
        // After 36 s the elapsed share is 99.99, after 37 s 102.8.
        await expectShare(odd("client"), 1n, 100n, 3n);
        await expectShare(odd("client"), 36n, 100n, 3n);
        await expectShare(odd("client"), 37n, 103n, 3n);
        await expectShare(odd("client", 200n), 1n, 200n, 5n);
      });
    });

    context("given the provider or a third party called fill", () => {
      it("pays no more than the elapsed share", async () => {
        // 9,999 × 1 / 3,600 = 2.8, of which the fee is 0.075.
        for (const by of ["provider", "matcher"] as const) await expectShare(odd(by), 1n, 3n, 1n);
      });
    });

    it("gives the bond back and emits JobCancelled", async () => {
      const { escrow } = the();
      const ref = await openJob(the(), { by: "provider", ask: { cancelShareBps: 1_000n } });
      await at(ref.job.openedAt + 900n);
      let call;
      await expectMoves(the(), async () => (call = await cancel(ref)), {
        client: 30_000n,
        provider: 9_750n + 100_000n,
        treasury: 250n,
        escrow: -140_000n,
      });
      await expect(call).to.emit(escrow, "JobCancelled").withArgs(ref.id, 10_000n, 250n);
      expect(await escrow.jobHash(ref.id)).to.equal(ZeroHash);
    });
  });

  describe("handBack", () => {
    itNeedsAnOpenJob(handBack);
    itEndsWithTheDeadline(handBack);

    /** Hands back after `elapsed` seconds and expects the provider to pay `share`. */
    async function expectShare(
      by: FillSide,
      elapsed: bigint,
      share: bigint,
      caller = the().worker,
    ) {
      const ref = await openJob(the(), odd(by));
      await at(ref.job.openedAt + elapsed);
      await expectMoves(the(), () => handBack(ref, caller), {
        client: 9_999n + share,
        provider: 30_000n - share,
        escrow: -39_999n,
      });
    }

    context("when the caller is neither worker nor provider", () => {
      it("reverts with JobsUnauthorized", async () => {
        const { escrow, client, verifier, stranger } = the();
        const ref = await openJob(the());
        for (const caller of [client, verifier, stranger]) {
          await expect(handBack(ref, caller))
            .to.be.revertedWithCustomError(escrow, "JobsUnauthorized")
            .withArgs(ref.id, caller.address);
        }
      });
    });

    context("given the client or a third party called fill", () => {
      it("is free in the first tenth of the turnaround, for worker and provider", async () => {
        for (const by of ["client", "matcher"] as const) {
          for (const caller of [the().worker, the().provider]) {
            for (const elapsed of [1n, 359n, 360n]) await expectShare(by, elapsed, 0n, caller);
          }
        }
      });

      it("pays the elapsed share from the bond afterwards, rounded up", async () => {
        // 9,999 × 361 / 3,600 = 1,002.7
        for (const by of ["client", "matcher"] as const) await expectShare(by, 361n, 1_003n);
      });
    });

    context("given the provider called fill", () => {
      it("pays the elapsed share, but at least one hundredth", async () => {
        for (const [elapsed, share] of [
          [1n, 100n],
          [36n, 100n],
          [37n, 103n],
          [360n, 1_000n],
          [361n, 1_003n],
        ]) {
          await expectShare("provider", elapsed, share);
        }
      });
    });

    it("pays the whole price at the last second", async () => {
      for (const by of ["client", "provider", "matcher"] as const) {
        await expectShare(by, 3_599n, 9_997n);
        await expectShare(by, 3_600n, 9_999n);
      }
    });

    it("gives price and share to the client and emits JobHandedBack", async () => {
      const { escrow, provider } = the();
      const ref = await openJob(the());
      await at(ref.job.openedAt + 900n);
      let call;
      await expectMoves(the(), async () => (call = await handBack(ref, provider)), {
        client: 50_000n,
        provider: 90_000n,
        escrow: -140_000n,
      });
      await expect(call).to.emit(escrow, "JobHandedBack").withArgs(ref.id, 10_000n);
      expect(await escrow.jobHash(ref.id)).to.equal(ZeroHash);
    });
  });

  describe("expire", () => {
    itNeedsAnOpenJob(expire);

    context("when the deadline is not over", () => {
      it("reverts with JobEscrowNotExpired up to the last second", async () => {
        const ref = await openJob(the());
        for (const before of [1n, 0n]) {
          await at(deadlineOf(ref) - before);
          await expect(expire(ref))
            .to.be.revertedWithCustomError(the().escrow, "JobEscrowNotExpired")
            .withArgs(ref.id, deadlineOf(ref));
        }
      });
    });

    context("when the deadline is over", () => {
      it("gives the client its price twice, for anyone, and emits JobExpired", async () => {
        for (const by of ["client", "provider", "matcher"] as const) {
          const ref = await openJob(the(), odd(by));
          await at(deadlineOf(ref) + 1n);
          let call;
          await expectMoves(the(), async () => (call = await expire(ref)), {
            client: 19_998n,
            provider: 20_001n,
            escrow: -39_999n,
          });
          await expect(call).to.emit(the().escrow, "JobExpired").withArgs(ref.id, 9_999n);
          expect(await the().escrow.jobHash(ref.id)).to.equal(ZeroHash);
        }
      });
    });
  });
});
