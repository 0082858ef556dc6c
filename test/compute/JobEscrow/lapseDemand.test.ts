import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { DemandKind, JobStatus, PriceState } from "../../../sdk/src/index";
import {
  approveJob,
  at,
  demandPiece,
  expectMoves,
  freezeJob,
  jobNow,
  openDelivered,
  openJob,
  useMarket,
  windowEnd,
} from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";

/*
JobEscrow.lapseDemand
├── given the job is open: it reverts with JobsWrongStatus
├── given no demand of the kind is unanswered: it reverts with DemandsNotPending
├── given the time to answer is not over: it reverts with DemandsTooEarly up to its last second
└── given the time to answer is over
   ├── it gives the payment back and the whole price to the client, for anyone, and emits OutputWithheld
   ├── it gives the payment to a challenger and the price to the client
   ├── it refunds the price once, given both kinds of demands lapse
   ├── it gives the payment back only, given the client approved in the meantime
   ├── it gives the payment back only, given the job is free
   └── it leaves bond, window and contest as they are
*/
describe("JobEscrow", () => {
  describe("lapseDemand", () => {
    const the = useMarket();
    const lapse = ({ id, job }: JobRef, kind: bigint = DemandKind.Client) =>
      the().escrow.connect(the().stranger).lapseDemand(id, job, kind);

    /** A job with a demand, and the last second to answer it. */
    async function demanded(demander = the().client, opened?: JobRef): Promise<[JobRef, bigint]> {
      const ref = await demandPiece(the(), opened ?? (await openDelivered(the())), demander);
      return [ref, BigInt(await time.latest()) + 21_600n];
    }

    context("given the job is open", () => {
      it("reverts with JobsWrongStatus", async () => {
        const ref = await openJob(the());
        await expect(lapse(ref))
          .to.be.revertedWithCustomError(the().escrow, "JobsWrongStatus")
          .withArgs(ref.id, JobStatus.Open);
      });
    });

    context("given no demand of the kind is unanswered", () => {
      it("reverts with DemandsNotPending", async () => {
        const { escrow } = the();
        const [ref, answerBy] = await demanded();
        await at(answerBy + 1n);
        await expect(lapse(ref, DemandKind.Challenger))
          .to.be.revertedWithCustomError(escrow, "DemandsNotPending")
          .withArgs(ref.id, DemandKind.Challenger);
        await lapse(ref);
        await expect(lapse(await jobNow(the(), ref.id)))
          .to.be.revertedWithCustomError(escrow, "DemandsNotPending")
          .withArgs(ref.id, DemandKind.Client);
      });
    });

    context("given the time to answer is not over", () => {
      it("reverts with DemandsTooEarly up to its last second", async () => {
        const [ref, answerBy] = await demanded();
        for (const before of [1n, 0n]) {
          await at(answerBy - before);
          await expect(lapse(ref))
            .to.be.revertedWithCustomError(the().escrow, "DemandsTooEarly")
            .withArgs(ref.id, answerBy);
        }
      });
    });

    context("given the time to answer is over", () => {
      it("gives the payment back and the whole price to the client, for anyone, and emits OutputWithheld", async () => {
        const { escrow } = the();
        const [ref, answerBy] = await demanded();
        await at(answerBy + 1n);
        let call;
        await expectMoves(the(), async () => (call = await lapse(ref)), {
          client: 41_000n,
          escrow: -41_000n,
        });
        await expect(call)
          .to.emit(escrow, "OutputWithheld")
          .withArgs(ref.id, DemandKind.Client, 40_000n);
        const { job } = await jobNow(the(), ref.id);
        expect([job.price, job.demands]).to.deep.equal([PriceState.Refunded, 0n]);
        expect((await escrow.demand(ref.id, DemandKind.Client)).demander).to.equal(ZeroAddress);
      });

      it("gives the payment to a challenger and the price to the client", async () => {
        const [ref, answerBy] = await demanded(the().provider);
        await at(answerBy + 1n);
        await expectMoves(the(), () => lapse(ref, DemandKind.Challenger), {
          client: 40_000n,
          provider: 1_000n,
          escrow: -41_000n,
        });
      });

      it("refunds the price once, given both kinds of demands lapse", async () => {
        const [first] = await demanded();
        const [ref, answerBy] = await demanded(the().provider, first);
        await at(answerBy + 1n);
        await expectMoves(the(), () => lapse(ref), { client: 41_000n, escrow: -41_000n });
        const after = await jobNow(the(), ref.id);
        let call;
        await expectMoves(the(), async () => (call = await lapse(after, DemandKind.Challenger)), {
          provider: 1_000n,
          escrow: -1_000n,
        });
        await expect(call)
          .to.emit(the().escrow, "OutputWithheld")
          .withArgs(ref.id, DemandKind.Challenger, 0n);
      });

      it("gives the payment back only, given the client approved in the meantime", async () => {
        const [pending, answerBy] = await demanded();
        const ref = await approveJob(the(), pending);
        await at(answerBy + 1n);
        let call;
        await expectMoves(the(), async () => (call = await lapse(ref)), {
          client: 1_000n,
          escrow: -1_000n,
        });
        await expect(call)
          .to.emit(the().escrow, "OutputWithheld")
          .withArgs(ref.id, DemandKind.Client, 0n);
        expect((await jobNow(the(), ref.id)).job.price).to.equal(PriceState.Paid);
      });

      it("gives the payment back only, given the job is free", async () => {
        const free = await openDelivered(the(), { ask: { unitPrice: 0n } });
        const [ref, answerBy] = await demanded(the().client, free);
        await at(answerBy + 1n);
        await expectMoves(the(), () => lapse(ref), { client: 1_000n, escrow: -1_000n });
        expect((await jobNow(the(), ref.id)).job.price).to.equal(PriceState.Escrowed);
      });

      it("leaves bond, window and contest as they are", async () => {
        const { escrow, verifier } = the();
        const [pending, answerBy] = await demanded();
        const frozen = await freezeJob(the(), pending);
        await at(answerBy + 1n);
        await lapse(frozen);
        const ref = await jobNow(the(), frozen.id);
        expect([ref.job.frozen, windowEnd(ref)]).to.deep.equal([true, windowEnd(frozen)]);
        await expectMoves(the(), () => escrow.connect(verifier).slash(ref.id, ref.job, 10_000n), {
          verifier: 10_000n,
          escrow: -10_000n,
        });
      });
    });
  });
});
