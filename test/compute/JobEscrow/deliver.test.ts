import { expect } from "chai";
import { ZeroHash } from "ethers";

import { JobStatus } from "../../../sdk/src/index";
import { plainOf } from "../../shared/market";
import {
  OUTPUT_ROOT,
  at,
  deadlineOf,
  deliverJob,
  expectMoves,
  jobNow,
  openDelivered,
  openJob,
  useMarket,
  withChanges,
} from "../../shared/jobs";
import type { JobRef, OpenOptions } from "../../shared/jobs";

/*
JobEscrow.deliver
├── given the job is delivered: it reverts with JobsWrongStatus
├── given the job ended: it reverts with JobsStale
├── when the caller is not the worker: it reverts with JobsUnauthorized
├── when the deadline is not over: it takes the delivery up to the last second
├── when the deadline is over: it reverts with JobEscrowTooLate
├── when no units are delivered, or one too many: it reverts with JobEscrowInvalidUnits
├── when all units are delivered
│  └── it moves no money and emits JobDelivered
├── given the job has no verifier
│  ├── it settles at once, whether or not the client approved
│  └── it settles what is delivered when the last units are left out
└── when the last units are left out
   ├── it hands their price and bond back and emits UnitsDropped
   ├── given the client or a third party called fill
   │  ├── it charges nothing in the first tenth of the turnaround
   │  └── it charges the elapsed share of their price afterwards, rounded up
   ├── given the provider called fill
   │  ├── it charges one hundredth of their price, rounded up, while less has passed
   │  └── it charges the elapsed share once that is more
   └── it charges their whole price at the last second
*/
describe("JobEscrow", () => {
  describe("deliver", () => {
    const the = useMarket();
    const odd: OpenOptions = { ask: { unitPrice: 3_333n } };
    const deliver = ({ id, job }: JobRef, units = job.units, caller = the().worker) =>
      the().escrow.connect(caller).deliver(id, job, OUTPUT_ROOT, units, "0x");

    context("given the job is delivered", () => {
      it("reverts with JobsWrongStatus", async () => {
        const ref = await openDelivered(the());
        await expect(deliver(ref))
          .to.be.revertedWithCustomError(the().escrow, "JobsWrongStatus")
          .withArgs(ref.id, JobStatus.Delivered);
      });
    });

    context("given the job ended", () => {
      it("reverts with JobsStale", async () => {
        const { escrow, client } = the();
        const ref = await openJob(the());
        const hash = await escrow.jobHash(ref.id);
        await escrow.connect(client).cancel(ref.id, ref.job);
        await expect(deliver(ref))
          .to.be.revertedWithCustomError(escrow, "JobsStale")
          .withArgs(ref.id, hash, ZeroHash);
      });
    });

    context("when the caller is not the worker", () => {
      it("reverts with JobsUnauthorized", async () => {
        const { escrow, provider, client, stranger } = the();
        const ref = await openJob(the());
        for (const caller of [provider, client, stranger]) {
          await expect(deliver(ref, 4n, caller))
            .to.be.revertedWithCustomError(escrow, "JobsUnauthorized")
            .withArgs(ref.id, caller.address);
        }
      });
    });

    context("when the deadline is not over", () => {
      it("takes the delivery up to the last second", async () => {
        for (const before of [1n, 0n]) {
          const ref = await openJob(the());
          await at(deadlineOf(ref) - before);
          const { job } = await deliverJob(the(), ref);
          expect(job.deliveredAt).to.equal(deadlineOf(ref) - before);
        }
      });
    });

    context("when the deadline is over", () => {
      it("reverts with JobEscrowTooLate", async () => {
        const ref = await openJob(the());
        await at(deadlineOf(ref) + 1n);
        await expect(deliver(ref))
          .to.be.revertedWithCustomError(the().escrow, "JobEscrowTooLate")
          .withArgs(ref.id, deadlineOf(ref));
      });
    });

    context("when no units are delivered, or one too many", () => {
      it("reverts with JobEscrowInvalidUnits", async () => {
        const ref = await openJob(the());
        for (const units of [0n, 5n, 2n ** 64n - 1n]) {
          await expect(deliver(ref, units))
            .to.be.revertedWithCustomError(the().escrow, "JobEscrowInvalidUnits")
            .withArgs(ref.id, units, 4n);
        }
      });
    });

    context("when all units are delivered", () => {
      it("moves no money and emits JobDelivered", async () => {
        const { escrow } = the();
        const ref = await openJob(the());
        await at(ref.job.openedAt + 600n);
        let call;
        await expectMoves(the(), async () => (call = await deliver(ref)), {});
        await expect(call)
          .to.emit(escrow, "JobDelivered")
          .withArgs(ref.id, OUTPUT_ROOT, 4n, ref.job.openedAt + 600n);
        await expect(call).to.not.emit(escrow, "UnitsDropped");
        expect((await jobNow(the(), ref.id)).job).to.deep.equal(
          withChanges(ref.job, {
            status: JobStatus.Delivered,
            outputRoot: OUTPUT_ROOT,
            deliveredAt: ref.job.openedAt + 600n,
          }),
        );
      });
    });

    context("given the job has no verifier", () => {
      it("settles at once, whether or not the client approved", async () => {
        const { escrow, provider } = the();
        for (const approval of ["0x", "0x12"]) {
          const { id, job } = await openJob(the(), { ask: plainOf(the()), bid: plainOf(the()) });
          let call;
          await expectMoves(
            the(),
            async () =>
              (call = await escrow
                .connect(the().worker)
                .deliver(id, job, OUTPUT_ROOT, 4n, approval)),
            { provider: 139_000n, treasury: 1_000n, escrow: -140_000n },
          );
          await expect(call)
            .to.emit(escrow, "JobSettled")
            .withArgs(id, provider.address, 40_000n, 1_000n);
          expect(await escrow.jobHash(id)).to.equal(ZeroHash);
        }
      });

      it("settles what is delivered when the last units are left out", async () => {
        const ref = await openJob(the(), { ask: plainOf(the()), bid: plainOf(the()) });
        await at(ref.job.openedAt + 1_800n);
        await expectMoves(the(), () => deliver(ref, 3n), {
          client: 15_000n,
          provider: 20_000n + 104_250n,
          treasury: 750n,
          escrow: -140_000n,
        });
      });
    });

    context("when the last units are left out", () => {
      /** Delivers 1 of 4 units after `elapsed` seconds and expects the provider to pay `share`. */
      async function expectShare(options: OpenOptions, elapsed: bigint, share: bigint) {
        const ref = await openJob(the(), options);
        await at(ref.job.openedAt + elapsed);
        await expectMoves(the(), () => deliver(ref, 1n), {
          client: 9_999n + share,
          provider: 75_000n - share,
          escrow: -84_999n,
        });
      }

      it("hands their price and bond back and emits UnitsDropped", async () => {
        const { escrow } = the();
        const ref = await openJob(the());
        await at(ref.job.openedAt + 1_800n);
        let call;
        await expectMoves(the(), async () => (call = await deliver(ref, 3n)), {
          client: 15_000n,
          provider: 20_000n,
          escrow: -35_000n,
        });
        await expect(call).to.emit(escrow, "UnitsDropped").withArgs(ref.id, 1n, 5_000n);
        await expect(call)
          .to.emit(escrow, "JobDelivered")
          .withArgs(ref.id, OUTPUT_ROOT, 3n, ref.job.openedAt + 1_800n);
        expect((await jobNow(the(), ref.id)).job.units).to.equal(3n);
      });

      context("given the client or a third party called fill", () => {
        it("charges nothing in the first tenth of the turnaround", async () => {
          for (const by of ["client", "matcher"] as const) {
            for (const elapsed of [1n, 360n]) await expectShare({ ...odd, by }, elapsed, 0n);
          }
        });

        it("charges the elapsed share of their price afterwards, rounded up", async () => {
          for (const by of ["client", "matcher"] as const) {
            // 9,999 × 361 / 3,600 = 1,002.7
            await expectShare({ ...odd, by }, 361n, 1_003n);
            await expectShare({ ...odd, by }, 3_599n, 9_997n);
          }
        });
      });

      context("given the provider called fill", () => {
        const by = "provider";

        it("charges one hundredth of their price, rounded up, while less has passed", async () => {
          for (const elapsed of [1n, 35n, 36n]) await expectShare({ ...odd, by }, elapsed, 100n);
        });

        it("charges the elapsed share once that is more", async () => {
          await expectShare({ ...odd, by }, 37n, 103n);
          await expectShare({ ...odd, by }, 360n, 1_000n);
        });
      });

      it("charges their whole price at the last second", async () => {
        for (const by of ["client", "provider", "matcher"] as const) {
          await expectShare({ ...odd, by }, 3_600n, 9_999n);
        }
      });
    });
  });
});
