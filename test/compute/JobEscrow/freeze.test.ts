import { expect } from "chai";

import { JobStatus, TermsClass } from "../../../sdk/src/index";
import {
  approveJob,
  at,
  demandPiece,
  expectMoves,
  freezeJob,
  frozenUntil,
  jobNow,
  openDelivered,
  openFrozen,
  openJob,
  useMarket,
  windowEnd,
  withChanges,
} from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";

/*
JobEscrow.freeze
├── given the job is open: it reverts with JobsWrongStatus
├── given the job is frozen: it reverts with VerdictsFrozen
├── when the caller is not the job's verifier: it reverts with JobsUnauthorized
├── when the window is not over: it freezes the job up to the last second
├── when the window is over: it reverts with VerdictsTooLate
├── it counts the job, emits JobFrozen and moves nothing
├── it freezes a job whose price is paid, or on which a demand is unanswered
└── it freezes a job again that was let go

JobEscrow.unfreeze
├── given the job is not frozen: it reverts with VerdictsNotFrozen
├── when the caller is not the job's verifier: it reverts with JobsUnauthorized
├── it counts the job no more, emits JobUnfrozen and moves nothing
└── it lets a job go as late as the verifier likes, while it is not settled

JobEscrow.frozenJobs
└── it counts the jobs of each provider, and each job once
*/
describe("JobEscrow", () => {
  const the = useMarket();
  const freeze = ({ id, job }: JobRef, caller = the().verifier) =>
    the().escrow.connect(caller).freeze(id, job);
  const unfreeze = ({ id, job }: JobRef, caller = the().verifier) =>
    the().escrow.connect(caller).unfreeze(id, job);
  const count = () => the().escrow.frozenJobs(the().provider);

  async function expectOthersRefused(call: typeof freeze, ref: JobRef) {
    const { escrow, admin, client, provider, worker, stranger } = the();
    for (const caller of [admin, client, provider, worker, stranger]) {
      await expect(call(ref, caller))
        .to.be.revertedWithCustomError(escrow, "JobsUnauthorized")
        .withArgs(ref.id, caller.address);
    }
  }

  describe("freeze", () => {
    context("given the job is open", () => {
      it("reverts with JobsWrongStatus", async () => {
        const ref = await openJob(the());
        await expect(freeze(ref))
          .to.be.revertedWithCustomError(the().escrow, "JobsWrongStatus")
          .withArgs(ref.id, JobStatus.Open);
      });
    });

    context("given the job is frozen", () => {
      it("reverts with VerdictsFrozen", async () => {
        const ref = await openFrozen(the());
        await expect(freeze(ref))
          .to.be.revertedWithCustomError(the().escrow, "VerdictsFrozen")
          .withArgs(ref.id);
      });
    });

    context("when the caller is not the job's verifier", () => {
      it("reverts with JobsUnauthorized", async () => {
        await expectOthersRefused(freeze, await openDelivered(the()));
      });
    });

    context("when the window is not over", () => {
      it("freezes the job up to the last second", async () => {
        for (const termsClass of [TermsClass.Fast, TermsClass.Standard, TermsClass.High]) {
          const ref = await openDelivered(the(), { ask: { termsClass }, bid: { termsClass } });
          await at(windowEnd(ref));
          await freeze(ref);
        }
        expect(await count()).to.equal(3n);
      });
    });

    context("when the window is over", () => {
      it("reverts with VerdictsTooLate", async () => {
        const ref = await openDelivered(the());
        await at(windowEnd(ref) + 1n);
        await expect(freeze(ref))
          .to.be.revertedWithCustomError(the().escrow, "VerdictsTooLate")
          .withArgs(ref.id, windowEnd(ref));
      });
    });

    it("counts the job, emits JobFrozen and moves nothing", async () => {
      const { escrow, provider } = the();
      const ref = await openDelivered(the());
      let call;
      await expectMoves(the(), async () => (call = await freeze(ref)), {});
      await expect(call).to.emit(escrow, "JobFrozen").withArgs(ref.id, provider.address);
      expect(await count()).to.equal(1n);
      expect((await jobNow(the(), ref.id)).job).to.deep.equal(
        withChanges(ref.job, { frozen: true }),
      );
    });

    it("freezes a job whose price is paid, or on which a demand is unanswered", async () => {
      await freeze(await approveJob(the(), await openDelivered(the())));
      await freeze(await demandPiece(the(), await openDelivered(the())));
      expect(await count()).to.equal(2n);
    });

    it("freezes a job again that was let go", async () => {
      const ref = await openFrozen(the());
      await unfreeze(ref);
      const again = await freezeJob(the(), await jobNow(the(), ref.id));
      expect(again.job).to.deep.equal(ref.job);
      expect(await count()).to.equal(1n);
    });
  });

  describe("unfreeze", () => {
    context("given the job is not frozen", () => {
      it("reverts with VerdictsNotFrozen", async () => {
        const ref = await openDelivered(the());
        await expect(unfreeze(ref))
          .to.be.revertedWithCustomError(the().escrow, "VerdictsNotFrozen")
          .withArgs(ref.id);
      });
    });

    context("when the caller is not the job's verifier", () => {
      it("reverts with JobsUnauthorized", async () => {
        await expectOthersRefused(unfreeze, await openFrozen(the()));
      });
    });

    it("counts the job no more, emits JobUnfrozen and moves nothing", async () => {
      const { escrow, provider } = the();
      const ref = await openFrozen(the());
      let call;
      await expectMoves(the(), async () => (call = await unfreeze(ref)), {});
      await expect(call).to.emit(escrow, "JobUnfrozen").withArgs(ref.id, provider.address);
      expect(await count()).to.equal(0n);
      expect((await jobNow(the(), ref.id)).job.frozen).to.equal(false);
    });

    it("lets a job go as late as the verifier likes, while it is not settled", async () => {
      const { escrow } = the();
      const ref = await openFrozen(the());
      await at(frozenUntil(ref) + 1_000_000n);
      await unfreeze(ref);
      await escrow.settle(ref.id, (await jobNow(the(), ref.id)).job);
      expect(await count()).to.equal(0n);
    });
  });

  describe("frozenJobs", () => {
    it("counts the jobs of each provider, and each job once", async () => {
      const { escrow, verifier, client } = the();
      const [let_go, slashed, settled] = [
        await openFrozen(the()),
        await openFrozen(the()),
        await openFrozen(the()),
      ];
      expect(await count()).to.equal(3n);
      expect(await escrow.frozenJobs(client)).to.equal(0n);
      await unfreeze(let_go);
      expect(await count()).to.equal(2n);
      await escrow.connect(verifier).slash(slashed.id, slashed.job, 0n);
      expect(await count()).to.equal(1n);
      await at(frozenUntil(settled) + 1n);
      await escrow.settle(settled.id, settled.job);
      expect(await count()).to.equal(0n);
    });
  });
});
