import { expect } from "chai";
import { ZeroHash } from "ethers";
import {
  Outcome,
  atOutputRoot,
  contestableUntil,
  frozenUntil,
  packJob,
} from "../../../sdk/src/index";
import type { Job, TermsClass } from "../../../sdk/src/index";
import { knowledgeOf, mistakenAbout, trueClaim } from "../../shared/games/claims";
import { byKnowledge } from "../../shared/games/players";
import { at } from "../../shared/jobs";
import { NODE, NOISE, TRUTH, freshDispute } from "../Games/fixture";
import type { Dispute } from "../Games/fixture";

/*
OptimisticVerifier.unfreeze
├── it reverts with OptimisticVerifierLiveGames given a game that is not over
├── it reverts with OptimisticVerifierTooEarly up to the last second of the window
├── it reverts with TracesForeignJob given a job that is older, changed, or over
├── it reverts with VerdictsNotFrozen given a job that nobody challenged, or that thawed
└── it lets anyone settle a job whose challenges were lost or given up within its window

OptimisticVerifier
└── it changes a job once within its window, however often it is challenged and given up
*/
describe("OptimisticVerifier", () => {
  let the: Dispute;
  beforeEach(async () => {
    the = await freshDispute();
  });

  const honest = byKnowledge(knowledgeOf(TRUTH), "worker");
  const mistaken = byKnowledge(mistakenAbout(TRUTH, NODE.sum), "challenger");
  const challenge = (id: bigint) => the.table.challenge(id, atOutputRoot(the.table.job(id).job));
  const strangersTo = (job: Job): Job[] => [
    { ...job, frozen: false },
    { ...job, outputRoot: NOISE },
    { ...job, units: job.units + 1n },
  ];
  const unfreeze = (job = the.table.job(the.jobId).job) =>
    the.optimisticVerifier.connect(the.stranger).unfreeze(the.jobId, packJob(job));

  /** Expects the fixture's job to stay frozen. */
  async function expectFrozen(error: string, ...args: unknown[]): Promise<void> {
    await expect(unfreeze())
      .to.be.revertedWithCustomError(the.optimisticVerifier, error)
      .withArgs(...args);
    expect(await the.escrow.frozenJobs(the.table.job(the.jobId).job.provider)).to.equal(1n);
  }

  describe("unfreeze", () => {
    it("reverts with OptimisticVerifierLiveGames given a game that is not over", async () => {
      await challenge(the.jobId);
      await challenge(the.jobId);
      await at(contestableUntil(the.table.job(the.jobId).job) + 1n);
      await expectFrozen("OptimisticVerifierLiveGames", the.jobId, 2n);
    });

    it("reverts with OptimisticVerifierTooEarly up to the last second of the window", async () => {
      await the.table.move(await challenge(the.jobId), { name: "concede" }, the.challenger);
      const until = contestableUntil(the.table.job(the.jobId).job);
      await at(until);
      await expectFrozen("OptimisticVerifierTooEarly", the.jobId, until);
      await at(until + 1n);
      await expect(unfreeze()).to.emit(the.escrow, "JobUnfrozen");
    });

    it("reverts with TracesForeignJob given a job that is older, changed, or over", async () => {
      await the.table.move(await challenge(the.jobId), { name: "concede" }, the.challenger);
      const { job } = the.table.job(the.jobId);
      await at(contestableUntil(job) + 1n);
      for (const other of strangersTo(job)) {
        await expect(unfreeze(other))
          .to.be.revertedWithCustomError(the.optimisticVerifier, "TracesForeignJob")
          .withArgs(the.jobId);
      }
      await at(frozenUntil(job) + 1n);
      await the.escrow.settle(the.jobId, packJob(job));
      await expect(unfreeze(job))
        .to.be.revertedWithCustomError(the.optimisticVerifier, "TracesForeignJob")
        .withArgs(the.jobId);
    });

    it("reverts with VerdictsNotFrozen given a job that nobody challenged, or that thawed", async () => {
      const { job } = the.table.job(the.jobId);
      const thawed = await the.table.deliver(TRUTH, trueClaim(TRUTH));
      const last = await challenge(thawed);
      await at(contestableUntil(the.table.job(thawed).job) + 1n);
      await the.table.move(last, { name: "concede" }, the.challenger);
      for (const [id, calm] of [
        [the.jobId, job],
        [thawed, the.table.job(thawed).job],
      ] as const) {
        await expect(the.optimisticVerifier.unfreeze(id, packJob(calm)))
          .to.be.revertedWithCustomError(the.escrow, "VerdictsNotFrozen")
          .withArgs(id);
      }
    });

    it("lets anyone settle a job whose challenges were lost or given up within its window", async () => {
      const refuted = { id: await challenge(the.jobId), worker: honest, challenger: mistaken };
      const { end } = await the.table.playOut(refuted);
      expect(end?.outcome).to.equal(Outcome.Refuted);
      await the.table.move(await challenge(the.jobId), { name: "concede" }, the.challenger);
      const { job } = the.table.job(the.jobId);
      const until = contestableUntil(job);
      await at(until + 1n);
      await expect(the.escrow.settle(the.jobId, packJob(job)))
        .to.be.revertedWithCustomError(the.escrow, "JobEscrowContestable")
        .withArgs(the.jobId, frozenUntil(job));
      await unfreeze();
      expect(await the.escrow.frozenJobs(job.provider)).to.equal(0n);
      await the.escrow.settle(the.jobId, packJob({ ...job, frozen: false }));
      expect(await the.escrow.jobHash(the.jobId)).to.equal(ZeroHash);
    });
  });

  for (const [termsClass, name] of ["fast", "standard", "high"].entries()) {
    it(`changes a job once within its window in the ${name} class, however often it is challenged and given up`, async () => {
      the = await freshDispute({ termsClass: BigInt(termsClass) as TermsClass });
      const { escrow, jobId, table } = the;
      const first = await challenge(jobId);
      const hash = await escrow.jobHash(jobId);
      await table.move(first, { name: "concede" }, the.challenger);
      for (const moment of [undefined, contestableUntil(table.job(jobId).job)]) {
        if (moment !== undefined) await at(moment - 1n);
        await table.move(await challenge(jobId), { name: "concede" }, the.challenger);
        expect(await escrow.jobHash(jobId)).to.equal(hash);
      }
      expect(await escrow.frozenJobs(table.job(jobId).job.provider)).to.equal(1n);
    });
  }
});
