import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256, Signature, id as hashOf } from "ethers";

import { JobStatus, PriceState, asAddress, asHex } from "../../../sdk/src/index";
import {
  OUTPUT_ROOT,
  approveJob,
  at,
  demandPiece,
  deliverJob,
  expectMoves,
  freezeJob,
  jobNow,
  openDelivered,
  openJob,
  openedBy,
  signApproval,
  useMarket,
  windowEnd,
  withChanges,
} from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";
import { askOf, bidOf, signBid } from "../../shared/market";

/*
JobEscrow.approve
├── given the job is open: it reverts with JobsWrongStatus
├── given the price is paid or refunded: it reverts with JobEscrowPriceSpent
├── when the client calls
│  ├── it pays the price less the fee, rounded up, and emits JobApproved
│  ├── it keeps bond, window, freeze and demands as they are
│  ├── it pays at any time before the job settles
│  └── it takes no notice of the signature
└── when somebody else calls
   ├── it pays given the client signed this job, root and number of units
   └── it reverts with JobEscrowInvalidApproval given anything else was signed, or by anyone else

JobEscrow.deliver, when it carries an approval
├── it pays the price of the units delivered and keeps their bond
├── it takes the approval of a contract
└── it delivers unpaid given another root or number of units was signed, or a delegate of the client signed
*/
describe("JobEscrow", () => {
  const the = useMarket();
  const PAID = { provider: 39_000n, treasury: 1_000n, escrow: -40_000n };

  async function expectInvalid({ id, job }: JobRef, call: Promise<unknown>) {
    await expect(call)
      .to.be.revertedWithCustomError(the().escrow, "JobEscrowInvalidApproval")
      .withArgs(id, job.client, await the().escrow.approvalDigest(id, OUTPUT_ROOT, 4n));
  }

  describe("approve", () => {
    const approve = ({ id, job }: JobRef, approval = "0x", caller = the().client) =>
      the().escrow.connect(caller).approve(id, job, approval);

    context("given the job is open", () => {
      it("reverts with JobsWrongStatus", async () => {
        const ref = await openJob(the());
        await expect(approve(ref))
          .to.be.revertedWithCustomError(the().escrow, "JobsWrongStatus")
          .withArgs(ref.id, JobStatus.Open);
      });
    });

    context("given the price is paid or refunded", () => {
      it("reverts with JobEscrowPriceSpent", async () => {
        const { escrow } = the();
        const paid = await approveJob(the(), await openDelivered(the()));
        const demanded = await demandPiece(the(), await openDelivered(the()));
        await at(windowEnd(demanded) + 21_600n);
        await escrow.lapseDemand(demanded.id, demanded.job, 0n);
        for (const ref of [paid, await jobNow(the(), demanded.id)]) {
          await expect(approve(ref))
            .to.be.revertedWithCustomError(escrow, "JobEscrowPriceSpent")
            .withArgs(ref.id);
        }
      });
    });

    context("when the client calls", () => {
      it("pays the price less the fee, rounded up, and emits JobApproved", async () => {
        const ref = await openDelivered(the(), { ask: { unitPrice: 3_333n }, bid: { units: 3n } });
        let call;
        // 2.5 % of 9,999 is 249.975.
        await expectMoves(the(), async () => (call = await approve(ref)), {
          provider: 9_749n,
          treasury: 250n,
          escrow: -9_999n,
        });
        await expect(call).to.emit(the().escrow, "JobApproved").withArgs(ref.id, 9_999n, 250n);
      });

      it("keeps bond, window, freeze and demands as they are", async () => {
        const frozen = await freezeJob(the(), await openDelivered(the()));
        const ref = await demandPiece(the(), frozen);
        await expectMoves(the(), () => approve(ref), PAID);
        expect((await jobNow(the(), ref.id)).job).to.deep.equal(
          withChanges(ref.job, { price: PriceState.Paid }),
        );
      });

      it("pays at any time before the job settles", async () => {
        const ref = await openDelivered(the());
        await at(windowEnd(ref) + 1_000_000n);
        await expectMoves(the(), () => approve(ref), PAID);
      });

      it("takes no notice of the signature", async () => {
        const ref = await openDelivered(the());
        await expectMoves(the(), () => approve(ref, "0x1234"), PAID);
      });
    });

    context("when somebody else calls", () => {
      it("pays given the client signed this job, root and number of units", async () => {
        const { provider, stranger } = the();
        for (const caller of [provider, stranger]) {
          const ref = await openDelivered(the());
          const approval = await signApproval(the(), ref.id);
          await expectMoves(the(), () => approve(ref, approval, caller), PAID);
        }
      });

      it("reverts with JobEscrowInvalidApproval given anything else was signed, or by anyone else", async () => {
        const { provider, worker, addresses } = the();
        const ref = await openDelivered(the());
        const right = await signApproval(the(), ref.id);
        const wrong = [
          "0x",
          "0x12",
          Signature.from(right).compactSerialized,
          await signApproval(the(), ref.id + 1n),
          await signApproval(the(), ref.id, { units: 3n }),
          await signApproval(the(), ref.id, { root: asHex(hashOf("other")) }),
          await signApproval(the(), ref.id, { signer: provider }),
          await signApproval(the(), ref.id, { signer: worker }),
          await signApproval(the(), ref.id, { chainId: 1n }),
          await signApproval(the(), ref.id, { escrow: addresses.orderBook }),
        ];
        for (const approval of wrong) {
          await expectInvalid(ref, approve(ref, approval, provider));
        }
        await approve(ref, right, provider);
      });
    });
  });

  describe("deliver, when it carries an approval", () => {
    it("pays the price of the units delivered and keeps their bond", async () => {
      const ref = await openJob(the());
      const approval = await signApproval(the(), ref.id, { units: 3n });
      await at(ref.job.openedAt + 100n);
      // 3 units: 30,000 less 750; 1 unit: price and bond go back, free of charge.
      await expectMoves(the(), () => deliverJob(the(), ref, { units: 3n, approval }), {
        client: 10_000n,
        provider: 29_250n + 25_000n,
        treasury: 750n,
        escrow: -65_000n,
      });
      const { job } = await jobNow(the(), ref.id);
      expect([job.price, job.units, job.status]).to.deep.equal([
        PriceState.Paid,
        3n,
        JobStatus.Delivered,
      ]);
    });

    it("takes the approval of a contract", async () => {
      const { ledger, escrow, token, client, provider, delegate, tokenAddress } = the();
      const maker = await ethers.deployContract("OwnedMaker", [delegate, 0n]);
      const id = BigInt(tokenAddress);
      await ledger.connect(client).transfer(maker, id, 40_000n);
      await maker.execute(
        ledger,
        ledger.interface.encodeFunctionData("approve", [await escrow.getAddress(), id, MaxUint256]),
      );
      const bid = bidOf(the(), { client: asAddress(await maker.getAddress()), nonce: 1n });
      const signature = await signBid(the(), bid, delegate);
      const opened = await escrow.connect(provider).fill(askOf(the()), "0x", bid, signature);
      const ref = await openedBy(the(), opened);
      const approval = await signApproval(the(), ref.id, { signer: delegate });
      await expectMoves(the(), () => deliverJob(the(), ref, { approval }), PAID);
      expect(await ledger.balanceOf(maker, BigInt(await token.getAddress()))).to.equal(0n);
    });

    it("delivers unpaid given another root or number of units was signed, or a delegate of the client signed", async () => {
      const { book, client, delegate, token } = the();
      await book.connect(client).setDelegation(delegate, token, 3n, 10n ** 9n, 2n ** 40n - 1n);
      const wrong = [{ root: asHex(hashOf("other")) }, { units: 3n }, { signer: delegate }];
      for (const changes of wrong) {
        const ref = await openJob(the());
        const approval = await signApproval(the(), ref.id, changes);
        await expectMoves(the(), () => deliverJob(the(), ref, { approval }), {});
        const { job } = await jobNow(the(), ref.id);
        expect([job.price, job.status]).to.deep.equal([PriceState.Escrowed, JobStatus.Delivered]);
      }
    });
  });
});
