import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash, id as hashOf, keccak256, concat, toBeHex } from "ethers";

import { DemandKind, JobStatus, asHex, openOutput } from "../../../sdk/src/index";
import type { OutputOpening, Piece } from "../../../sdk/src/index";
import {
  approveJob,
  at,
  deliverJob,
  demandPiece,
  expectMoves,
  jobNow,
  openJob,
  useMarket,
} from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";
import { OUTPUTS, OUTPUTS_ROOT, openOutputs } from "../../shared/outputs";

/*
JobEscrow.showOutput
├── given the job is open: it reverts with JobsWrongStatus
├── given no demand of the kind is unanswered: it reverts with DemandsNotPending
├── given the time to answer is over: it reverts with DemandsTooLate, but not at its last second
├── when the opening is right
│  ├── it pays the provider, whoever calls, and emits OutputShown
│  ├── it shows each piece of a large tensor
│  ├── it shows the whole of a tensor that is smaller than the piece
│  ├── it shows that there is nothing behind the end of a tensor
│  ├── it shows a unit of a list with something behind its last unit
│  ├── it lets the same be demanded again
│  └── it pays the provider also after the client approved
└── when the opening is wrong
   ├── it reverts with DemandsWrongOpening given another unit, header, root or sibling
   ├── it reverts with DemandsWrongOpening given other words or siblings of words
   ├── it reverts with DemandsWrongWordCount given too few or too many words
   ├── it reverts with ListTreeProofLength or TensorTreeProofLength given proofs of another length
   └── it reverts with TensorHeaderInvalid given a header that the worker should not have committed to
*/
describe("JobEscrow", () => {
  describe("showOutput", () => {
    const the = useMarket();
    const WHOLE: Piece = { unit: 1n, firstWord: 0n, wordsLog2: 4n };

    /** A job on which the client demands a piece. */
    async function demanded(piece: Piece, opened?: JobRef): Promise<JobRef> {
      return demandPiece(the(), opened ?? (await openOutputs(the())), the().client, piece);
    }

    const show = (
      { id, job }: JobRef,
      opening: OutputOpening,
      caller = the().worker,
      kind: bigint = DemandKind.Client,
    ) => the().escrow.connect(caller).showOutput(id, job, kind, opening);

    context("given the job is open", () => {
      it("reverts with JobsWrongStatus", async () => {
        const ref = await openJob(the());
        await expect(show(ref, openOutput(OUTPUTS, WHOLE)))
          .to.be.revertedWithCustomError(the().escrow, "JobsWrongStatus")
          .withArgs(ref.id, JobStatus.Open);
      });
    });

    context("given no demand of the kind is unanswered", () => {
      it("reverts with DemandsNotPending", async () => {
        const { escrow, worker } = the();
        const opening = openOutput(OUTPUTS, WHOLE);
        const fresh = await openOutputs(the());
        const ref = await demanded(WHOLE);
        for (const [job, kind] of [
          [fresh, DemandKind.Client],
          [fresh, DemandKind.Challenger],
          [ref, DemandKind.Challenger],
        ] as const) {
          await expect(show(job, opening, worker, kind))
            .to.be.revertedWithCustomError(escrow, "DemandsNotPending")
            .withArgs(job.id, kind);
        }
        await show(ref, opening);
        const after = await jobNow(the(), ref.id);
        await expect(show(after, opening))
          .to.be.revertedWithCustomError(escrow, "DemandsNotPending")
          .withArgs(ref.id, DemandKind.Client);
      });
    });

    context("given the time to answer is over", () => {
      it("reverts with DemandsTooLate, but not at its last second", async () => {
        const { escrow } = the();
        const opening = openOutput(OUTPUTS, WHOLE);
        for (const after of [-1n, 0n, 1n]) {
          const ref = await demanded(WHOLE);
          const answerBy = BigInt(await time.latest()) + 21_600n;
          await at(answerBy + after);
          if (after <= 0n) await show(ref, opening);
          else
            await expect(show(ref, opening))
              .to.be.revertedWithCustomError(escrow, "DemandsTooLate")
              .withArgs(ref.id, answerBy);
        }
      });
    });

    context("when the opening is right", () => {
      it("pays the provider, whoever calls, and emits OutputShown", async () => {
        const { escrow, worker, stranger } = the();
        const opening = openOutput(OUTPUTS, WHOLE);
        for (const caller of [worker, stranger]) {
          const ref = await demanded(WHOLE);
          let call;
          await expectMoves(the(), async () => (call = await show(ref, opening, caller)), {
            provider: 1_000n,
            escrow: -1_000n,
          });
          await expect(call)
            .to.emit(escrow, "OutputShown")
            .withArgs(ref.id, DemandKind.Client, opening.header, opening.words);
          expect((await escrow.demand(ref.id, DemandKind.Client)).demander).to.equal(ZeroAddress);
        }
      });

      it("shows a unit of a list with something behind its last unit", async () => {
        const { escrow } = the();
        const opened = await openJob(the());
        // the fourth output stands where padding should
        const ref = await deliverJob(the(), opened, { root: OUTPUTS_ROOT, units: 3n });
        const opening = openOutput(OUTPUTS, WHOLE);
        await expect(show(await demanded(WHOLE, ref), opening))
          .to.emit(escrow, "OutputShown")
          .withArgs(ref.id, DemandKind.Client, opening.header, opening.words);
      });

      it("shows each piece of a large tensor", async () => {
        let ref = await openOutputs(the());
        for (const [firstWord, wordsLog2] of [
          [0n, 7n],
          [128n, 7n],
          [96n, 5n],
          [255n, 0n],
          [198n, 1n],
        ]) {
          const piece = { unit: 2n, firstWord, wordsLog2 };
          const opening = openOutput(OUTPUTS, piece);
          expect(opening.words).to.have.length(2 ** Number(wordsLog2));
          ref = await demanded(piece, ref);
          await expect(show(ref, opening))
            .to.emit(the().escrow, "OutputShown")
            .withArgs(ref.id, DemandKind.Client, opening.header, opening.words);
          ref = await jobNow(the(), ref.id);
          await time.increase(3_600n);
        }
      });

      it("shows the whole of a tensor that is smaller than the piece", async () => {
        for (const [unit, words] of [
          [0n, 1],
          [1n, 16],
          [3n, 2],
        ] as const) {
          const piece = { unit, firstWord: 0n, wordsLog2: 7n };
          const opening = openOutput(OUTPUTS, piece);
          expect(opening.words).to.have.length(words);
          await show(await demanded(piece), opening);
        }
      });

      it("shows that there is nothing behind the end of a tensor", async () => {
        for (const [unit, firstWord, wordsLog2] of [
          [0n, 1n, 0n],
          [1n, 16n, 4n],
          [2n, 256n, 7n],
          [0n, 2n ** 32n - 128n, 7n],
        ]) {
          const piece = { unit, firstWord, wordsLog2 };
          const opening = openOutput(OUTPUTS, piece);
          const ref = await demanded(piece);
          await expect(show(ref, opening))
            .to.emit(the().escrow, "OutputShown")
            .withArgs(ref.id, DemandKind.Client, opening.header, []);
        }
      });

      it("lets the same be demanded again", async () => {
        const first = await demanded(WHOLE);
        await show(first, openOutput(OUTPUTS, WHOLE));
        await time.increase(3_600n);
        const second = await demanded(WHOLE, await jobNow(the(), first.id));
        await expectMoves(the(), () => show(second, openOutput(OUTPUTS, WHOLE)), {
          provider: 1_000n,
          escrow: -1_000n,
        });
      });

      it("pays the provider also after the client approved", async () => {
        const ref = await approveJob(the(), await demanded(WHOLE));
        await expectMoves(the(), () => show(ref, openOutput(OUTPUTS, WHOLE)), {
          provider: 1_000n,
          escrow: -1_000n,
        });
      });
    });

    context("when the opening is wrong", () => {
      const other = asHex(hashOf("other"));
      const replaced = (list: readonly `0x${string}`[], i: number) =>
        list.map((word, k) => (k === i ? other : word));

      it("reverts with DemandsWrongOpening given another unit, header, root or sibling", async () => {
        const { escrow } = the();
        const right = openOutput(OUTPUTS, WHOLE);
        const ref = await demanded(WHOLE);
        const wrong: OutputOpening[] = [
          openOutput(OUTPUTS, { ...WHOLE, unit: 2n, wordsLog2: 4n }),
          { ...right, header: right.header + 1n },
          { ...right, header: right.header | (1n << 200n) },
          { ...right, root: other },
          { ...right, unitProof: replaced(right.unitProof, 0) },
          { ...right, unitProof: [...right.unitProof].reverse() },
        ];
        for (const opening of wrong) {
          await expect(show(ref, opening))
            .to.be.revertedWithCustomError(escrow, "DemandsWrongOpening")
            .withArgs(ref.id, (root: string) => root !== ref.job.outputRoot, ref.job.outputRoot);
        }
      });

      it("reverts with DemandsWrongOpening given other words or siblings of words", async () => {
        const { escrow } = the();
        const piece = { unit: 2n, firstWord: 32n, wordsLog2: 5n };
        const right = openOutput(OUTPUTS, piece);
        const ref = await demanded(piece);
        const { words, wordProof } = right;
        const wrong: OutputOpening[] = [
          { ...right, words: replaced(words, 0) },
          { ...right, words: replaced(words, 31) },
          { ...right, words: [...words].reverse() },
          { ...right, words: openOutput(OUTPUTS, { ...piece, firstWord: 0n }).words },
          { ...right, wordProof: replaced(wordProof, 2) },
        ];
        for (const opening of wrong) {
          await expect(show(ref, opening))
            .to.be.revertedWithCustomError(escrow, "DemandsWrongOpening")
            .withArgs(ref.id, (root: string) => root !== right.root, right.root);
        }
        await show(ref, right);
      });

      it("reverts with DemandsWrongWordCount given too few or too many words", async () => {
        const { escrow } = the();
        for (const [piece, counts] of [
          [{ unit: 2n, firstWord: 0n, wordsLog2: 5n }, [0, 16, 31, 33, 64]],
          [{ unit: 1n, firstWord: 0n, wordsLog2: 7n }, [0, 8, 32, 128]],
          [{ unit: 1n, firstWord: 128n, wordsLog2: 7n }, [1, 16]],
        ] as const) {
          const ref = await demanded(piece);
          const right = openOutput(OUTPUTS, piece);
          for (const count of counts) {
            const words = Array.from(
              { length: count },
              (_, i) => right.words[i] ?? asHex(ZeroHash),
            );
            await expect(show(ref, { ...right, words }))
              .to.be.revertedWithCustomError(escrow, "DemandsWrongWordCount")
              .withArgs(ref.id, count, right.words.length);
          }
        }
      });

      it("reverts with ListTreeProofLength or TensorTreeProofLength given proofs of another length", async () => {
        const { escrow } = the();
        const right = openOutput(OUTPUTS, { unit: 2n, firstWord: 0n, wordsLog2: 5n });
        const ref = await demanded({ unit: 2n, firstWord: 0n, wordsLog2: 5n });
        for (const unitProof of [right.unitProof.slice(1), [...right.unitProof, other]]) {
          await expect(show(ref, { ...right, unitProof }))
            .to.be.revertedWithCustomError(escrow, "ListTreeProofLength")
            .withArgs(unitProof.length, 2n);
        }
        for (const wordProof of [right.wordProof.slice(1), [...right.wordProof, other]]) {
          await expect(show(ref, { ...right, wordProof }))
            .to.be.revertedWithCustomError(escrow, "TensorTreeProofLength")
            .withArgs(wordProof.length, 3n);
        }
      });

      it("reverts with TensorHeaderInvalid given a header that the worker should not have committed to", async () => {
        const { escrow, worker } = the();
        for (const header of [0n, (3n << 64n) | (1n << 32n) | 1n, (1n << 64n) | (2n ** 32n - 1n)]) {
          const root = keccak256(concat([toBeHex(header, 32), other]));
          // what is behind the end of a tensor is shown by its header alone
          for (const [firstWord, count] of [
            [0n, 1],
            [2n ** 31n, 0],
          ] as const) {
            const { id, job } = await openJob(the(), { bid: { units: 1n } });
            await escrow.connect(worker).deliver(id, job, root, 1n, "0x");
            const piece = { unit: 0n, firstWord, wordsLog2: 0n };
            const ref = await demanded(piece, await jobNow(the(), id));
            const words = [other].slice(0, count);
            const opening = { header, root: other, unitProof: [], words, wordProof: [] };
            await expect(show(ref, opening))
              .to.be.revertedWithCustomError(escrow, "TensorHeaderInvalid")
              .withArgs(header);
          }
        }
      });
    });
  });
});
