import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { ZeroAddress, ZeroHash } from "ethers";

import { DemandKind, JobStatus, asAddress } from "../../../sdk/src/index";
import {
  DAY,
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
} from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";
import { VERIFIER_TERMS } from "../../shared/market";

/*
JobEscrow.slash
├── given the job is open: it reverts with JobsWrongStatus
├── given the job is not frozen: it reverts with VerdictsNotFrozen
├── given the job was frozen for as long as it may be
│  ├── it slashes it at the last second
│  └── it reverts with VerdictsTooLate one second later
├── when the caller is not the job's verifier: it reverts with JobsUnauthorized
├── when the reward is above a tenth of the bond: it reverts with VerdictsRewardTooHigh
├── it gives the price back, pays the reward, holds the rest and emits JobSlashed
├── it keeps the rounded-off part of a tenth from the reward
├── it gives no price back, given it was paid or refunded
├── it gives the payments of unanswered demands back
├── it ends the job and counts it no more
├── it holds nothing, given the bond is zero
└── it takes the word of a verifier that is a contract

JobEscrow.releaseHeldBond
├── it reverts with VerdictsNothingHeld given nothing is held
├── it reverts with VerdictsHold up to 30 days less a second
└── it sends the bond to the treasury at 30 days, for anyone, once

JobEscrow.restoreHeldBond
├── it reverts with AccessManagedUnauthorized for a caller without its role
├── it reverts with VerdictsNothingHeld given nothing is held
├── it gives the bond to the provider up to 30 days less a second, once
└── it reverts with VerdictsHold from 30 days on
*/
describe("JobEscrow", () => {
  const the = useMarket();
  const slash = ({ id, job }: JobRef, reward = 0n, caller = the().verifier) =>
    the().escrow.connect(caller).slash(id, job, reward);

  describe("slash", () => {
    context("given the job is open", () => {
      it("reverts with JobsWrongStatus", async () => {
        const ref = await openJob(the());
        await expect(slash(ref))
          .to.be.revertedWithCustomError(the().escrow, "JobsWrongStatus")
          .withArgs(ref.id, JobStatus.Open);
      });
    });

    context("given the job is not frozen", () => {
      it("reverts with VerdictsNotFrozen", async () => {
        const ref = await openDelivered(the());
        await expect(slash(ref))
          .to.be.revertedWithCustomError(the().escrow, "VerdictsNotFrozen")
          .withArgs(ref.id);
      });
    });

    context("given the job was frozen for as long as it may be", () => {
      it("slashes it at the last second", async () => {
        const ref = await openFrozen(the());
        await at(frozenUntil(ref));
        await expect(slash(ref)).to.emit(the().escrow, "JobSlashed");
      });

      it("reverts with VerdictsTooLate one second later", async () => {
        const ref = await openFrozen(the());
        await at(frozenUntil(ref) + 1n);
        await expect(slash(ref))
          .to.be.revertedWithCustomError(the().escrow, "VerdictsTooLate")
          .withArgs(ref.id, frozenUntil(ref));
      });
    });

    context("when the caller is not the job's verifier", () => {
      it("reverts with JobsUnauthorized", async () => {
        const { escrow, admin, client, provider, stranger } = the();
        const ref = await openFrozen(the());
        for (const caller of [admin, client, provider, stranger]) {
          await expect(slash(ref, 0n, caller))
            .to.be.revertedWithCustomError(escrow, "JobsUnauthorized")
            .withArgs(ref.id, caller.address);
        }
      });
    });

    context("when the reward is above a tenth of the bond", () => {
      it("reverts with VerdictsRewardTooHigh", async () => {
        const ref = await openFrozen(the());
        for (const reward of [10_001n, 100_000n, 2n ** 256n - 1n]) {
          await expect(slash(ref, reward))
            .to.be.revertedWithCustomError(the().escrow, "VerdictsRewardTooHigh")
            .withArgs(ref.id, reward, 10_000n);
        }
      });
    });

    it("gives the price back, pays the reward, holds the rest and emits JobSlashed", async () => {
      const { escrow, client, provider, token } = the();
      const ref = await openFrozen(the());
      let call;
      await expectMoves(the(), async () => (call = await slash(ref, 10_000n)), {
        client: 40_000n,
        verifier: 10_000n,
        escrow: -50_000n,
      });
      const releasableAt = BigInt(await time.latest()) + 30n * DAY;
      await expect(call)
        .to.emit(escrow, "JobSlashed")
        .withArgs(ref.id, client.address, provider.address, 40_000n, 10_000n, 90_000n);
      expect(await escrow.heldBond(ref.id)).to.deep.equal([
        provider.address,
        releasableAt,
        false,
        await token.getAddress(),
        90_000n,
      ]);
    });

    it("keeps the rounded-off part of a tenth from the reward", async () => {
      const { escrow } = the();
      const ref = await openFrozen(the(), { ask: { unitBond: 30_003n }, bid: { units: 3n } });
      // A tenth of 90,009 is 9,000.9.
      await expect(slash(ref, 9_001n))
        .to.be.revertedWithCustomError(escrow, "VerdictsRewardTooHigh")
        .withArgs(ref.id, 9_001n, 9_000n);
      await expectMoves(the(), () => slash(ref, 9_000n), {
        client: 30_000n,
        verifier: 9_000n,
        escrow: -39_000n,
      });
    });

    it("gives no price back, given it was paid or refunded", async () => {
      const { escrow } = the();
      const paid = await approveJob(the(), await openFrozen(the()));
      await expectMoves(the(), () => slash(paid, 0n), {});
      const pending = await demandPiece(the(), await openFrozen(the()));
      await at(BigInt(await time.latest()) + 21_601n);
      await escrow.lapseDemand(pending.id, pending.job, DemandKind.Client);
      const refunded = await jobNow(the(), pending.id);
      await expectMoves(the(), () => slash(refunded, 0n), {});
      for (const { id } of [paid, refunded]) {
        expect((await escrow.heldBond(id)).amount).to.equal(100_000n);
      }
    });

    it("gives the payments of unanswered demands back", async () => {
      const { escrow, provider } = the();
      const first = await demandPiece(the(), await openFrozen(the()));
      const ref = await demandPiece(the(), first, provider);
      await expectMoves(the(), () => slash(ref, 0n), {
        client: 41_000n,
        provider: 1_000n,
        escrow: -42_000n,
      });
      for (const kind of [DemandKind.Client, DemandKind.Challenger]) {
        expect((await escrow.demand(ref.id, kind)).demander).to.equal(ZeroAddress);
      }
      const challenged = await demandPiece(the(), await openFrozen(the()), provider);
      await expectMoves(the(), () => slash(challenged, 0n), {
        client: 40_000n,
        provider: 1_000n,
        escrow: -41_000n,
      });
    });

    it("ends the job and counts it no more", async () => {
      const { escrow, provider } = the();
      const ref = await openFrozen(the());
      const hash = await escrow.jobHash(ref.id);
      await slash(ref);
      expect(await escrow.jobHash(ref.id)).to.equal(ZeroHash);
      expect(await escrow.frozenJobs(provider)).to.equal(0n);
      await expect(slash(ref))
        .to.be.revertedWithCustomError(escrow, "JobsStale")
        .withArgs(ref.id, hash, ZeroHash);
    });

    it("holds nothing, given the bond is zero", async () => {
      const { escrow, book, token, verifier, provider } = the();
      await book.setVerifierTerms(token, verifier, { ...VERIFIER_TERMS, bondFloorStandard: 0n });
      const free = { ask: { unitPrice: 0n, unitBond: 0n }, bid: { minUnitBond: 0n } };
      const ref = await openFrozen(the(), free);
      await expectMoves(the(), () => slash(ref), {});
      expect((await escrow.heldBond(ref.id)).provider).to.equal(ZeroAddress);
      await expect(escrow.releaseHeldBond(ref.id))
        .to.be.revertedWithCustomError(escrow, "VerdictsNothingHeld")
        .withArgs(ref.id);
      expect((await escrow.book(provider, the().gpuId, token)).jobs).to.equal(1n);
    });

    it("takes the word of a verifier that is a contract", async () => {
      const { escrow, book, ledger, token, tokenAddress } = the();
      const scripted = await ethers.deployContract("ScriptedVerifier", [escrow]);
      await book.setVerifierTerms(token, scripted, VERIFIER_TERMS);
      const verifier = asAddress(await scripted.getAddress());
      let ref = await openDelivered(the(), { ask: { verifier }, bid: { verifier } });
      await scripted.freeze(ref.id, ref.job);
      ref = await jobNow(the(), ref.id);
      await scripted.unfreeze(ref.id, ref.job);
      ref = await jobNow(the(), ref.id);
      await scripted.freeze(ref.id, ref.job);
      ref = await jobNow(the(), ref.id);
      await expectMoves(the(), () => scripted.slash(ref.id, ref.job, 10_000n), {
        client: 40_000n,
        escrow: -50_000n,
      });
      expect(await ledger.balanceOf(scripted, BigInt(tokenAddress))).to.equal(10_000n);
    });
  });

  /** A slashed job and the first second at which its bond can be released. */
  async function slashed(): Promise<[bigint, bigint]> {
    const ref = await freezeJob(the(), await openDelivered(the()));
    await slash(ref, 10_000n);
    return [ref.id, BigInt(await time.latest()) + 30n * DAY];
  }

  async function expectNothingHeld(call: (id: bigint) => Promise<unknown>, id: bigint) {
    await expect(call(id))
      .to.be.revertedWithCustomError(the().escrow, "VerdictsNothingHeld")
      .withArgs(id);
  }

  describe("releaseHeldBond", () => {
    const release = (id: bigint) => the().escrow.connect(the().stranger).releaseHeldBond(id);

    it("reverts with VerdictsNothingHeld given nothing is held", async () => {
      await expectNothingHeld(release, 0n);
      await expectNothingHeld(release, (await openFrozen(the())).id);
    });

    it("reverts with VerdictsHold up to 30 days less a second", async () => {
      const [id, releasableAt] = await slashed();
      await at(releasableAt - 1n);
      await expect(release(id))
        .to.be.revertedWithCustomError(the().escrow, "VerdictsHold")
        .withArgs(id, releasableAt);
    });

    it("sends the bond to the treasury at 30 days, for anyone, once", async () => {
      const { escrow } = the();
      const [id, releasableAt] = await slashed();
      await at(releasableAt);
      let call;
      await expectMoves(the(), async () => (call = await release(id)), {
        treasury: 90_000n,
        escrow: -90_000n,
      });
      await expect(call).to.emit(escrow, "HeldBondReleased").withArgs(id, 90_000n);
      await expectNothingHeld(release, id);
      await expectNothingHeld((held) => escrow.restoreHeldBond(held), id);
    });
  });

  describe("restoreHeldBond", () => {
    const restore = (id: bigint) => the().escrow.restoreHeldBond(id);

    it("reverts with AccessManagedUnauthorized for a caller without its role", async () => {
      const { escrow, provider, treasury } = the();
      const [id] = await slashed();
      for (const caller of [provider, treasury]) {
        await expect(escrow.connect(caller).restoreHeldBond(id))
          .to.be.revertedWithCustomError(escrow, "AccessManagedUnauthorized")
          .withArgs(caller.address);
      }
    });

    it("reverts with VerdictsNothingHeld given nothing is held", async () => {
      await expectNothingHeld(restore, 1n);
    });

    it("gives the bond to the provider up to 30 days less a second, once", async () => {
      const { escrow, provider } = the();
      const [id, releasableAt] = await slashed();
      await at(releasableAt - 1n);
      let call;
      await expectMoves(the(), async () => (call = await restore(id)), {
        provider: 90_000n,
        escrow: -90_000n,
      });
      await expect(call)
        .to.emit(escrow, "HeldBondRestored")
        .withArgs(id, provider.address, 90_000n);
      await expectNothingHeld(restore, id);
      await expectNothingHeld((held) => escrow.releaseHeldBond(held), id);
    });

    it("reverts with VerdictsHold from 30 days on", async () => {
      const [id, releasableAt] = await slashed();
      await at(releasableAt);
      await expect(restore(id))
        .to.be.revertedWithCustomError(the().escrow, "VerdictsHold")
        .withArgs(id, releasableAt);
    });
  });
});
