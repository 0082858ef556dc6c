import { expect } from "chai";
import { ZeroHash } from "ethers";

import { DemandKind, JobStatus, TermsClass } from "../../../sdk/src/index";
import {
  DAY,
  WINDOWS,
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
} from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";
import { PLAIN_TERMS } from "../../shared/market";

/*
JobEscrow.settle
├── given the job is open: it reverts with JobsWrongStatus
├── given the job ended: it reverts with JobsStale
├── given the window of any class is not over
│  ├── it reverts with JobEscrowContestable up to its last second
│  └── it settles one second later, for anyone
├── given a demand is unanswered
│  └── it reverts with DemandsPending, naming its kind
├── given the job is frozen
│  ├── it reverts with JobEscrowContestable up to the longest wait, at least a day above the game
│  ├── it waits a quarter of the longest game when that is more than a day
│  └── it settles one second later, and the provider has one frozen job less
├── given the verifier let go of the job
│  └── it settles once the window is over
└── given the price is
   ├── in escrow: it pays it less the fee, rounded up, with the bond
   ├── paid: it gives the bond back and takes no second fee
   └── refunded: it gives the bond back
*/
describe("JobEscrow", () => {
  describe("settle", () => {
    const the = useMarket();
    const settle = ({ id, job }: JobRef) => the().escrow.connect(the().stranger).settle(id, job);
    const ALL = { provider: 139_000n, treasury: 1_000n, escrow: -140_000n };

    async function expectContestable(ref: JobRef, until: bigint) {
      await expect(settle(ref))
        .to.be.revertedWithCustomError(the().escrow, "JobEscrowContestable")
        .withArgs(ref.id, until);
    }

    context("given the job is open", () => {
      it("reverts with JobsWrongStatus", async () => {
        const ref = await openJob(the());
        await expect(settle(ref))
          .to.be.revertedWithCustomError(the().escrow, "JobsWrongStatus")
          .withArgs(ref.id, JobStatus.Open);
      });
    });

    context("given the job ended", () => {
      it("reverts with JobsStale", async () => {
        const ref = await openDelivered(the());
        const hash = await the().escrow.jobHash(ref.id);
        await at(windowEnd(ref) + 1n);
        await settle(ref);
        await expect(settle(ref))
          .to.be.revertedWithCustomError(the().escrow, "JobsStale")
          .withArgs(ref.id, hash, ZeroHash);
      });
    });

    context("given the window of any class is not over", () => {
      const CLASSES = [TermsClass.Fast, TermsClass.Standard, TermsClass.High];

      it("reverts with JobEscrowContestable up to its last second", async () => {
        for (const termsClass of CLASSES) {
          const ref = await openDelivered(the(), { ask: { termsClass }, bid: { termsClass } });
          const end = ref.job.deliveredAt + WINDOWS[Number(termsClass)];
          await expectContestable(ref, end);
          await at(end);
          await expectContestable(ref, end);
        }
      });

      it("settles one second later, for anyone", async () => {
        const { escrow, provider } = the();
        for (const termsClass of CLASSES) {
          const ref = await openDelivered(the(), { ask: { termsClass }, bid: { termsClass } });
          await at(ref.job.deliveredAt + WINDOWS[Number(termsClass)] + 1n);
          let call;
          await expectMoves(the(), async () => (call = await settle(ref)), ALL);
          await expect(call)
            .to.emit(escrow, "JobSettled")
            .withArgs(ref.id, provider.address, 40_000n, 1_000n);
          expect(await escrow.jobHash(ref.id)).to.equal(ZeroHash);
        }
      });
    });

    context("given a demand is unanswered", () => {
      it("reverts with DemandsPending, naming its kind", async () => {
        const { escrow, provider, client } = the();
        const byClient = await demandPiece(the(), await openDelivered(the()), client);
        const byOther = await demandPiece(the(), await openDelivered(the()), provider);
        const first = await demandPiece(the(), await openDelivered(the()), client);
        const both = await demandPiece(the(), first, provider);
        await at(windowEnd(both) + 1n);
        for (const [ref, kind] of [
          [byClient, DemandKind.Client],
          [byOther, DemandKind.Challenger],
          [both, DemandKind.Challenger],
        ] as const) {
          await expect(settle(ref))
            .to.be.revertedWithCustomError(escrow, "DemandsPending")
            .withArgs(ref.id, kind);
        }
      });
    });

    context("given the job is frozen", () => {
      it("reverts with JobEscrowContestable up to the longest wait, at least a day above the game", async () => {
        const ref = await openFrozen(the());
        const until = windowEnd(ref) + 30n * 3_600n + DAY;
        expect(frozenUntil(ref)).to.equal(until);
        for (const time of [windowEnd(ref) + 1n, until - 1n, until]) {
          await at(time);
          await expectContestable(ref, until);
        }
      });

      it("waits a quarter of the longest game when that is more than a day", async () => {
        const { book, token, verifier } = the();
        for (const [longestGame, slack] of [
          [4n * DAY + 3n, DAY],
          [4n * DAY + 4n, DAY + 1n],
          [15n * DAY, (15n * DAY) / 4n],
          [0n, DAY],
        ]) {
          await book.setVerifierTerms(token, verifier, {
            ...PLAIN_TERMS,
            longestGameStandard: longestGame,
          });
          const ref = await openFrozen(the());
          const until = windowEnd(ref) + longestGame + slack;
          await at(until);
          await expectContestable(ref, until);
          await at(until + 1n);
          await settle(ref);
        }
      });

      it("settles one second later, and the provider has one frozen job less", async () => {
        const { escrow, provider } = the();
        const ref = await openFrozen(the());
        await openFrozen(the());
        expect(await escrow.frozenJobs(provider)).to.equal(2n);
        await at(frozenUntil(ref) + 1n);
        await expectMoves(the(), () => settle(ref), ALL);
        expect(await escrow.frozenJobs(provider)).to.equal(1n);
      });
    });

    context("given the verifier let go of the job", () => {
      it("settles once the window is over", async () => {
        const { escrow, verifier } = the();
        const inside = await openFrozen(the());
        await escrow.connect(verifier).unfreeze(inside.id, inside.job);
        await expectContestable(await jobNow(the(), inside.id), windowEnd(inside));
        const late = await openFrozen(the());
        await at(windowEnd(late) + 1_000n);
        await escrow.connect(verifier).unfreeze(late.id, late.job);
        for (const { id } of [inside, late]) {
          await expectMoves(the(), async () => settle(await jobNow(the(), id)), ALL);
        }
      });
    });

    context("given the price is", () => {
      it("in escrow: it pays it less the fee, rounded up, with the bond", async () => {
        const odd = { ask: { unitPrice: 3_333n }, bid: { units: 3n } };
        const ref = await openDelivered(the(), odd);
        await at(windowEnd(ref) + 1n);
        // 2.5 % of 9,999 is 249.975.
        await expectMoves(the(), () => settle(ref), {
          provider: 9_749n + 75_000n,
          treasury: 250n,
          escrow: -84_999n,
        });
      });

      it("paid: it gives the bond back and takes no second fee", async () => {
        const { escrow, provider } = the();
        const ref = await approveJob(the(), await freezeJob(the(), await openDelivered(the())));
        await at(frozenUntil(ref) + 1n);
        let call;
        await expectMoves(the(), async () => (call = await settle(ref)), {
          provider: 100_000n,
          escrow: -100_000n,
        });
        await expect(call)
          .to.emit(escrow, "JobSettled")
          .withArgs(ref.id, provider.address, 40_000n, 0n);
      });

      it("refunded: it gives the bond back", async () => {
        const { escrow, provider } = the();
        const demanded = await demandPiece(the(), await openDelivered(the()));
        await at(windowEnd(demanded) + 21_601n);
        await escrow.lapseDemand(demanded.id, demanded.job, DemandKind.Client);
        const ref = await jobNow(the(), demanded.id);
        let call;
        await expectMoves(the(), async () => (call = await settle(ref)), {
          provider: 100_000n,
          escrow: -100_000n,
        });
        await expect(call).to.emit(escrow, "JobSettled").withArgs(ref.id, provider.address, 0n, 0n);
      });
    });
  });
});
