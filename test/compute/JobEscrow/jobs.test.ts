import { expect } from "chai";
import { ZeroAddress, ZeroHash, concat, dataSlice, id as hashOf } from "ethers";

import { DemandKind, JobStatus, TermsClass, asAddress, asHex } from "../../../sdk/src/index";
import {
  OUTPUT_ROOT,
  PIECE,
  approveJob,
  at,
  deadlineOf,
  deliverJob,
  demandPiece,
  freezeJob,
  jobNow,
  mutationsOf,
  openDelivered,
  openJob,
  useMarket,
  windowEnd,
  withChanges,
} from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";

const OPENING = {
  header: 0n,
  root: ZeroHash,
  unitProof: [],
  words: [],
  wordProof: [],
};

/*
JobEscrow, whatever the call
├── it reverts with JobsStale when any field of the job was changed
├── it reverts with JobsStale when the job is another one's
├── it reverts with JobsStale when the job never opened
├── it reverts with JobsStale when the job has ended
├── it reverts when a field of the job has dirty bits
└── it reverts with JobsStale when the job is one that was current before

JobEscrow.isCurrent and jobHash
├── they follow the job through its life
└── they know no job that ended or never opened

JobEscrow.approvalDigest
└── it depends on the job, the root and the number of units

JobEscrow, its views
└── it knows its ledger, its order book, its treasury and its manager

JobEscrow.replaceWorker
├── when the caller is not the provider: it reverts with JobsUnauthorized
├── when the new worker is the zero address: it reverts with JobEscrowWorkerUnnamed
├── given the job is open
│  ├── it lets the new worker deliver and hand back, and the old one no more
│  └── it lets the provider replace it again, also after the deadline
├── given the worker was replaced less than an increment ago: it reverts with JobEscrowReplacedLately
├── given the job is delivered: it names another worker and emits WorkerReplaced
└── given the job ended: it reverts with JobsStale
*/
describe("JobEscrow", () => {
  const the = useMarket();

  /** Every call that takes a job, made by somebody who may. */
  function callsOn({ id, job }: JobRef): Record<string, () => Promise<unknown>> {
    const { escrow, client, provider, worker, verifier, stranger } = the();
    return {
      deliver: () => escrow.connect(worker).deliver(id, job, OUTPUT_ROOT, 4n, "0x"),
      cancel: () => escrow.connect(client).cancel(id, job),
      handBack: () => escrow.connect(worker).handBack(id, job),
      expire: () => escrow.connect(stranger).expire(id, job),
      replaceWorker: () => escrow.connect(provider).replaceWorker(id, job, stranger),
      approve: () => escrow.connect(client).approve(id, job, "0x"),
      settle: () => escrow.connect(stranger).settle(id, job),
      demandOutput: () => escrow.connect(client).demandOutput(id, job, PIECE),
      showOutput: () => escrow.connect(worker).showOutput(id, job, DemandKind.Client, OPENING),
      lapseDemand: () => escrow.connect(stranger).lapseDemand(id, job, DemandKind.Client),
      freeze: () => escrow.connect(verifier).freeze(id, job),
      unfreeze: () => escrow.connect(verifier).unfreeze(id, job),
      slash: () => escrow.connect(verifier).slash(id, job, 0n),
    };
  }

  async function expectAllStale(ref: JobRef, stored: string): Promise<void> {
    for (const [name, call] of Object.entries(callsOn(ref))) {
      await expect(call(), name)
        .to.be.revertedWithCustomError(the().escrow, "JobsStale")
        .withArgs(ref.id, (hash: string) => hash !== stored, stored);
    }
  }

  describe("whatever the call", () => {
    it("reverts with JobsStale when any field of the job was changed", async () => {
      const { escrow } = the();
      for (const { id, job } of [await openJob(the()), await openDelivered(the())]) {
        const stored = await escrow.jobHash(id);
        for (const [field, changed] of mutationsOf(job)) {
          expect(await escrow.isCurrent(id, changed), field).to.equal(false);
          await expect(escrow.settle(id, changed), field)
            .to.be.revertedWithCustomError(escrow, "JobsStale")
            .withArgs(id, (hash: string) => hash !== stored, stored);
        }
        await expectAllStale({ id, job: withChanges(job, { units: 5n }) }, stored);
        await expectAllStale({ id, job: withChanges(job, { demands: 1n, frozen: true }) }, stored);
      }
    });

    it("reverts with JobsStale when the job is another one's", async () => {
      const first = await openDelivered(the());
      const second = await openDelivered(the());
      await expectAllStale({ id: first.id, job: second.job }, await the().escrow.jobHash(first.id));
    });

    it("reverts with JobsStale when the job never opened", async () => {
      const { job } = await openJob(the());
      for (const id of [0n, 2n, 2n ** 256n - 1n]) await expectAllStale({ id, job }, ZeroHash);
    });

    it("reverts with JobsStale when the job has ended", async () => {
      const { escrow, client } = the();
      const cancelled = await openJob(the());
      await escrow.connect(client).cancel(cancelled.id, cancelled.job);
      const settled = await openDelivered(the());
      await at(windowEnd(settled) + 1n);
      await escrow.settle(settled.id, settled.job);
      for (const ref of [cancelled, settled]) await expectAllStale(ref, ZeroHash);
    });

    it("reverts when a field of the job has dirty bits", async () => {
      const { escrow, client } = the();
      const { id, job } = await openJob(the());
      const data = escrow.interface.encodeFunctionData("cancel", [id, job]);
      const firstField = 4 + 32;
      for (let field = 0; field < 14; field++) {
        const start = firstField + 32 * field;
        const word = BigInt(dataSlice(data, start, start + 32));
        const dirty = `0x${(word ^ (1n << 255n)).toString(16).padStart(64, "0")}`;
        const spoilt = concat([dataSlice(data, 0, start), dirty, dataSlice(data, start + 32)]);
        await expect(client.sendTransaction({ to: escrow, data: spoilt })).to.be.reverted;
      }
      await client.sendTransaction({ to: escrow, data });
    });

    it("reverts with JobsStale when the job is one that was current before", async () => {
      const open = await openJob(the());
      const delivered = await deliverJob(the(), open);
      const demanded = await demandPiece(the(), delivered);
      const frozen = await freezeJob(the(), demanded);
      const approved = await approveJob(the(), frozen);
      const stored = await the().escrow.jobHash(open.id);
      for (const past of [open, delivered, demanded, frozen]) await expectAllStale(past, stored);
      expect(await the().escrow.isCurrent(approved.id, approved.job)).to.equal(true);
    });
  });

  describe("isCurrent and jobHash", () => {
    it("they follow the job through its life", async () => {
      const { escrow } = the();
      const open = await openJob(the());
      const delivered = await deliverJob(the(), open);
      expect(await escrow.isCurrent(open.id, open.job)).to.equal(false);
      expect(await escrow.isCurrent(open.id, delivered.job)).to.equal(true);
      expect(delivered.job.status).to.equal(JobStatus.Delivered);
      expect(await escrow.jobHash(open.id)).to.not.equal(ZeroHash);
    });

    it("they know no job that ended or never opened", async () => {
      const { escrow, client } = the();
      const { id, job } = await openJob(the());
      await escrow.connect(client).cancel(id, job);
      for (const other of [id, 0n, id + 1n]) {
        expect(await escrow.isCurrent(other, job)).to.equal(false);
        expect(await escrow.jobHash(other)).to.equal(ZeroHash);
      }
    });
  });

  describe("approvalDigest", () => {
    it("depends on the job, the root and the number of units", async () => {
      const { escrow } = the();
      const digests = await Promise.all([
        escrow.approvalDigest(1n, OUTPUT_ROOT, 4n),
        escrow.approvalDigest(2n, OUTPUT_ROOT, 4n),
        escrow.approvalDigest(1n, asHex(hashOf("other")), 4n),
        escrow.approvalDigest(1n, OUTPUT_ROOT, 5n),
      ]);
      expect(new Set(digests).size).to.equal(4);
    });
  });

  describe("its views", () => {
    it("knows its ledger, its order book, its treasury and its manager", async () => {
      const { escrow, addresses, treasury } = the();
      expect(await escrow.LEDGER()).to.equal(addresses.ledger);
      expect(await escrow.ORDER_BOOK()).to.equal(addresses.orderBook);
      expect(await escrow.TREASURY()).to.equal(treasury.address);
      expect(await escrow.authority()).to.equal(addresses.accessManager);
    });
  });

  describe("replaceWorker", () => {
    const replace = ({ id, job }: JobRef, worker: string, caller = the().provider) =>
      the().escrow.connect(caller).replaceWorker(id, job, worker);

    context("when the caller is not the provider", () => {
      it("reverts with JobsUnauthorized", async () => {
        const { escrow, client, worker, stranger } = the();
        const ref = await openJob(the());
        for (const caller of [client, worker, stranger]) {
          await expect(replace(ref, stranger.address, caller))
            .to.be.revertedWithCustomError(escrow, "JobsUnauthorized")
            .withArgs(ref.id, caller.address);
        }
      });
    });

    context("when the new worker is the zero address", () => {
      it("reverts with JobEscrowWorkerUnnamed", async () => {
        const ref = await openJob(the());
        await expect(replace(ref, ZeroAddress))
          .to.be.revertedWithCustomError(the().escrow, "JobEscrowWorkerUnnamed")
          .withArgs(ref.id);
      });
    });

    context("given the job is open", () => {
      it("lets the new worker deliver and hand back, and the old one no more", async () => {
        const { escrow, worker, stranger } = the();
        for (const name of ["deliver", "handBack"]) {
          const before = await openJob(the());
          await replace(before, stranger.address);
          const ref = await jobNow(the(), before.id);
          const call = {
            deliver: (caller: typeof worker) =>
              escrow.connect(caller).deliver(ref.id, ref.job, OUTPUT_ROOT, 4n, "0x"),
            handBack: (caller: typeof worker) => escrow.connect(caller).handBack(ref.id, ref.job),
          }[name as "deliver" | "handBack"];
          await expect(call(worker))
            .to.be.revertedWithCustomError(escrow, "JobsUnauthorized")
            .withArgs(ref.id, worker.address);
          await call(stranger);
        }
      });

      it("lets the provider replace it again, also after the deadline", async () => {
        const { worker, stranger } = the();
        const first = await openJob(the());
        await replace(first, stranger.address);
        await at(deadlineOf(first) + 1n);
        await replace(await jobNow(the(), first.id), worker.address);
        const { job } = await jobNow(the(), first.id);
        expect(job).to.deep.equal(withChanges(first.job, { replacedAt: job.replacedAt }));
      });
    });

    context("given the worker was replaced less than an increment ago", () => {
      for (const [termsClass, increment] of [
        [TermsClass.Fast, 600n],
        [TermsClass.Standard, 3_600n],
        [TermsClass.High, 10_800n],
      ] as const) {
        it(`reverts with JobEscrowReplacedLately for ${increment} s`, async () => {
          const { escrow, worker, stranger } = the();
          const ref = await openDelivered(the(), { ask: { termsClass }, bid: { termsClass } });
          await replace(ref, stranger.address);
          const replaced = await jobNow(the(), ref.id);
          const from = replaced.job.replacedAt + increment;
          await at(from - 1n);
          await expect(replace(replaced, worker.address))
            .to.be.revertedWithCustomError(escrow, "JobEscrowReplacedLately")
            .withArgs(ref.id, from);
          await at(from);
          await replace(replaced, worker.address);
        });
      }
    });

    context("given the job is delivered", () => {
      it("names another worker and emits WorkerReplaced", async () => {
        const { escrow, stranger } = the();
        const ref = await openDelivered(the());
        const replacedAt = ref.job.deliveredAt + 50n;
        await at(replacedAt);
        await expect(replace(ref, stranger.address))
          .to.emit(escrow, "WorkerReplaced")
          .withArgs(ref.id, stranger.address, replacedAt);
        expect((await jobNow(the(), ref.id)).job).to.deep.equal(
          withChanges(ref.job, { worker: asAddress(stranger.address), replacedAt }),
        );
      });
    });

    context("given the job ended", () => {
      it("reverts with JobsStale", async () => {
        const { escrow, client, stranger } = the();
        const ref = await openJob(the());
        const hash = await escrow.jobHash(ref.id);
        await escrow.connect(client).cancel(ref.id, ref.job);
        await expect(replace(ref, stranger.address))
          .to.be.revertedWithCustomError(escrow, "JobsStale")
          .withArgs(ref.id, hash, ZeroHash);
      });
    });
  });
});
