import { expect } from "chai";
import { ZeroAddress, keccak256, solidityPacked } from "ethers";

import { at } from "../../shared/jobs";
import {
  LOAN,
  PRINCIPAL,
  RESERVE,
  Status,
  claimsMoved,
  fundLoan,
  handOver,
  newVault,
  now,
  openLoan,
  requestLoan,
  requestOf,
  useLoans,
} from "../../shared/loans";

/*
LoanBook
├── request
│  ├── it pulls the reserve, records the terms, and emits LoanRequested
│  ├── it reverts with LendersEntriesPaused while entries are paused, and not at the end
│  ├── it reverts with LoanBookNotVault given a vault of another factory
│  ├── it reverts with LoanBookNotJuniorOwner given another caller
│  ├── it reverts with LoanBookVaultTaken given a live loan of the vault (LN-9)
│  ├── it reverts with LoanBookNoPrincipal, and with LoanBookReserveTooLow below a quarter
│  ├── it reverts with LoanBookRateTooHigh above 100 %, and not at it
│  ├── it reverts with LoanBookInvalidPayments given none or more than 120, and not at 120
│  ├── it reverts with LoanBookTooManyGpus given more than 16, and not at 16
│  ├── it reverts with LendersTooLate given a deadline in the past, and not now
│  └── it reverts with ERC6909InsufficientBalance given a borrower without the reserve
├── fund
│  ├── it pulls the commitment, and emits LoanFunded
│  ├── it takes no more than the loan lacks
│  ├── it reverts with LendersNothingTaken given a funded loan, or nothing
│  ├── it reverts with LendersTooLate after the deadline, and not at it
│  ├── it reverts with LendersEntriesPaused while entries are paused
│  └── it reverts with LoansWrongStatus given a loan that is drawn, or none
├── unfund
│  ├── it pays back before the draw, also while paused and after the deadline, and emits LoanUnfunded
│  ├── it pays back after a cancellation
│  ├── it reverts with LendersTooMuch given more than the commitment
│  └── it reverts with LoansWrongStatus given a loan that is drawn, or none
└── cancel
   ├── given the borrower: it pays the reserve back, and emits LoanCancelled
   ├── given the book owns the junior: it hands it back to the borrower
   ├── given a new owner of the junior: it may cancel, and the reserve goes to the borrower
   ├── given anybody else: it reverts with LoanBookNotBorrower
   ├── given a loan that is drawn or cancelled: it reverts with LoansWrongStatus
   └── it lets the vault be borrowed against again
*/
describe("LoanBook", () => {
  const the = useLoans();

  describe("request", () => {
    it("pulls the reserve, records the terms, and emits LoanRequested", async () => {
      const { loanBook, borrower, vault, custodian, tokenAddress, gpuId } = the();
      const request = await requestOf(the(), { leastIncome: 5n });
      const vaultAddress = await vault.getAddress();
      const moved = await claimsMoved(the(), [borrower, loanBook], () =>
        expect(loanBook.connect(borrower).request(request))
          .to.emit(loanBook, "LoanRequested")
          .withArgs(LOAN, borrower.address, tokenAddress, [
            ...[vaultAddress, PRINCIPAL, RESERVE, 5n, 1_000n, 36n],
            ...[request.fundingDeadline, custodian.address, [gpuId]],
          ]),
      );
      expect(moved).to.deep.equal([-RESERVE, RESERVE]);
      const { terms, state } = await loanBook.loanOf(LOAN);
      expect(terms.borrower).to.equal(borrower.address);
      expect(terms.gpusHash).to.equal(keccak256(solidityPacked(["uint256[]"], [[gpuId]])));
      expect([terms.principal, terms.reserve, terms.committed, terms.leastIncome]).to.deep.equal([
        PRINCIPAL,
        RESERVE,
        0n,
        5n,
      ]);
      expect([state.status, state.rateBps, state.payments]).to.deep.equal([
        BigInt(Status.Requested),
        1_000n,
        36n,
      ]);
      expect(await loanBook.loanOfVault(vault)).to.equal(LOAN);
      const none = [loanBook.debtOf(LOAN), loanBook.dueOf(LOAN), loanBook.arrearsOf(LOAN)];
      expect(await Promise.all(none)).to.deep.equal([0n, 0n, 0n]);
    });

    it("reverts with LendersEntriesPaused while entries are paused, and not at the end", async () => {
      const { loanBook, book } = the();
      await book.pauseEntries(1_000n);
      const { pausedUntil } = await book.entryPause();
      await at(pausedUntil - 1n);
      await expect(requestLoan(the()))
        .to.be.revertedWithCustomError(loanBook, "LendersEntriesPaused")
        .withArgs(pausedUntil);
      await at(pausedUntil);
      await requestLoan(the());
    });

    it("reverts with LoanBookNotVault given a vault of another factory", async () => {
      const { loanBook, stranger } = the();
      await expect(requestLoan(the(), { vault: stranger.address }))
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotVault")
        .withArgs(stranger.address);
    });

    it("reverts with LoanBookNotJuniorOwner given another caller", async () => {
      const { loanBook, stranger, vault } = the();
      await expect(loanBook.connect(stranger).request(await requestOf(the())))
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotJuniorOwner")
        .withArgs(await vault.getAddress(), stranger.address);
    });

    it("reverts with LoanBookVaultTaken given a live loan of the vault (LN-9)", async () => {
      const { loanBook, vault } = the();
      await requestLoan(the());
      await expect(requestLoan(the()))
        .to.be.revertedWithCustomError(loanBook, "LoanBookVaultTaken")
        .withArgs(await vault.getAddress(), LOAN);
    });

    it("reverts with LoanBookNoPrincipal, and with LoanBookReserveTooLow below a quarter", async () => {
      const { loanBook } = the();
      await expect(requestLoan(the(), { principal: 0n })).to.be.revertedWithCustomError(
        loanBook,
        "LoanBookNoPrincipal",
      );
      await expect(requestLoan(the(), { principal: PRINCIPAL + 1n }))
        .to.be.revertedWithCustomError(loanBook, "LoanBookReserveTooLow")
        .withArgs(RESERVE, PRINCIPAL + 1n);
    });

    it("reverts with LoanBookRateTooHigh above 100 %, and not at it", async () => {
      await expect(requestLoan(the(), { rateBps: 10_001n }))
        .to.be.revertedWithCustomError(the().loanBook, "LoanBookRateTooHigh")
        .withArgs(10_001n, 10_000n);
      await requestLoan(the(), { rateBps: 10_000n });
    });

    it("reverts with LoanBookInvalidPayments given none or more than 120, and not at 120", async () => {
      for (const payments of [0n, 121n]) {
        await expect(requestLoan(the(), { payments }))
          .to.be.revertedWithCustomError(the().loanBook, "LoanBookInvalidPayments")
          .withArgs(payments, 120n);
      }
      await requestLoan(the(), { payments: 120n });
    });

    it("reverts with LoanBookTooManyGpus given more than 16, and not at 16", async () => {
      const gpuIds = Array.from({ length: 17 }, (_, i) => BigInt(i));
      await expect(requestLoan(the(), { gpuIds }))
        .to.be.revertedWithCustomError(the().loanBook, "LoanBookTooManyGpus")
        .withArgs(17n, 16n);
      await requestLoan(the(), { gpuIds: gpuIds.slice(1) });
    });

    it("reverts with LendersTooLate given a deadline in the past, and not now", async () => {
      const fundingDeadline = (await now()) + 100n;
      await at(fundingDeadline + 1n);
      await expect(requestLoan(the(), { fundingDeadline }))
        .to.be.revertedWithCustomError(the().loanBook, "LendersTooLate")
        .withArgs(LOAN, fundingDeadline);
      await at(fundingDeadline + 2n);
      await requestLoan(the(), { fundingDeadline: fundingDeadline + 2n });
    });

    it("reverts with ERC6909InsufficientBalance given a borrower without the reserve", async () => {
      const { ledger, borrower, stranger, tokenAddress } = the();
      const balance = (await ledger.balanceOf(borrower, tokenAddress)) - RESERVE + 1n;
      await ledger.connect(borrower).transfer(stranger, tokenAddress, balance);
      await expect(requestLoan(the()))
        .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
        .withArgs(borrower.address, RESERVE - 1n, RESERVE, tokenAddress);
    });
  });

  describe("fund", () => {
    it("pulls the commitment, and emits LoanFunded", async () => {
      const { loanBook, lenders } = the();
      await requestLoan(the());
      const moved = await claimsMoved(the(), [lenders[0], loanBook], () =>
        expect(loanBook.connect(lenders[0]).fund(LOAN, 7n))
          .to.emit(loanBook, "LoanFunded")
          .withArgs(LOAN, lenders[0].address, 7n),
      );
      expect(moved).to.deep.equal([-7n, 7n]);
      expect(await loanBook.positionOf(LOAN, lenders[0])).to.deep.equal([7n, 0n]);
      expect(await loanBook.claimableOf(LOAN, lenders[0])).to.equal(0n);
    });

    it("takes no more than the loan lacks", async () => {
      const { loanBook, lenders } = the();
      await requestLoan(the());
      await loanBook.connect(lenders[0]).fund(LOAN, 7n);
      const rest = PRINCIPAL - 7n;
      const moved = await claimsMoved(the(), [lenders[1]], () =>
        loanBook.connect(lenders[1]).fund(LOAN, PRINCIPAL),
      );
      expect(moved).to.deep.equal([-rest]);
    });

    it("reverts with LendersNothingTaken given a funded loan, or nothing", async () => {
      const { loanBook, stranger } = the();
      await requestLoan(the());
      await expect(loanBook.connect(stranger).fund(LOAN, 0n))
        .to.be.revertedWithCustomError(loanBook, "LendersNothingTaken")
        .withArgs(LOAN);
      await fundLoan(the());
      await expect(loanBook.connect(stranger).fund(LOAN, 1n))
        .to.be.revertedWithCustomError(loanBook, "LendersNothingTaken")
        .withArgs(LOAN);
    });

    it("reverts with LendersTooLate after the deadline, and not at it", async () => {
      const { loanBook, stranger } = the();
      await requestLoan(the());
      const { fundingDeadline } = (await loanBook.loanOf(LOAN)).terms;
      await at(fundingDeadline);
      await loanBook.connect(stranger).fund(LOAN, 1n);
      await expect(loanBook.connect(stranger).fund(LOAN, 1n))
        .to.be.revertedWithCustomError(loanBook, "LendersTooLate")
        .withArgs(LOAN, fundingDeadline);
    });

    it("reverts with LendersEntriesPaused while entries are paused", async () => {
      const { loanBook, book, stranger } = the();
      await requestLoan(the());
      await book.pauseEntries(1_000n);
      const { pausedUntil } = await book.entryPause();
      await expect(loanBook.connect(stranger).fund(LOAN, 1n))
        .to.be.revertedWithCustomError(loanBook, "LendersEntriesPaused")
        .withArgs(pausedUntil);
    });

    it("reverts with LoansWrongStatus given a loan that is drawn, or none", async () => {
      const { loanBook, stranger } = the();
      await expect(loanBook.connect(stranger).fund(LOAN, 1n))
        .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.None);
      await openLoan(the());
      await expect(loanBook.connect(stranger).fund(LOAN, 1n))
        .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Active);
    });
  });

  describe("unfund", () => {
    it("pays back before the draw, also while paused and after the deadline, and emits LoanUnfunded", async () => {
      const { loanBook, book, lenders } = the();
      await requestLoan(the());
      await fundLoan(the());
      await book.pauseEntries(1_000n);
      await at((await loanBook.loanOf(LOAN)).terms.fundingDeadline + 1n);
      const moved = await claimsMoved(the(), [lenders[0]], () =>
        expect(loanBook.connect(lenders[0]).unfund(LOAN, 7n))
          .to.emit(loanBook, "LoanUnfunded")
          .withArgs(LOAN, lenders[0].address, 7n),
      );
      expect(moved).to.deep.equal([7n]);
      expect((await loanBook.loanOf(LOAN)).terms.committed).to.equal(PRINCIPAL - 7n);
    });

    it("pays back after a cancellation", async () => {
      const { loanBook, borrower, lenders } = the();
      await requestLoan(the());
      await fundLoan(the());
      await loanBook.connect(borrower).cancel(LOAN);
      const all = (PRINCIPAL * 3n) / 8n;
      const moved = await claimsMoved(the(), [lenders[0]], () =>
        loanBook.connect(lenders[0]).unfund(LOAN, all),
      );
      expect(moved).to.deep.equal([all]);
    });

    it("reverts with LendersTooMuch given more than the commitment", async () => {
      const { loanBook, stranger } = the();
      await requestLoan(the());
      await loanBook.connect(stranger).fund(LOAN, 6n);
      await expect(loanBook.connect(stranger).unfund(LOAN, 7n))
        .to.be.revertedWithCustomError(loanBook, "LendersTooMuch")
        .withArgs(LOAN, stranger.address, 7n, 6n);
    });

    it("reverts with LoansWrongStatus given a loan that is drawn, or none", async () => {
      const { loanBook, lenders } = the();
      await openLoan(the());
      for (const [id, status] of [
        [LOAN, Status.Active],
        [LOAN + 1n, Status.None],
      ] as const) {
        await expect(loanBook.connect(lenders[0]).unfund(id, 0n))
          .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
          .withArgs(id, status);
      }
    });
  });

  describe("cancel", () => {
    it("given the borrower: pays the reserve back, and emits LoanCancelled", async () => {
      const { loanBook, borrower, vault } = the();
      await requestLoan(the());
      const moved = await claimsMoved(the(), [borrower], () =>
        expect(loanBook.connect(borrower).cancel(LOAN))
          .to.emit(loanBook, "LoanCancelled")
          .withArgs(LOAN),
      );
      expect(moved).to.deep.equal([RESERVE]);
      expect(await vault.juniorOwner()).to.equal(borrower.address);
    });

    it("given the book owns the junior: hands it back to the borrower", async () => {
      const { loanBook, borrower, vault } = the();
      await requestLoan(the());
      await handOver(the());
      await loanBook.connect(borrower).cancel(LOAN);
      expect(await vault.juniorOwner()).to.equal(borrower.address);
    });

    it("given a new owner of the junior: may cancel, and the reserve goes to the borrower", async () => {
      const { loanBook, borrower, stranger, vault } = the();
      await requestLoan(the());
      await vault.connect(borrower).transferJunior(stranger);
      const moved = await claimsMoved(the(), [borrower, stranger], () =>
        loanBook.connect(stranger).cancel(LOAN),
      );
      expect(moved).to.deep.equal([RESERVE, 0n]);
      expect(await vault.juniorOwner()).to.equal(stranger.address);
    });

    it("given anybody else: reverts with LoanBookNotBorrower", async () => {
      const { loanBook, lenders } = the();
      await requestLoan(the());
      await handOver(the());
      await expect(loanBook.connect(lenders[0]).cancel(LOAN))
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotBorrower")
        .withArgs(LOAN, lenders[0].address);
    });

    it("given a loan that is drawn or cancelled: reverts with LoansWrongStatus", async () => {
      const { loanBook, borrower } = the();
      await openLoan(the());
      await expect(loanBook.connect(borrower).cancel(LOAN))
        .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Active);
      await expect(loanBook.connect(borrower).cancel(2n))
        .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
        .withArgs(2n, Status.None);
    });

    it("lets the vault be borrowed against again", async () => {
      const { loanBook, borrower, vault } = the();
      await requestLoan(the());
      await loanBook.connect(borrower).cancel(LOAN);
      expect(await loanBook.loanOfVault(vault)).to.equal(0n);
      await requestLoan(the());
      expect(await loanBook.loanOfVault(vault)).to.equal(LOAN + 1n);
      const other = await newVault(the(), borrower);
      await requestLoan(the(), { vault: other, custodian: ZeroAddress });
      expect(await loanBook.loanCount()).to.equal(3n);
    });
  });
});
