import { expect } from "chai";
import { keccak256, solidityPacked } from "ethers";

import { at } from "../../shared/jobs";
import {
  GRACE,
  LOAN,
  PAYMENT,
  PERIOD,
  PRINCIPAL,
  RESERVE,
  Status,
  VALUE,
  YEAR,
  claimsMoved,
  earn,
  give,
  now,
  openDefaulted,
  openLoan,
  readyLoan,
  useLoans,
} from "../../shared/loans";

const ceil = (value: bigint, by: bigint) => (value + by - 1n) / by;
const interestOf = (amount: bigint, time: bigint) => ceil(amount * 1_000n * time, YEAR * 10_000n);
/** What a GPU attested at `VALUE` is worth at an age below a year. */
const worthAt = (age: bigint) => (VALUE * (10_000n * YEAR - 3_750n * age)) / (10_000n * YEAR);

/*
LoanBook
├── declareDefault
│  ├── it credits the reserve, offers the GPUs, and emits LoanDefaulted
│  ├── given a payment that is not made: it reverts with LoanBookNotInDefault until 15 days later
│  ├── given one unit of it is missing: it succeeds, and not once that is paid
│  ├── given the income is below the covenant 15 days later: it succeeds
│  ├── given the income reaches it, from a GPU of the loan or none: it reverts with LoanBookNotInDefault
│  ├── given a reserve above the debt: it closes the loan and pays back what is left
│  ├── given a vault that holds what is overdue: it collects it first, and reverts with LoanBookNotInDefault
│  ├── given a vault that holds the whole debt, all of which is due: it closes the loan without a default
│  ├── given other GPUs: it reverts with LoanBookGpusMismatch
│  └── given a loan that is not active: it reverts with LoansWrongStatus
├── releaseCustodian
│  ├── it gives back what is held, 60 days after the default, for anyone, and emits CustodianReleased
│  └── it reverts with LoansWrongStatus given a loan that is not in default
└── slashCustodian
   ├── it pays lenders out of the bond held for the loan, and emits CustodianSlashed
   ├── it takes no more than the debt
   ├── it reverts with LoanBookBondTooLow given more than is held
   ├── it reverts with AccessManagedUnauthorized given another caller
   └── it reverts with LoansWrongStatus given a loan that is not in default
*/
describe("LoanBook", () => {
  const the = useLoans();

  const declare = (gpuIds = [the().gpuId]) => the().loanBook.declareDefault(LOAN, gpuIds);

  describe("declareDefault", () => {
    it("credits the reserve, offers the GPUs, and emits LoanDefaulted", async () => {
      const { loanBook, gpuId } = the();
      const start = await openLoan(the());
      const { madeAt } = await loanBook.pledgeOf(gpuId);
      const time = start + PERIOD + GRACE;
      const interest = interestOf(PRINCIPAL, time - start);
      await at(time);
      await expect(declare())
        .to.emit(loanBook, "LoanDefaulted")
        .withArgs(LOAN, PRINCIPAL + interest)
        .and.to.emit(loanBook, "GpuOffered")
        .withArgs(LOAN, gpuId, worthAt(time - madeAt))
        .and.to.emit(loanBook, "LoanPaid")
        .withArgs(LOAN, await loanBook.getAddress(), RESERVE, interest);
      const { state, terms } = await loanBook.loanOf(LOAN);
      expect([state.status, state.defaultedAt, terms.reserve, state.paid]).to.deep.equal([
        BigInt(Status.Defaulted),
        time,
        0n,
        RESERVE,
      ]);
      expect(await loanBook.dueOf(LOAN)).to.equal(PRINCIPAL + interest - RESERVE);
    });

    it("given a payment that is not made: reverts with LoanBookNotInDefault until 15 days later", async () => {
      const { loanBook } = the();
      const start = await openLoan(the());
      await at(start + PERIOD + GRACE - 1n);
      await expect(declare())
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotInDefault")
        .withArgs(LOAN, 0n, 0n, 0n);
      await at(start + PERIOD + GRACE);
      await declare();
    });

    it("given one unit of it is missing: succeeds, and not once that is paid", async () => {
      const { loanBook, borrower } = the();
      const start = await openLoan(the());
      await loanBook.connect(borrower).repay(LOAN, PAYMENT - 1n);
      await at(start + PERIOD + GRACE);
      await loanBook.declareDefault.staticCall(LOAN, [the().gpuId], { blockTag: "pending" });
      await loanBook.connect(borrower).repay(LOAN, 1n);
      await expect(declare())
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotInDefault")
        .withArgs(LOAN, 0n, 0n, 0n);
    });

    it("given the income is below the covenant 15 days later: succeeds", async () => {
      const { loanBook, borrower } = the();
      const start = await openLoan(the(), { leastIncome: 2_000_000n });
      await loanBook.connect(borrower).repay(LOAN, 12n * PAYMENT);
      await earn(the(), 1_999_999n);
      await at(start + PERIOD + GRACE - 1n);
      await expect(declare())
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotInDefault")
        .withArgs(LOAN, 0n, 1_999_999n, 0n);
      await at(start + PERIOD + GRACE);
      await declare();
    });

    it("given the income reaches it, from a GPU of the loan or none: reverts with LoanBookNotInDefault", async () => {
      const { loanBook, borrower } = the();
      await earn(the(), 5_000_000n);
      const start = await openLoan(the(), { leastIncome: 2_000_000n });
      expect((await loanBook.loanOf(LOAN)).terms.incomeAtDraw).to.equal(5_000_000n);
      await loanBook.connect(borrower).repay(LOAN, 12n * PAYMENT);
      await earn(the(), 1_500_000n);
      await earn(the(), 500_000n, 0n);
      await at(start + PERIOD + GRACE);
      await expect(declare())
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotInDefault")
        .withArgs(LOAN, 0n, 2_000_000n, 2_000_000n);
      await at(start + 2n * PERIOD + GRACE);
      await declare();
    });

    it("given a reserve above the debt: closes the loan and pays back what is left", async () => {
      const { loanBook, borrower, vault } = the();
      const start = await openLoan(the(), { leastIncome: 1n, reserve: 2n * PRINCIPAL });
      const time = start + PERIOD + GRACE;
      await at(time);
      const [moved] = await claimsMoved(the(), [borrower], () =>
        expect(declare()).to.emit(loanBook, "LoanClosed").withArgs(LOAN),
      );
      expect(moved).to.equal(PRINCIPAL - interestOf(PRINCIPAL, time - start));
      expect(await vault.juniorOwner()).to.equal(borrower.address);
      expect(await loanBook.auctionPrice(the().gpuId)).to.equal(0n);
    });

    it("given a vault that holds what is overdue: collects it first, and reverts with LoanBookNotInDefault", async () => {
      const { loanBook } = the();
      const start = await openLoan(the());
      await give(the(), PAYMENT - 1n);
      await at(start + PERIOD + GRACE);
      await loanBook.declareDefault.staticCall(LOAN, [the().gpuId], { blockTag: "pending" });
      await give(the(), 1n);
      await expect(declare())
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotInDefault")
        .withArgs(LOAN, 0n, 0n, 0n);
    });

    it("given a vault that holds the whole debt, all of which is due: closes the loan without a default", async () => {
      const { loanBook, borrower, vault } = the();
      const start = await openLoan(the(), { payments: 1n });
      await give(the(), 2n * PRINCIPAL);
      const time = start + PERIOD + GRACE;
      const debt = PRINCIPAL + interestOf(PRINCIPAL, time - start);
      await at(time);
      const moved = await claimsMoved(the(), [vault, borrower], () =>
        expect(declare())
          .to.emit(loanBook, "LoanClosed")
          .withArgs(LOAN)
          .and.not.to.emit(loanBook, "LoanDefaulted"),
      );
      expect(moved).to.deep.equal([-debt, RESERVE]);
      const { state } = await loanBook.loanOf(LOAN);
      expect([state.status, state.defaultedAt]).to.deep.equal([BigInt(Status.Closed), 0n]);
      expect(await loanBook.auctionPrice(the().gpuId)).to.equal(0n);
    });

    it("given other GPUs: reverts with LoanBookGpusMismatch", async () => {
      const { loanBook, gpuId } = the();
      await openLoan(the());
      const hash = (...ids: bigint[]) => keccak256(solidityPacked(["uint256[]"], [ids]));
      await expect(declare([]))
        .to.be.revertedWithCustomError(loanBook, "LoanBookGpusMismatch")
        .withArgs(LOAN, hash(), hash(gpuId));
    });

    it("given a loan that is not active: reverts with LoansWrongStatus", async () => {
      await readyLoan(the());
      await expect(declare())
        .to.be.revertedWithCustomError(the().loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Requested);
    });
  });

  describe("releaseCustodian", () => {
    it("gives back what is held, 60 days after the default, for anyone, and emits CustodianReleased", async () => {
      const { loanBook, custodian, stranger, token } = the();
      const releasableAt = (await openDefaulted(the())) + 60n * 86_400n;
      await loanBook.slashCustodian(LOAN, 800n);
      await at(releasableAt - 1n);
      await expect(loanBook.connect(stranger).releaseCustodian(LOAN))
        .to.be.revertedWithCustomError(loanBook, "LoanBookCustodianHeld")
        .withArgs(LOAN, releasableAt);
      await at(releasableAt);
      await expect(loanBook.connect(stranger).releaseCustodian(LOAN))
        .to.emit(loanBook, "CustodianReleased")
        .withArgs(LOAN, custodian.address, VALUE / 10n - 800n);
      expect(await loanBook.bondOf(custodian, token)).to.deep.equal([VALUE - 800n, 0n]);
      await expect(loanBook.slashCustodian(LOAN, 1n))
        .to.be.revertedWithCustomError(loanBook, "LoanBookBondTooLow")
        .withArgs(LOAN, 1n, 0n);
    });

    it("reverts with LoansWrongStatus given a loan that is not in default", async () => {
      await openLoan(the());
      await expect(the().loanBook.releaseCustodian(LOAN))
        .to.be.revertedWithCustomError(the().loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Active);
    });
  });

  describe("slashCustodian", () => {
    it("pays lenders out of the bond held for the loan, and emits CustodianSlashed", async () => {
      const { loanBook, custodian, token, lenders } = the();
      await openDefaulted(the());
      await expect(loanBook.slashCustodian(LOAN, 800n))
        .to.emit(loanBook, "CustodianSlashed")
        .withArgs(LOAN, custodian.address, 800n);
      const locked = VALUE / 10n - 800n;
      expect(await loanBook.bondOf(custodian, token)).to.deep.equal([VALUE - VALUE / 10n, locked]);
      const share = ((RESERVE + 800n) * 3n) / 8n;
      expect(await loanBook.claimableOf(LOAN, lenders[0])).to.equal(share);
    });

    it("takes no more than the debt", async () => {
      const { loanBook, custodian, stranger, token } = the();
      await openDefaulted(the());
      const { principalLeft } = (await loanBook.loanOf(LOAN)).state;
      await loanBook.connect(stranger).repay(LOAN, principalLeft);
      const { state } = await loanBook.loanOf(LOAN);
      const time = (await now()) + 10n;
      const debt = state.principalLeft + interestOf(state.principalLeft, 10n);
      await at(time);
      await expect(loanBook.slashCustodian(LOAN, VALUE / 10n))
        .to.emit(loanBook, "CustodianSlashed")
        .withArgs(LOAN, custodian.address, debt)
        .and.to.emit(loanBook, "LoanClosed");
      expect(await loanBook.bondOf(custodian, token)).to.deep.equal([VALUE - debt, 0n]);
    });

    it("reverts with LoanBookBondTooLow given more than is held", async () => {
      const { loanBook } = the();
      await openDefaulted(the());
      await expect(loanBook.slashCustodian(LOAN, VALUE / 10n + 1n))
        .to.be.revertedWithCustomError(loanBook, "LoanBookBondTooLow")
        .withArgs(LOAN, VALUE / 10n + 1n, VALUE / 10n);
    });

    it("reverts with AccessManagedUnauthorized given another caller", async () => {
      const { loanBook, lenders } = the();
      await openDefaulted(the());
      await expect(loanBook.connect(lenders[0]).slashCustodian(LOAN, 1n))
        .to.be.revertedWithCustomError(loanBook, "AccessManagedUnauthorized")
        .withArgs(lenders[0].address);
    });

    it("reverts with LoansWrongStatus given a loan that is not in default", async () => {
      await openLoan(the());
      await expect(the().loanBook.slashCustodian(LOAN, 1n))
        .to.be.revertedWithCustomError(the().loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Active);
    });
  });
});
