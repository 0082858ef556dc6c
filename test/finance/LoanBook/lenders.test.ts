import { expect } from "chai";

import {
  LOAN,
  PRINCIPAL,
  Status,
  claimsMoved,
  drawLoan,
  openLoan,
  readyLoan,
  requestLoan,
  handOver,
  useLoans,
} from "../../shared/loans";

/*
LoanBook.claim
├── it pays a lender its share, whoever calls, and emits LenderPaid
├── it pays nothing twice, and nothing to others
├── shares are rounded down while the loan lives (LN-5)
├── once it is closed the last lender gets what that left over (LN-5)
├── it ends a position once the loan is closed
└── it reverts with LoansWrongStatus given a loan that was not drawn
*/
describe("LoanBook", () => {
  const the = useLoans();

  describe("claim", () => {
    const claimed = async (...accounts: { address: string }[]) => {
      const { loanBook, stranger } = the();
      return claimsMoved(
        the(),
        accounts.map(({ address }) => address),
        async () => {
          for (const account of accounts) {
            await loanBook.connect(stranger).claim(LOAN, account.address);
          }
        },
      );
    };

    it("pays a lender its share, whoever calls, and emits LenderPaid", async () => {
      const { loanBook, stranger, lenders } = the();
      await openLoan(the());
      await loanBook.connect(stranger).repay(LOAN, 800n);
      expect(await loanBook.claimableOf(LOAN, lenders[0])).to.equal(300n);
      await expect(loanBook.connect(stranger).claim(LOAN, lenders[0]))
        .to.emit(loanBook, "LenderPaid")
        .withArgs(LOAN, lenders[0].address, 300n);
      expect(await claimed(lenders[1])).to.deep.equal([500n]);
      expect(await loanBook.positionOf(LOAN, lenders[0])).to.deep.equal([
        (PRINCIPAL * 3n) / 8n,
        300n,
      ]);
    });

    it("pays nothing twice, and nothing to others", async () => {
      const { loanBook, stranger, borrower, lenders } = the();
      await openLoan(the());
      await loanBook.connect(stranger).repay(LOAN, 800n);
      await claimed(lenders[0]);
      expect(await claimed(lenders[0])).to.deep.equal([0n]);
      expect(await claimed(borrower)).to.deep.equal([0n]);
      await expect(loanBook.claim(LOAN, borrower)).not.to.emit(loanBook, "LenderPaid");
    });

    it("shares are rounded down while the loan lives (LN-5)", async () => {
      const { loanBook, stranger, lenders } = the();
      await openLoan(the());
      await loanBook.connect(stranger).repay(LOAN, 7n);
      expect(await claimed(...lenders)).to.deep.equal([2n, 4n]);
      await loanBook.connect(stranger).repay(LOAN, 1n);
      expect(await claimed(...lenders)).to.deep.equal([1n, 1n]);
    });

    it("once it is closed the last lender gets what that left over (LN-5)", async () => {
      const { loanBook, lenders, client, delegate, stranger } = the();
      await requestLoan(the());
      await handOver(the());
      const shares = [333_333_333n, 333_333_333n, 333_333_334n];
      const all = [client, delegate, stranger];
      for (const [i, lender] of all.entries()) {
        await loanBook.connect(lender).fund(LOAN, shares[i]);
      }
      await drawLoan(the());
      await loanBook.connect(stranger).repay(LOAN, 1_000n);
      await loanBook.claim(LOAN, lenders[0]);
      await loanBook.connect(stranger).repay(LOAN, 2n * PRINCIPAL);
      const { paid } = (await loanBook.loanOf(LOAN)).state;
      const before = (1_000n * shares[0]) / PRINCIPAL;
      const expected = shares.map((share) => (paid * share) / PRINCIPAL);
      const moved = await claimed(client, delegate, stranger);
      expect(moved[0]).to.equal(expected[0] - before);
      expect(moved[1]).to.equal(expected[1]);
      expect(moved[2]).to.equal(paid - expected[0] - expected[1]);
      expect(moved[2]).to.be.within(expected[2], expected[2] + 2n);
    });

    it("ends a position once the loan is closed", async () => {
      const { loanBook, stranger, lenders } = the();
      await openLoan(the());
      await loanBook.connect(stranger).repay(LOAN, 2n * PRINCIPAL);
      await claimed(...lenders);
      expect(await loanBook.positionOf(LOAN, lenders[0])).to.deep.equal([0n, 0n]);
      expect(await claimed(...lenders)).to.deep.equal([0n, 0n]);
    });

    it("reverts with LoansWrongStatus given a loan that was not drawn", async () => {
      const { loanBook, borrower, lenders } = the();
      await readyLoan(the());
      await expect(loanBook.claim(LOAN, lenders[0]))
        .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Requested);
      await loanBook.connect(borrower).cancel(LOAN);
      await expect(loanBook.claim(LOAN, lenders[0]))
        .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Cancelled);
    });
  });
});
