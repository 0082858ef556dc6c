import { expect } from "chai";
import { ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { DemandKind, JobStatus, TermsClass, openOutput } from "../../../sdk/src/index";
import type { Piece } from "../../../sdk/src/index";
import {
  PIECE,
  WINDOWS,
  approveJob,
  at,
  deliverJob,
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
import { CLAIMS, DEMAND_PRICES, fund } from "../../shared/market";
import { OUTPUTS, openOutputs } from "../../shared/outputs";

/*
JobEscrow.demandOutput
├── given the job is open: it reverts with JobsWrongStatus
├── given the window is over: it reverts with DemandsClosed, but not at its last second
├── given the price is paid or refunded: it reverts with DemandsClosed
├── given a demand of the same kind is unanswered
│  ├── it reverts with DemandsPending
│  └── it takes a demand of the other kind
├── given a demand of the same kind was made less than an increment ago
│  ├── it reverts with DemandsTooSoon
│  └── it takes a demand of the other kind
├── when the piece is not one: it reverts with DemandsInvalidPiece
├── when the caller cannot pay: it reverts with ERC6909InsufficientBalance
├── it takes the price of the class from the caller and emits OutputDemanded
├── it stores the demand, with the time to answer of the class
├── it takes a demand of anyone but the client as one of a challenger, also of the provider
├── it takes a demand on a frozen job
└── it takes nothing for a token without prices
*/
describe("JobEscrow", () => {
  describe("demandOutput", () => {
    const the = useMarket();
    const demand = ({ id, job }: JobRef, piece: Partial<Piece> = {}, caller = the().client) =>
      the()
        .escrow.connect(caller)
        .demandOutput(id, job, { ...PIECE, ...piece });

    async function expectClosed(ref: JobRef) {
      await expect(demand(ref))
        .to.be.revertedWithCustomError(the().escrow, "DemandsClosed")
        .withArgs(ref.id);
    }

    context("given the job is open", () => {
      it("reverts with JobsWrongStatus", async () => {
        const ref = await openJob(the());
        await expect(demand(ref))
          .to.be.revertedWithCustomError(the().escrow, "JobsWrongStatus")
          .withArgs(ref.id, JobStatus.Open);
      });
    });

    context("given the window is over", () => {
      it("reverts with DemandsClosed, but not at its last second", async () => {
        for (const termsClass of [TermsClass.Fast, TermsClass.Standard, TermsClass.High]) {
          const ref = await openDelivered(the(), { ask: { termsClass }, bid: { termsClass } });
          const late = await openDelivered(the(), { ask: { termsClass }, bid: { termsClass } });
          await at(windowEnd(ref));
          await demand(ref);
          await at(windowEnd(late) + 1n);
          await expectClosed(late);
        }
      });
    });

    context("given the price is paid or refunded", () => {
      it("reverts with DemandsClosed", async () => {
        const { escrow } = the();
        await expectClosed(await approveJob(the(), await openDelivered(the())));
        const fast = { termsClass: TermsClass.Fast };
        const ref = await demandPiece(the(), await openDelivered(the(), { ask: fast, bid: fast }));
        await at(ref.job.deliveredAt + 1_802n);
        await escrow.lapseDemand(ref.id, ref.job, DemandKind.Client);
        await expectClosed(await jobNow(the(), ref.id));
      });
    });

    context("given a demand of the same kind is unanswered", () => {
      it("reverts with DemandsPending", async () => {
        const { escrow, client, provider, worker } = the();
        const ref = await demandPiece(the(), await openDelivered(the()), client);
        await expect(demand(ref, { unit: 1n }))
          .to.be.revertedWithCustomError(escrow, "DemandsPending")
          .withArgs(ref.id, DemandKind.Client);
        const both = await demandPiece(the(), ref, provider);
        for (const caller of [provider, worker]) {
          await expect(demand(both, { unit: 1n }, caller))
            .to.be.revertedWithCustomError(escrow, "DemandsPending")
            .withArgs(ref.id, DemandKind.Challenger);
        }
      });

      it("takes a demand of the other kind", async () => {
        const { escrow, client, provider } = the();
        const first = await demandPiece(the(), await openDelivered(the()), provider);
        const second = await demandPiece(the(), first, client);
        expect(second.job.demands).to.equal(0b11n);
        expect((await escrow.demand(second.id, DemandKind.Client)).demander).to.equal(
          client.address,
        );
        expect((await escrow.demand(second.id, DemandKind.Challenger)).demander).to.equal(
          provider.address,
        );
      });
    });

    context("given a demand of the same kind was made less than an increment ago", () => {
      const INCREMENT = 600n;

      /** The usual job of the fast class, after a demand at `first` was answered. */
      async function answered(caller: HardhatEthersSigner) {
        const terms = { termsClass: TermsClass.Fast };
        const ref = await openOutputs(the(), { ask: terms, bid: terms });
        const first = ref.job.deliveredAt + 10n;
        await at(first);
        const demanded = await demandPiece(the(), ref, caller);
        const kind = caller === the().client ? DemandKind.Client : DemandKind.Challenger;
        const opening = openOutput(OUTPUTS, { unit: 0n, firstWord: 0n, wordsLog2: 5n });
        await the().escrow.showOutput(ref.id, demanded.job, kind, opening);
        return { first, kind, ref: await jobNow(the(), ref.id) };
      }

      it("reverts with DemandsTooSoon", async () => {
        const { escrow, client, provider } = the();
        for (const caller of [client, provider]) {
          const { first, kind, ref } = await answered(caller);
          await at(first + INCREMENT - 1n);
          await expect(demand(ref, {}, caller))
            .to.be.revertedWithCustomError(escrow, "DemandsTooSoon")
            .withArgs(ref.id, kind, first + INCREMENT);
          await at(first + INCREMENT);
          await demand(ref, {}, caller);
        }
      });

      it("takes a demand of the other kind", async () => {
        const { ref } = await answered(the().provider);
        await demand(ref);
      });
    });

    context("when the piece is not one", () => {
      it("reverts with DemandsInvalidPiece", async () => {
        const { escrow } = the();
        const ref = await deliverJob(the(), await openJob(the()), { units: 3n });
        for (const wrong of [
          { unit: 3n },
          { unit: 2n ** 64n - 1n },
          { wordsLog2: 8n },
          { wordsLog2: 255n },
          { firstWord: 1n },
          { firstWord: 31n },
          { firstWord: 64n, wordsLog2: 7n },
          { firstWord: 2n ** 32n - 1n, wordsLog2: 1n },
        ]) {
          const piece = { ...PIECE, ...wrong };
          await expect(demand(ref, wrong))
            .to.be.revertedWithCustomError(escrow, "DemandsInvalidPiece")
            .withArgs(ref.id, [piece.unit, piece.firstWord, piece.wordsLog2]);
        }
        await demand(ref, { unit: 2n, firstWord: 2n ** 32n - 128n, wordsLog2: 7n });
      });
    });

    context("when the caller cannot pay", () => {
      it("reverts with ERC6909InsufficientBalance", async () => {
        const { ledger, escrow, stranger, tokenAddress } = the();
        const id = BigInt(tokenAddress);
        const ref = await openDelivered(the());
        await ledger.connect(stranger).approve(escrow, id, CLAIMS);
        await expect(demand(ref, {}, stranger))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
          .withArgs(stranger.address, 0n, DEMAND_PRICES.standard, id);
      });
    });

    it("takes the price of the class from the caller and emits OutputDemanded", async () => {
      const { escrow, client } = the();
      for (const [termsClass, price] of [
        [TermsClass.Fast, DEMAND_PRICES.fast],
        [TermsClass.Standard, DEMAND_PRICES.standard],
        [TermsClass.High, DEMAND_PRICES.high],
      ] as const) {
        const ref = await openDelivered(the(), { ask: { termsClass }, bid: { termsClass } });
        const now = ref.job.deliveredAt + 77n;
        await at(now);
        let call;
        await expectMoves(the(), async () => (call = await demand(ref, { unit: 1n })), {
          client: -price,
          escrow: price,
        });
        await expect(call)
          .to.emit(escrow, "OutputDemanded")
          .withArgs(
            ref.id,
            DemandKind.Client,
            client.address,
            [1n, 0n, 5n],
            price,
            now + WINDOWS[Number(termsClass)],
          );
      }
    });

    it("stores the demand, with the time to answer of the class", async () => {
      const { escrow, book, client, token } = the();
      const ref = await openDelivered(the());
      expect(await escrow.demand(ref.id, DemandKind.Client)).to.deep.equal([
        ZeroAddress,
        0n,
        0n,
        [0n, 0n, 0n],
      ]);
      await at(ref.job.deliveredAt + 100n);
      await demand(ref, { unit: 3n, firstWord: 256n, wordsLog2: 7n });
      await book.setDemandPrices(token, { fast: 1n, standard: 1n, high: 1n });
      expect(await escrow.demand(ref.id, DemandKind.Client)).to.deep.equal([
        client.address,
        ref.job.deliveredAt + 100n + 21_600n,
        DEMAND_PRICES.standard,
        [3n, 256n, 7n],
      ]);
    });

    it("takes a demand of anyone but the client as one of a challenger, also of the provider", async () => {
      const { escrow, provider, worker, stranger } = the();
      await fund(the(), stranger);
      await fund(the(), worker);
      for (const caller of [provider, worker, stranger]) {
        const ref = await openDelivered(the());
        await expect(demand(ref, {}, caller))
          .to.emit(escrow, "OutputDemanded")
          .withArgs(ref.id, DemandKind.Challenger, caller.address, [0n, 0n, 5n], 1_000n, anyTime);
      }
    });

    it("takes a demand on a frozen job", async () => {
      const ref = await demandPiece(the(), await freezeJob(the(), await openDelivered(the())));
      expect([ref.job.frozen, ref.job.demands]).to.deep.equal([true, 1n]);
    });

    it("takes nothing for a token without prices", async () => {
      const { book, token, stranger } = the();
      await book.setDemandPrices(token, { fast: 0n, standard: 0n, high: 0n });
      const ref = await openDelivered(the());
      await expectMoves(the(), () => demand(ref, {}, stranger), {});
    });
  });
});

function anyTime(value: bigint): boolean {
  return value > 0n;
}
