import { expect } from "chai";
import { ethers } from "hardhat";
import { ZeroAddress } from "ethers";

import { TermsClass, asAddress } from "../../../sdk/src/index";
import { DAY, fill, openJob, useMarket } from "../../shared/jobs";
import { MODEL_ID, VERIFIER_TERMS, modelIdOf, plainOf, registerTestGpu } from "../../shared/market";

/*
OrderBook.open, when ask and bid are compared
├── it reverts with OrderBookModelMismatch when they name different models
├── it reverts with OrderBookTokenMismatch when they name different tokens
├── it reverts with OrderBookVerifierMismatch when they name different verifiers, or one names none
├── it reverts with OrderBookClassMismatch when they name different classes
├── when the bid names a provider
│  ├── it reverts with OrderBookProviderMismatch given it is another
│  └── it opens the job given it is the ask's
├── it reverts with OrderBookProviderUnnamed when the bid names neither provider nor verifier
├── when the bid names a GPU
│  ├── it reverts with OrderBookGpuMismatch given it is another, or the ask names none
│  └── it opens the job given it is the ask's
├── it opens the job when the ask names no GPU and the bid any
├── it reverts with OrderBookNotOperator when the provider does not operate the ask's GPU
├── it reverts with OrderBookPriceTooHigh when the price is one unit above the bid's highest
├── it opens the job at the ask's price when that is below the bid's highest
├── it reverts with OrderBookUnitBondTooLow when the bond is one unit below the bid's lowest
├── it opens the job with the ask's bond when that is above the bid's lowest
├── it reverts with OrderBookInvalidTurnaround when the turnaround is zero or one second too long
├── it opens the job when the turnaround is shorter than the bid's longest
├── it reverts with OrderBookInvalidShare when the cancel share is above the whole
├── it reverts with OrderBookWorkerUnnamed when the ask names no worker
└── it reverts with OrderBookNoUnits when the bid asks for none
*/
describe("OrderBook", () => {
  describe("open, when ask and bid are compared", () => {
    const the = useMarket();

    it("reverts with OrderBookModelMismatch when they name different models", async () => {
      const other = modelIdOf(1_000_000n, 8_192n, "other");
      await expect(fill(the(), { bid: { modelId: other } }))
        .to.be.revertedWithCustomError(the().book, "OrderBookModelMismatch")
        .withArgs(MODEL_ID, other);
    });

    it("reverts with OrderBookTokenMismatch when they name different tokens", async () => {
      const token = asAddress(await the().ledger.getAddress());
      await expect(fill(the(), { bid: { token } }))
        .to.be.revertedWithCustomError(the().book, "OrderBookTokenMismatch")
        .withArgs(the().tokenAddress, token);
    });

    it("reverts with OrderBookVerifierMismatch when they name different verifiers, or one names none", async () => {
      const { book, token, stranger } = the();
      const named = the().verifier.address;
      await book.setVerifierTerms(token, stranger, VERIFIER_TERMS);
      for (const verifier of [asAddress(stranger.address), asAddress(ZeroAddress)]) {
        await expect(fill(the(), { bid: { verifier } }))
          .to.be.revertedWithCustomError(book, "OrderBookVerifierMismatch")
          .withArgs(named, verifier);
        await expect(fill(the(), { ask: { verifier } }))
          .to.be.revertedWithCustomError(book, "OrderBookVerifierMismatch")
          .withArgs(verifier, named);
      }
    });

    it("reverts with OrderBookClassMismatch when they name different classes", async () => {
      await expect(fill(the(), { bid: { termsClass: TermsClass.High } }))
        .to.be.revertedWithCustomError(the().book, "OrderBookClassMismatch")
        .withArgs(TermsClass.Standard, TermsClass.High);
    });

    context("when the bid names a provider", () => {
      it("reverts with OrderBookProviderMismatch given it is another", async () => {
        const provider = asAddress(the().stranger.address);
        await expect(fill(the(), { bid: { provider } }))
          .to.be.revertedWithCustomError(the().book, "OrderBookProviderMismatch")
          .withArgs(the().provider.address, provider);
      });

      it("opens the job given it is the ask's", async () => {
        const provider = asAddress(the().provider.address);
        const { job } = await openJob(the(), { bid: { provider } });
        expect(job.provider).to.equal(provider);
      });
    });

    it("reverts with OrderBookProviderUnnamed when the bid names neither provider nor verifier", async () => {
      const verifier = asAddress(ZeroAddress);
      const options = { ask: { verifier }, bid: { verifier } };
      await expect(fill(the(), options)).to.be.revertedWithCustomError(
        the().book,
        "OrderBookProviderUnnamed",
      );
      const named = { ...options, bid: plainOf(the()) };
      expect((await openJob(the(), named)).job.verifier).to.equal(ZeroAddress);
    });

    context("when the bid names a GPU", () => {
      it("reverts with OrderBookGpuMismatch given it is another, or the ask names none", async () => {
        const { gpuId } = the();
        await expect(fill(the(), { bid: { gpuId: gpuId + 1n } }))
          .to.be.revertedWithCustomError(the().book, "OrderBookGpuMismatch")
          .withArgs(gpuId, gpuId + 1n);
        await expect(fill(the(), { ask: { gpuId: 0n }, bid: { gpuId } }))
          .to.be.revertedWithCustomError(the().book, "OrderBookGpuMismatch")
          .withArgs(0n, gpuId);
      });

      it("opens the job given it is the ask's", async () => {
        const { gpuId } = the();
        expect((await openJob(the(), { bid: { gpuId } })).job.gpuId).to.equal(gpuId);
      });
    });

    it("opens the job when the ask names no GPU and the bid any", async () => {
      expect((await openJob(the(), { ask: { gpuId: 0n } })).job.gpuId).to.equal(0n);
    });

    it("reverts with OrderBookNotOperator when the provider does not operate the ask's GPU", async () => {
      const { book, gpuRegistry, provider, stranger, gpuId } = the();
      const foreign = await registerTestGpu(the(), stranger, "foreign");
      const retired = await registerTestGpu(the(), provider, "retired");
      const unknown = BigInt(ethers.Wallet.createRandom().address);
      await gpuRegistry.connect(provider).retire(retired);
      await gpuRegistry.connect(provider).setOperator(gpuId, stranger);
      for (const id of [foreign, retired, unknown, gpuId]) {
        await expect(fill(the(), { ask: { gpuId: id } }))
          .to.be.revertedWithCustomError(book, "OrderBookNotOperator")
          .withArgs(provider.address, id);
      }
    });

    it("reverts with OrderBookPriceTooHigh when the price is one unit above the bid's highest", async () => {
      await expect(fill(the(), { ask: { unitPrice: 10_001n } }))
        .to.be.revertedWithCustomError(the().book, "OrderBookPriceTooHigh")
        .withArgs(10_001n, 10_000n);
    });

    it("opens the job at the ask's price when that is below the bid's highest", async () => {
      const { job } = await openJob(the(), { ask: { unitPrice: 9_999n } });
      expect(job.unitPrice).to.equal(9_999n);
    });

    it("reverts with OrderBookUnitBondTooLow when the bond is one unit below the bid's lowest", async () => {
      await expect(fill(the(), { ask: { unitBond: 24_999n } }))
        .to.be.revertedWithCustomError(the().book, "OrderBookUnitBondTooLow")
        .withArgs(24_999n, 25_000n);
    });

    it("opens the job with the ask's bond when that is above the bid's lowest", async () => {
      const { job } = await openJob(the(), { ask: { unitBond: 25_001n } });
      expect(job.unitBond).to.equal(25_001n);
    });

    it("reverts with OrderBookInvalidTurnaround when the turnaround is zero or one second too long", async () => {
      for (const turnaround of [0n, 3_601n]) {
        await expect(fill(the(), { ask: { turnaround } }))
          .to.be.revertedWithCustomError(the().book, "OrderBookInvalidTurnaround")
          .withArgs(turnaround, 3_600n);
      }
    });

    it("opens the job when the turnaround is shorter than the bid's longest", async () => {
      const { job } = await openJob(the(), { bid: { maxTurnaround: DAY } });
      expect(job.turnaround).to.equal(3_600n);
    });

    it("reverts with OrderBookInvalidShare when the cancel share is above the whole", async () => {
      await expect(fill(the(), { ask: { cancelShareBps: 10_001n } }))
        .to.be.revertedWithCustomError(the().book, "OrderBookInvalidShare")
        .withArgs(10_001n);
    });

    it("reverts with OrderBookWorkerUnnamed when the ask names no worker", async () => {
      await expect(
        fill(the(), { ask: { worker: asAddress(ZeroAddress) } }),
      ).to.be.revertedWithCustomError(the().book, "OrderBookWorkerUnnamed");
    });

    it("reverts with OrderBookNoUnits when the bid asks for none", async () => {
      await expect(fill(the(), { bid: { units: 0n } })).to.be.revertedWithCustomError(
        the().book,
        "OrderBookNoUnits",
      );
    });
  });
});
