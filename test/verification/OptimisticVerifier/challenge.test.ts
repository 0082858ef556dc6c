import { expect } from "chai";
import { MaxUint256 } from "ethers";
import { Outcome, Stage, asHex } from "../../../sdk/src/index";
import type { TermsClass } from "../../../sdk/src/index";
import { bytesToHex, climb, hexToBytes } from "../../../tensor/src/index";
import { descentTo, inventionBehind, trueClaim } from "../../shared/games/claims";
import { WINDOWS, at, mutationsOf, openDelivered, openJob, withChanges } from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";
import { createRandom } from "../../shared/random";
import { CLAIM, NOISE, OUTPUT_ROOT, TRUTH, UNITS, freshDispute } from "../Games/fixture";
import type { Dispute } from "../Games/fixture";

/*
OptimisticVerifier.challenge
├── it reverts with TracesForeignJob given a job that is open, changed, another, of another verifier, or over
├── it reverts with OptimisticVerifierTooLate one second after the window, in each class
├── it reverts with OptimisticVerifierUnknownModel given a model that is not registered
├── it reverts with OptimisticVerifierBondTooHigh given less than the bond
├── it reverts with what the Ledger says given too few claims, or too small an allowance
├── it reverts with DescentMisplaced given siblings too few or too many, or an index outside the list
├── it reverts with GamesWrongDescent given another node or sibling
├── it reverts with GamesOutOfBounds at padding behind the units
└── it begins a game that is proved at anything else behind the units
*/
describe("OptimisticVerifier", () => {
  describe("challenge", () => {
    let the: Dispute;
    beforeEach(async () => {
      the = await freshDispute();
    });

    const current = (id = the.jobId): JobRef => ({
      id,
      job: withChanges(the.table.job(id).job, {}),
    });
    const challenge = ({ id, job }: JobRef, descent = OUTPUT_ROOT, maxBond = MaxUint256) =>
      the.optimisticVerifier
        .connect(the.challenger)
        .challenge(id, job, { ...descent, siblings: [...descent.siblings] }, maxBond);

    /** Expects a challenge to revert, to begin no game, and to leave the job as it is. */
    async function expectRefused(
      parameters: Parameters<typeof challenge>,
      error: string,
      ...args: unknown[]
    ): Promise<void> {
      const { optimisticVerifier: verifier, escrow, errors } = the;
      const [{ id }] = parameters;
      const before = [await verifier.dispute(id), await escrow.jobHash(id)];
      await expect(challenge(...parameters))
        .to.be.revertedWithCustomError(errors, error)
        .withArgs(...args);
      expect([await verifier.dispute(id), await escrow.jobHash(id)]).to.deep.equal(before);
    }

    it("reverts with TracesForeignJob given a job that is open, changed, another, of another verifier, or over", async () => {
      const { table, jobId, addresses } = the;
      const { optimisticVerifier: verifier } = addresses;
      const ours = { ask: { verifier }, bid: { verifier } };
      const ref = current();
      const mutations = mutationsOf(ref.job).map(([, job]) => ({ id: ref.id, job }));
      const open = await openJob(the, ours);
      const foreign = await openDelivered(the);
      const foreigners = [open, foreign, ...mutations, { ...ref, id: jobId + 1n }];
      for (const job of foreigners) await expectRefused([job], "TracesForeignJob", job.id);
      await table.settle(jobId);
      await expectRefused([ref], "TracesForeignJob", ref.id);
    });

    for (const [termsClass, window] of WINDOWS.entries()) {
      it(`reverts with OptimisticVerifierTooLate one second after a window of ${window} seconds`, async () => {
        for (const late of [-1n, 0n, 1n]) {
          the = await freshDispute({ termsClass: BigInt(termsClass) as TermsClass });
          const until = the.table.job(the.jobId).job.deliveredAt + window;
          await at(until + late);
          const ref = current();
          if (late <= 0n)
            await expect(challenge(ref)).to.emit(the.optimisticVerifier, "Challenged");
          else await expectRefused([ref], "OptimisticVerifierTooLate", ref.id, until);
        }
      });
    }

    it("reverts with OptimisticVerifierUnknownModel given a model that is not registered", async () => {
      const known = the.table.job(the.jobId).job.modelId;
      const modelId = asHex(`0x${"ab".repeat(20)}${known.slice(42)}`);
      const id = await the.table.deliver(TRUTH, CLAIM, { modelId });
      await expectRefused([current(id)], "OptimisticVerifierUnknownModel", id);
    });

    it("reverts with OptimisticVerifierBondTooHigh given less than the bond", async () => {
      const ref = current();
      const bond = await the.optimisticVerifier.challengeBond(ref.id, ref.job);
      for (const most of [0n, bond - 1n]) {
        const args = [ref.id, bond, most];
        await expectRefused([ref, OUTPUT_ROOT, most], "OptimisticVerifierBondTooHigh", ...args);
      }
      await expect(challenge(ref, OUTPUT_ROOT, bond)).to.emit(the.optimisticVerifier, "Challenged");
    });

    it("reverts with what the Ledger says given too few claims, or too small an allowance", async () => {
      const { ledger, challenger, optimisticVerifier: verifier, tokenAddress, stranger } = the;
      const ref = current();
      const [token, bond] = [BigInt(tokenAddress), await verifier.challengeBond(ref.id, ref.job)];
      const approve = (amount: bigint) =>
        ledger.connect(challenger).approve(verifier, token, amount);
      await approve(bond - 1n);
      const spender = await verifier.getAddress();
      const allowance = [spender, bond - 1n, bond, token];
      await expectRefused([ref], "ERC6909InsufficientAllowance", ...allowance);
      await approve(bond);
      const held = await ledger.balanceOf(challenger, token);
      await ledger.connect(challenger).transfer(stranger, token, held - bond + 1n);
      const balance = [challenger.address, bond - 1n, bond, token];
      await expectRefused([ref], "ERC6909InsufficientBalance", ...balance);
    });

    it("reverts with DescentMisplaced given siblings too few or too many, or an index outside the list", async () => {
      const right = descentTo(CLAIM, 2, 1);
      for (const change of [
        { siblings: [] },
        { siblings: right.siblings.slice(1) },
        { siblings: [...right.siblings, NOISE] },
        { height: 0n },
        { height: 4n },
        { height: MaxUint256 },
        { index: 4n },
        { index: MaxUint256 },
      ]) {
        const given = { ...right, ...change };
        const args = [given.height, given.index, given.siblings.length];
        await expectRefused([current(), given], "DescentMisplaced", ...args);
      }
    });

    it("reverts with GamesWrongDescent given another node or sibling", async () => {
      const right = descentTo(CLAIM, 0, 0);
      const id = (the.jobId << 32n) | 1n;
      const { siblings } = right;
      const changes = siblings.map((_, i) => ({ siblings: siblings.with(i, NOISE) }));
      for (const change of [{ node: NOISE }, ...changes]) {
        const given = { ...right, ...change };
        const climbed = climb(hexToBytes(given.node), 0, given.siblings.map(hexToBytes));
        const args = [id, bytesToHex(climbed), CLAIM.units.root];
        await expectRefused([current(), given], "GamesWrongDescent", ...args);
      }
    });

    it("reverts with GamesOutOfBounds at padding behind the units", async () => {
      const id = (the.jobId << 32n) | 1n;
      for (const [unit, height] of [
        [5, 0],
        [7, 0],
        [6, 1],
      ]) {
        const args = [id, unit, UNITS];
        await expectRefused(
          [current(), descentTo(CLAIM, unit, height)],
          "GamesOutOfBounds",
          ...args,
        );
      }
    });

    it("begins a game that is proved at anything else behind the units", async () => {
      const random = createRandom(1);
      for (let game = 0; game < 6; game++) {
        const dirt = inventionBehind(UNITS, random);
        const claim = trueClaim(TRUTH, [dirt]);
        const job = await the.table.deliver(TRUTH, claim);
        const { height, index } = dirt;
        const descent = descentTo(claim, index << height, height);
        const id = await the.table.challenge(job, descent);
        expect(the.table.game(id).game).to.include({ stage: Stage.Proved, node: dirt.node });
        await the.table.move(id, { name: "resolve" }, the.stranger);
        expect(the.table.game(id).end?.outcome).to.equal(Outcome.Proved);
        expect(the.table.job(job).end?.name).to.equal("JobSlashed");
      }
    });
  });
});
