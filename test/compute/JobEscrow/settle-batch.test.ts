import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { ZeroHash } from "ethers";

import { DemandKind, JobStatus, TermsClass, asAddress } from "../../../sdk/src/index";
import {
  approveJob,
  at,
  deliverJob,
  demandPiece,
  expectMoves,
  frozenUntil,
  openDelivered,
  openFrozen,
  openJob,
  openedBy,
  useMarket,
  windowEnd,
  withChanges,
} from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";
import { VERIFIER_TERMS, askOf, bidOf, fund, signAsk } from "../../shared/market";

/*
JobEscrow.settleBatch
├── it settles each job as settle does, and returns how many
├── it does nothing given no jobs
├── it pays what consecutive jobs pay to one account at once
├── it pays each of several providers and tokens what is theirs
├── when a job cannot be settled
│  ├── it emits BatchItemSkipped with its number and reason, and goes on
│  └── it skips a job that was settled before, in the same batch too
└── it lets a frozen job of the longest wait go, and counts it no more

JobEscrow.requireSettleable
├── it reverts with the reason why settle would
└── it passes when settle would, for anyone
*/
describe("JobEscrow", () => {
  const the = useMarket();
  const settle = (items: JobRef[], caller = the().stranger) =>
    the().escrow.connect(caller).settleBatch(items);

  describe("settleBatch", () => {
    it("settles each job as settle does, and returns how many", async () => {
      const { escrow } = the();
      const paid = await approveJob(the(), await openDelivered(the()));
      const refs = [paid, await openDelivered(the()), await openDelivered(the())];
      await time.increaseTo(windowEnd(refs[2]) + 1n);
      expect(await escrow.settleBatch.staticCall(refs)).to.equal(3n);
      let call;
      await expectMoves(the(), async () => (call = await settle(refs)), {
        provider: 300_000n + 78_000n,
        treasury: 2_000n,
        escrow: -380_000n,
      });
      for (const [{ id }, fee] of [
        [refs[0], 0n],
        [refs[1], 1_000n],
      ] as const) {
        await expect(call)
          .to.emit(escrow, "JobSettled")
          .withArgs(id, the().provider.address, 40_000n, fee);
        expect(await escrow.jobHash(id)).to.equal(ZeroHash);
      }
    });

    it("does nothing given no jobs", async () => {
      expect(await the().escrow.settleBatch.staticCall([])).to.equal(0n);
      await expectMoves(the(), () => settle([]), {});
    });

    it("pays what consecutive jobs pay to one account at once", async () => {
      const { ledger, provider, treasury, addresses, tokenAddress } = the();
      const refs = [await openDelivered(the()), await openDelivered(the())];
      await at(windowEnd(refs[1]) + 1n);
      const sent = await settle(refs);
      const moves = (await sent.wait())?.logs.filter((log) => log.address === addresses.ledger);
      expect(moves).to.have.length(2);
      const [escrow, id] = [addresses.jobEscrow, BigInt(tokenAddress)];
      for (const [to, amount] of [
        [provider, 278_000n],
        [treasury, 2_000n],
      ] as const) {
        await expect(sent)
          .to.emit(ledger, "Transfer")
          .withArgs(escrow, escrow, to.address, id, amount);
      }
    });

    it("pays each of several providers and tokens what is theirs", async () => {
      const { escrow, book, ledger, client, provider, treasury, verifier, worker, stranger } =
        the();
      const coin = await ethers.deployContract("MockERC20", ["Other", "OTH", 18]);
      await book.setVerifierTerms(coin, verifier, VERIFIER_TERMS);
      await fund({ ...the(), token: coin }, client);
      await fund({ ...the(), token: coin }, provider);
      await fund(the(), stranger);
      const token = asAddress(await coin.getAddress());
      const foreign = askOf(the(), {
        provider: asAddress(stranger.address),
        gpuId: 0n,
        nonce: 1n,
      });
      const signature = await signAsk(the(), foreign, stranger);
      const opened = await escrow.connect(client).fill(foreign, signature, bidOf(the()), "0x");
      const refs = [
        await openDelivered(the(), { ask: { token }, bid: { token } }),
        await openDelivered(the()),
        await deliverJob(the(), await openedBy(the(), opened)),
        await openDelivered(the(), { ask: { token }, bid: { token } }),
        await openDelivered(the()),
      ];
      await at(windowEnd(refs[4]) + 1n);
      const id = BigInt(token);
      await expectMoves(the(), () => settle(refs, worker), {
        provider: 278_000n,
        stranger: 139_000n,
        treasury: 3_000n,
        escrow: -420_000n,
      });
      expect(await ledger.balanceOf(treasury, id)).to.equal(2_000n);
      expect(await ledger.balanceOf(escrow, id)).to.equal(0n);
    });

    context("when a job cannot be settled", () => {
      it("emits BatchItemSkipped with its number and reason, and goes on", async () => {
        const { escrow, stranger, provider, tokenAddress } = the();
        await the().ledger.connect(provider).transfer(stranger, BigInt(tokenAddress), 1n);
        const fast = { termsClass: TermsClass.Fast };
        const good = await openDelivered(the(), { ask: fast, bid: fast });
        const open = await openJob(the());
        const young = await openDelivered(the());
        const frozen = await openFrozen(the(), { ask: fast, bid: fast });
        const demanded = await demandPiece(
          the(),
          await openDelivered(the(), { ask: fast, bid: fast }),
          provider,
        );
        const wrong = { id: young.id, job: withChanges(young.job, { units: 5n }) };
        const foreign = { id: 99n, job: young.job };
        await at(windowEnd(demanded) + 1n);
        const items = [open, young, frozen, demanded, wrong, foreign, good];
        let call;
        await expectMoves(the(), async () => (call = await settle(items)), {
          provider: 139_000n,
          treasury: 1_000n,
          escrow: -140_000n,
        });
        const encode = escrow.interface.encodeErrorResult.bind(escrow.interface);
        const stale = (reason: string) => escrow.interface.parseError(reason)?.name === "JobsStale";
        const reasons = [
          encode("JobsWrongStatus", [open.id, JobStatus.Open]),
          encode("JobEscrowContestable", [young.id, windowEnd(young)]),
          encode("JobEscrowContestable", [frozen.id, frozenUntil(frozen)]),
          encode("DemandsPending", [demanded.id, DemandKind.Challenger]),
          stale,
          stale,
        ];
        for (const [i, reason] of reasons.entries()) {
          await expect(call).to.emit(escrow, "BatchItemSkipped").withArgs(i, reason);
        }
      });

      it("skips a job that was settled before, in the same batch too", async () => {
        const { escrow } = the();
        const ref = await openDelivered(the());
        const hash = await escrow.jobHash(ref.id);
        await at(windowEnd(ref) + 1n);
        let call;
        await expectMoves(the(), async () => (call = await settle([ref, ref])), {
          provider: 139_000n,
          treasury: 1_000n,
          escrow: -140_000n,
        });
        const reason = escrow.interface.encodeErrorResult("JobsStale", [ref.id, hash, ZeroHash]);
        await expect(call).to.emit(escrow, "BatchItemSkipped").withArgs(1n, reason);
        await expectMoves(the(), () => settle([ref]), {});
      });
    });

    it("lets a frozen job of the longest wait go, and counts it no more", async () => {
      const { escrow, provider } = the();
      const ref = await openFrozen(the());
      await at(frozenUntil(ref) + 1n);
      await expectMoves(the(), () => settle([ref]), {
        provider: 139_000n,
        treasury: 1_000n,
        escrow: -140_000n,
      });
      expect(await escrow.frozenJobs(provider)).to.equal(0n);
    });
  });

  describe("requireSettleable", () => {
    it("reverts with the reason why settle would", async () => {
      const { escrow, stranger } = the();
      const open = await openJob(the());
      await expect(escrow.requireSettleable(open.id, open.job))
        .to.be.revertedWithCustomError(escrow, "JobsWrongStatus")
        .withArgs(open.id, JobStatus.Open);
      const ref = await openDelivered(the());
      await expect(escrow.connect(stranger).requireSettleable(ref.id, ref.job))
        .to.be.revertedWithCustomError(escrow, "JobEscrowContestable")
        .withArgs(ref.id, windowEnd(ref));
    });

    it("passes when settle would, for anyone", async () => {
      const { escrow, stranger } = the();
      const ref = await openDelivered(the());
      await time.increaseTo(windowEnd(ref) + 1n);
      await escrow.connect(stranger).requireSettleable(ref.id, ref.job);
    });
  });
});
