import { expect } from "chai";
import { ethers } from "hardhat";
import { keccak256, solidityPacked } from "ethers";

import { at } from "../../shared/jobs";
import { FEE_BPS } from "../../shared/market";
import {
  JUNIOR,
  LOAN,
  PAYMENT,
  PERIOD,
  PRINCIPAL,
  Status,
  VALUE,
  YEAR,
  anotherGpu,
  attestationOf,
  claimsMoved,
  drawLoan,
  earn,
  fundLoan,
  handOver,
  now,
  openLoan,
  readyLoan,
  requestLoan,
  signAttestation,
  useLoans,
} from "../../shared/loans";

/** A value whose 65 % is the usual principal, rounded up. */
const LEAST_VALUE = (PRINCIPAL * 10_000n + 6_499n) / 6_500n;

/*
LoanBook.draw
├── given a funded request
│  ├── it pays the borrower, starts the clock, and emits LoanDrawn and GpuTaken
│  ├── it locks a tenth of what was attested, rounded up
│  ├── it is drawn on several GPUs, whose values add up
│  └── it is drawn with the signature of a contract
├── when the loan is not ready
│  ├── it reverts with LoansWrongStatus given a loan that is drawn
│  ├── it reverts with LoanBookNotBorrower given another caller
│  ├── it reverts with LoanBookNotFunded given one unit too little
│  ├── it reverts with LendersTooLate after the deadline
│  ├── it draws at the deadline
│  ├── it reverts with LendersEntriesPaused while entries are paused
│  ├── it reverts with LoanBookNoLien given the junior was not handed over
│  └── it reverts with LoanBookVaultClosed given a vault that was wound down
├── when the GPUs do not fit
│  ├── it reverts with LoanBookGpusMismatch given none or others, and with LoanBookSignaturesMismatch
│  ├── it reverts with CollateralNotPledged given no pledge, or one to somebody else
│  ├── it reverts with CollateralNotOwned given another account's
│  ├── it reverts with CollateralNotOperated given jobs that pay somebody else (LN-7)
│  └── it reverts with CollateralTaken given a GPU twice (LN-7)
├── when the attestations do not fit
│  ├── it reverts with LoanBookCollateralTooLow below 65 %, and not at it
│  ├── it marks values down by age
│  ├── it reverts with CollateralWorthless beyond the maximum age, and without a curve
│  └── it reverts with CustodiansBondTooLow given one unit too little
└── given no GPUs
   ├── it reverts with LoanBookAdvanceTooHigh given no fees, or none that governance vouches for
   ├── it goes by fees / (1 − junior share), to the unit
   └── it goes by the market's fee if that is lower

LoanBook.setAdvanceFee
├── it emits AdvanceFeeSet
└── it reverts with LoanBookFeeTooHigh above 5 %, and not at it
*/
describe("LoanBook", () => {
  const the = useLoans();

  describe("draw", () => {
    context("given a funded request", () => {
      it("pays the borrower, starts the clock, and emits LoanDrawn and GpuTaken", async () => {
        const { loanBook, borrower, gpuId } = the();
        await readyLoan(the());
        const paid = await claimsMoved(the(), [borrower], async () => {
          const fresh = await attestationOf(the());
          await at(BigInt(fresh.madeAt) + 1n);
          const worth = VALUE - (VALUE * 3_750n) / (10_000n * YEAR) - 1n;
          await expect(drawLoan(the(), LOAN, [fresh]))
            .to.emit(loanBook, "LoanDrawn")
            .withArgs(LOAN, PAYMENT, worth, JUNIOR, 0n)
            .and.to.emit(loanBook, "GpuTaken")
            .withArgs(LOAN, gpuId, VALUE, worth);
        });
        expect(paid).to.deep.equal([PRINCIPAL]);
        const { state, terms } = await loanBook.loanOf(LOAN);
        expect([state.status, state.drawnAt, state.accruedAt, state.principalLeft]).to.deep.equal([
          BigInt(Status.Active),
          await now(),
          await now(),
          PRINCIPAL,
        ]);
        expect([terms.levelPayment, terms.juniorAtDraw]).to.deep.equal([PAYMENT, JUNIOR]);
        expect((await loanBook.pledgeOf(gpuId)).id).to.equal(LOAN);
      });

      it("locks a tenth of what was attested, rounded up", async () => {
        const { loanBook, custodian, token } = the();
        await readyLoan(the());
        const value = VALUE - 9n;
        await drawLoan(the(), LOAN, [await attestationOf(the(), { value })]);
        const locked = VALUE / 10n;
        expect(await loanBook.bondOf(custodian, token)).to.deep.equal([VALUE - locked, locked]);
        expect((await loanBook.loanOf(LOAN)).terms.lockedBond).to.equal(locked);
      });

      it("is drawn on several GPUs, whose values add up", async () => {
        const { loanBook, gpuId } = the();
        const other = await anotherGpu(the());
        await readyLoan(the(), { gpuIds: [gpuId, other] });
        const value = LEAST_VALUE / 2n + 10_000n;
        const first = await attestationOf(the(), { value });
        await drawLoan(the(), LOAN, [first, { ...first, gpuId: other }]);
        expect((await loanBook.pledgeOf(other)).id).to.equal(LOAN);
      });

      it("is drawn with the signature of a contract", async () => {
        const { loanBook, ledger, custodian, borrower, tokenAddress } = the();
        const wallet = await ethers.deployContract("OwnedMaker", [custodian, 0n]);
        await ledger.connect(custodian).transfer(wallet, tokenAddress, VALUE);
        const approval = await ledger.approve.populateTransaction(loanBook, tokenAddress, VALUE);
        await wallet.execute(ledger, approval.data);
        const bond = await loanBook.postBond.populateTransaction(tokenAddress, VALUE / 10n);
        await wallet.execute(loanBook, bond.data);
        await readyLoan(the(), { custodian: await wallet.getAddress() });
        const attestation = await attestationOf(the());
        const signature = await signAttestation(the(), attestation);
        await loanBook.connect(borrower).draw(LOAN, [attestation], [signature]);
        expect(await loanBook.bondOf(wallet, tokenAddress)).to.deep.equal([0n, VALUE / 10n]);
      });
    });

    context("when the loan is not ready", () => {
      it("reverts with LoansWrongStatus given a loan that is drawn", async () => {
        await openLoan(the());
        await expect(drawLoan(the()))
          .to.be.revertedWithCustomError(the().loanBook, "LoansWrongStatus")
          .withArgs(LOAN, Status.Active);
      });

      it("reverts with LoanBookNotBorrower given another caller", async () => {
        const { loanBook, stranger } = the();
        await readyLoan(the());
        await expect(loanBook.connect(stranger).draw(LOAN, [], []))
          .to.be.revertedWithCustomError(loanBook, "LoanBookNotBorrower")
          .withArgs(LOAN, stranger.address);
      });

      it("reverts with LoanBookNotFunded given one unit too little", async () => {
        const { loanBook, lenders } = the();
        await readyLoan(the());
        await loanBook.connect(lenders[0]).unfund(LOAN, 1n);
        await expect(drawLoan(the()))
          .to.be.revertedWithCustomError(loanBook, "LoanBookNotFunded")
          .withArgs(LOAN, PRINCIPAL - 1n, PRINCIPAL);
      });

      it("reverts with LendersTooLate after the deadline", async () => {
        const { loanBook } = the();
        await readyLoan(the());
        const { fundingDeadline } = (await loanBook.loanOf(LOAN)).terms;
        const attestation = await attestationOf(the(), { expiresAt: 2n ** 40n - 1n });
        await at(fundingDeadline + 1n);
        await expect(drawLoan(the(), LOAN, [attestation]))
          .to.be.revertedWithCustomError(loanBook, "LendersTooLate")
          .withArgs(LOAN, fundingDeadline);
      });

      it("draws at the deadline", async () => {
        await readyLoan(the());
        const { fundingDeadline } = (await the().loanBook.loanOf(LOAN)).terms;
        const attestation = await attestationOf(the(), { expiresAt: 2n ** 40n - 1n });
        await at(fundingDeadline);
        await drawLoan(the(), LOAN, [attestation]);
      });

      it("reverts with LendersEntriesPaused while entries are paused", async () => {
        const { loanBook, book } = the();
        await readyLoan(the());
        await book.pauseEntries(1_000n);
        const { pausedUntil } = await book.entryPause();
        const attestation = await attestationOf(the());
        await at(pausedUntil - 1n);
        await expect(drawLoan(the(), LOAN, [attestation]))
          .to.be.revertedWithCustomError(loanBook, "LendersEntriesPaused")
          .withArgs(pausedUntil);
        await at(pausedUntil);
        await drawLoan(the(), LOAN, [attestation]);
      });

      it("reverts with LoanBookNoLien given the junior was not handed over", async () => {
        const { loanBook, borrower } = the();
        await requestLoan(the());
        await fundLoan(the());
        await expect(drawLoan(the()))
          .to.be.revertedWithCustomError(loanBook, "LoanBookNoLien")
          .withArgs(LOAN, borrower.address);
      });

      it("reverts with LoanBookVaultClosed given a vault that was wound down", async () => {
        const { loanBook, borrower, vault } = the();
        await readyLoan(the());
        await vault.connect(borrower).windDown();
        await expect(drawLoan(the()))
          .to.be.revertedWithCustomError(loanBook, "LoanBookVaultClosed")
          .withArgs(LOAN, await vault.getAddress());
      });
    });

    context("when the GPUs do not fit", () => {
      it("reverts with LoanBookGpusMismatch given none or others, and with LoanBookSignaturesMismatch", async () => {
        const { loanBook, borrower, gpuId } = the();
        const hash = (...ids: bigint[]) => keccak256(solidityPacked(["uint256[]"], [ids]));
        await readyLoan(the());
        await expect(drawLoan(the(), LOAN, []))
          .to.be.revertedWithCustomError(loanBook, "LoanBookGpusMismatch")
          .withArgs(LOAN, hash(), hash(gpuId));
        await expect(drawLoan(the(), LOAN, [await attestationOf(the(), { gpuId: 7n })]))
          .to.be.revertedWithCustomError(loanBook, "LoanBookGpusMismatch")
          .withArgs(LOAN, hash(7n), hash(gpuId));
        await expect(loanBook.connect(borrower).draw(LOAN, [await attestationOf(the())], []))
          .to.be.revertedWithCustomError(loanBook, "LoanBookSignaturesMismatch")
          .withArgs(1n, 0n);
      });

      it("reverts with CollateralNotPledged given no pledge, or one to somebody else", async () => {
        const { loanBook, gpuRegistry, borrower, stranger, gpuId } = the();
        await readyLoan(the());
        await loanBook.connect(borrower).releaseGpu(gpuId);
        await expect(drawLoan(the()))
          .to.be.revertedWithCustomError(loanBook, "CollateralNotPledged")
          .withArgs(gpuId, ethers.ZeroAddress);
        await gpuRegistry.connect(borrower).pledge(gpuId, stranger);
        await expect(drawLoan(the()))
          .to.be.revertedWithCustomError(loanBook, "CollateralNotPledged")
          .withArgs(gpuId, stranger.address);
      });

      it("reverts with CollateralNotOwned given another account's", async () => {
        const { loanBook, gpuRegistry, borrower, stranger, vault, gpuId } = the();
        await readyLoan(the());
        await loanBook.connect(borrower).releaseGpu(gpuId);
        await gpuRegistry.connect(borrower).transferFrom(borrower, stranger, gpuId);
        await gpuRegistry.connect(stranger).setOperator(gpuId, vault);
        await gpuRegistry.connect(stranger).pledge(gpuId, loanBook);
        await expect(drawLoan(the()))
          .to.be.revertedWithCustomError(loanBook, "CollateralNotOwned")
          .withArgs(gpuId, stranger.address);
      });

      it("reverts with CollateralNotOperated given jobs that pay somebody else (LN-7)", async () => {
        const { loanBook, gpuRegistry, borrower, gpuId } = the();
        await readyLoan(the());
        await loanBook.connect(borrower).releaseGpu(gpuId);
        await gpuRegistry.connect(borrower).setOperator(gpuId, borrower);
        await gpuRegistry.connect(borrower).pledge(gpuId, loanBook);
        await expect(drawLoan(the()))
          .to.be.revertedWithCustomError(loanBook, "CollateralNotOperated")
          .withArgs(gpuId, borrower.address);
      });

      it("reverts with CollateralTaken given a GPU twice (LN-7)", async () => {
        const { loanBook, gpuId } = the();
        await readyLoan(the(), { gpuIds: [gpuId, gpuId] });
        const attestation = await attestationOf(the());
        await expect(drawLoan(the(), LOAN, [attestation, attestation]))
          .to.be.revertedWithCustomError(loanBook, "CollateralTaken")
          .withArgs(gpuId, LOAN);
      });
    });

    context("when the attestations do not fit", () => {
      it("reverts with LoanBookCollateralTooLow below 65 %, and not at it", async () => {
        const { loanBook } = the();
        await readyLoan(the());
        const madeAt = (await now()) + 100n;
        const expiresAt = madeAt;
        await at(madeAt);
        const value = LEAST_VALUE - 1n;
        await expect(
          drawLoan(the(), LOAN, [await attestationOf(the(), { value, madeAt, expiresAt })]),
        )
          .to.be.revertedWithCustomError(loanBook, "LoanBookCollateralTooLow")
          .withArgs(LOAN, PRINCIPAL, value);
        const next = { madeAt: madeAt + 1n, expiresAt: madeAt + 1n, value: LEAST_VALUE };
        await at(next.madeAt);
        await drawLoan(the(), LOAN, [await attestationOf(the(), next)]);
      });

      it("marks values down by age", async () => {
        const { loanBook } = the();
        await readyLoan(the());
        const madeAt = await now();
        const expiresAt = madeAt + 4n * YEAR;
        await at(madeAt + PERIOD / 2n);
        const value = LEAST_VALUE;
        const left = (value * (10_000n * YEAR - (3_750n * PERIOD) / 2n)) / (10_000n * YEAR);
        await expect(
          drawLoan(the(), LOAN, [await attestationOf(the(), { value, madeAt, expiresAt })]),
        )
          .to.be.revertedWithCustomError(loanBook, "LoanBookCollateralTooLow")
          .withArgs(LOAN, PRINCIPAL, left);
      });

      it("reverts with CollateralWorthless beyond the maximum age, and without a curve", async () => {
        const { loanBook, gpuId } = the();
        await readyLoan(the());
        const expiresAt = 2n ** 40n - 1n;
        const old = await attestationOf(the(), { madeAt: 1_000_000_000n, expiresAt });
        await expect(drawLoan(the(), LOAN, [old]))
          .to.be.revertedWithCustomError(loanBook, "CollateralWorthless")
          .withArgs(gpuId);
        const fresh = await attestationOf(the());
        await loanBook.setCurve(fresh.hardwareClass, []);
        await expect(drawLoan(the(), LOAN, [fresh]))
          .to.be.revertedWithCustomError(loanBook, "CollateralWorthless")
          .withArgs(gpuId);
      });

      it("reverts with CustodiansBondTooLow given one unit too little", async () => {
        const { loanBook, custodian, token, tokenAddress } = the();
        await readyLoan(the());
        const bond = VALUE / 10n;
        await loanBook.connect(custodian).withdrawBond(token, VALUE - bond + 1n);
        await expect(drawLoan(the()))
          .to.be.revertedWithCustomError(loanBook, "CustodiansBondTooLow")
          .withArgs(custodian.address, tokenAddress, bond, bond - 1n);
        await loanBook.connect(custodian).postBond(token, 1n);
        await drawLoan(the());
      });
    });

    context("given no GPUs", () => {
      const PAID = 4_000_000n;
      const FEES = (PAID * FEE_BPS) / 10_000n;
      // the junior is a fifth
      const MOST = (FEES * 5n) / 4n;

      const terms = (principal: bigint) => ({ principal, reserve: principal / 4n, gpuIds: [] });

      it("reverts with LoanBookAdvanceTooHigh given no fees, or none that governance vouches for", async () => {
        const { loanBook } = the();
        await earn(the(), PAID, 0n);
        await readyLoan(the(), terms(4n));
        await expect(drawLoan(the(), LOAN, []))
          .to.be.revertedWithCustomError(loanBook, "LoanBookAdvanceTooHigh")
          .withArgs(LOAN, 4n, 0n);
      });

      it("goes by fees / (1 − junior share), to the unit", async () => {
        const { loanBook, borrower, vault } = the();
        await loanBook.setAdvanceFee(500n);
        await earn(the(), PAID, 0n);
        await readyLoan(the(), { ...terms(MOST), principal: MOST + 1n, reserve: MOST / 4n + 1n });
        await expect(drawLoan(the(), LOAN, []))
          .to.be.revertedWithCustomError(loanBook, "LoanBookAdvanceTooHigh")
          .withArgs(LOAN, MOST + 1n, FEES);
        await loanBook.connect(borrower).cancel(LOAN);
        expect(await vault.juniorOwner()).to.equal(borrower.address);
        await openLoan(the(), terms(MOST));
        expect(await loanBook.debtOf(2n)).to.equal(MOST);
      });

      it("goes by the market's fee if that is lower", async () => {
        const { loanBook, book } = the();
        await loanBook.setAdvanceFee(500n);
        await earn(the(), PAID, 0n);
        await book.setFee(0n);
        await requestLoan(the(), terms(MOST));
        await handOver(the());
        await fundLoan(the());
        await expect(drawLoan(the(), LOAN, []))
          .to.be.revertedWithCustomError(loanBook, "LoanBookAdvanceTooHigh")
          .withArgs(LOAN, MOST, 0n);
      });
    });
  });

  describe("setAdvanceFee", () => {
    it("emits AdvanceFeeSet", async () => {
      const { loanBook } = the();
      await expect(loanBook.setAdvanceFee(7n)).to.emit(loanBook, "AdvanceFeeSet").withArgs(7n);
      expect(await loanBook.advanceFee()).to.equal(7n);
    });

    it("reverts with LoanBookFeeTooHigh above 5 %, and not at it", async () => {
      const { loanBook, stranger } = the();
      await loanBook.setAdvanceFee(500n);
      await expect(loanBook.setAdvanceFee(501n))
        .to.be.revertedWithCustomError(loanBook, "LoanBookFeeTooHigh")
        .withArgs(501n, 500n);
      await expect(loanBook.connect(stranger).setAdvanceFee(1n))
        .to.be.revertedWithCustomError(loanBook, "AccessManagedUnauthorized")
        .withArgs(stranger.address);
    });
  });
});
