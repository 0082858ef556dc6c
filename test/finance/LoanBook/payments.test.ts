import { expect } from "chai";
import { ethers } from "hardhat";

import { at, freezeJob } from "../../shared/jobs";
import {
  JUNIOR,
  LOAN,
  PAYMENT,
  PERIOD,
  PRINCIPAL,
  RESERVE,
  Status,
  VALUE,
  YEAR,
  claimsMoved,
  doJob,
  earn,
  give,
  now,
  openDefaulted,
  openLoan,
  putStake,
  readyLoan,
  requestLoan,
  useLoans,
} from "../../shared/loans";
import { currentWindow, goToWindow, sharesOf } from "../../shared/vaults";

const ceil = (value: bigint, by: bigint) => (value + by - 1n) / by;
/** Interest on an amount at 10 % a year, rounded up. */
const interestOf = (amount: bigint, time: bigint) => ceil(amount * 1_000n * time, YEAR * 10_000n);

/*
a loan
├── level payments
│  ├── they are the closed form, rounded up, at many rates and lengths
│  ├── paid at each end of a period they follow the closed form and end it with the last one
│  └── without interest they are equal parts
├── interest
│  ├── it is simple and exact, whoever calls in between (LN-3)
│  └── it is rounded up only when it is settled in full
├── repay
│  ├── it pays interest first, and emits LoanPaid
│  ├── it takes no more than the debt, at any time, from anyone (LN-2)
│  ├── with the last unit it pays the reserve and hands the junior back, and emits LoanClosed
│  └── it reverts with LoansWrongStatus given a loan that is not owed
├── what is due (LN-4)
│  ├── dueOf counts the running period, arrearsOf the ended ones, at the second
│  ├── early payments count ahead
│  └── at the end of the last period all is due
├── collect
│  ├── it takes what is due, out of what is above the junior at the draw (LN-10)
│  ├── it takes nothing that those who leave wait for while bonds are locked (LN-10)
│  ├── it takes nothing below the junior at the draw, so that a loss is made up for first
│  ├── it takes no more than is due, and closes a loan
│  └── it reverts with LoansWrongStatus given a loan that is not owed
└── release
   ├── it takes what is due first, then pays the borrower, and emits SurplusReleased
   ├── it reverts with LoanBookNothingFree given one unit more than is left
   ├── it reverts with LoanBookNotBorrower given another caller
   ├── it reverts with LoansWrongStatus given a loan in default
   └── it reverts with LoansWrongStatus given one that closes
*/
describe("a loan", () => {
  const the = useLoans();

  /** Pays at a given second, for the borrower. */
  async function pay(time: bigint, amount: bigint): Promise<void> {
    const { loanBook, borrower } = the();
    await at(time);
    await loanBook.connect(borrower).repay(LOAN, amount);
  }

  context("level payments", () => {
    it("are the closed form, rounded up, at many rates and lengths", async () => {
      const harness = await ethers.deployContract("LoanHarness");
      expect(await harness.levelPayment(10n ** 9n, 1_000n, 36n)).to.equal(PAYMENT);
      const exact = await harness.levelPayment(10n ** 24n, 1_000n, 36n);
      expect(exact / 10n ** 15n).to.equal(32_267_187n);
      for (const principal of [1n, 10n ** 9n, 10n ** 24n]) {
        for (const rate of [0n, 1n, 1_000n, 10_000n]) {
          for (const n of [1n, 2n, 36n, 119n, 120n]) {
            // P i x / (x - 1) with x = (1 + i)^n, exactly
            const [above, below] = [(120_000n + rate) ** n, 120_000n ** n];
            const expected =
              rate === 0n
                ? ceil(principal, n)
                : ceil(principal * rate * above, 120_000n * (above - below));
            const payment = await harness.levelPayment(principal, rate, n);
            expect([expected, expected + 1n], `${principal} ${rate} ${n}`).to.include(payment);
          }
        }
      }
    });

    it("paid at each end of a period they follow the closed form and end it with the last one", async () => {
      const { loanBook, ledger, stranger, borrower, tokenAddress } = the();
      await ledger.connect(stranger).transfer(borrower, tokenAddress, PRINCIPAL);
      const start = await openLoan(the());
      let left = PRINCIPAL;
      for (let k = 1n; k < 36n; k++) {
        await pay(start + k * PERIOD, PAYMENT);
        const interest = ceil(left, 120n);
        left -= PAYMENT - interest;
        const { principalLeft, interestNumerator } = (await loanBook.loanOf(LOAN)).state;
        expect([principalLeft, interestNumerator], `${k}`).to.deep.equal([left, 0n]);
      }
      await at(start + 36n * PERIOD);
      const [moved] = await claimsMoved(the(), [borrower], () =>
        loanBook.connect(borrower).repay(LOAN, PRINCIPAL),
      );
      // each payment and each interest is rounded up by less than a unit, which the last one makes up for
      expect(RESERVE - moved).to.be.within(PAYMENT - 40n, PAYMENT + 40n);
      expect((await loanBook.loanOf(LOAN)).state.status).to.equal(Status.Closed);
    });

    it("without interest they are equal parts", async () => {
      const { loanBook } = the();
      await openLoan(the(), { rateBps: 0n, payments: 7n });
      expect((await loanBook.loanOf(LOAN)).terms.levelPayment).to.equal(ceil(PRINCIPAL, 7n));
      await at((await now()) + YEAR);
      await loanBook.collect(LOAN);
      expect(await loanBook.debtOf(LOAN)).to.equal(PRINCIPAL);
    });
  });

  context("interest", () => {
    it("is simple and exact, whoever calls in between (LN-3)", async () => {
      const { loanBook } = the();
      const start = await openLoan(the());
      for (const time of [1n, 3n, 1_000n, 1_002n, PERIOD - 1n]) {
        await at(start + time);
        await loanBook.collect(LOAN);
        await loanBook.repay(LOAN, 0n);
        expect(await loanBook.debtOf(LOAN)).to.equal(
          PRINCIPAL + interestOf(PRINCIPAL, (await now()) - start),
        );
      }
    });

    it("is rounded up only when it is settled in full", async () => {
      const { loanBook } = the();
      const start = await openLoan(the());
      const numerator = PRINCIPAL * 1_000n * 1_000n;
      const interest = interestOf(PRINCIPAL, 1_000n);
      await pay(start + 1_000n, interest - 1n);
      const { state } = await loanBook.loanOf(LOAN);
      expect([state.interestNumerator, state.principalLeft]).to.deep.equal([
        numerator - (interest - 1n) * YEAR * 10_000n,
        PRINCIPAL,
      ]);
      const more = state.interestNumerator + PRINCIPAL * 1_000n;
      await pay(start + 1_001n, ceil(more, YEAR * 10_000n) + 5n);
      const after = (await loanBook.loanOf(LOAN)).state;
      expect([after.interestNumerator, after.principalLeft]).to.deep.equal([0n, PRINCIPAL - 5n]);
    });
  });

  context("repay", () => {
    it("pays interest first, and emits LoanPaid", async () => {
      const { loanBook, stranger } = the();
      const start = await openLoan(the());
      const interest = interestOf(PRINCIPAL, 5_000n);
      await at(start + 5_000n);
      await expect(loanBook.connect(stranger).repay(LOAN, interest + 10n))
        .to.emit(loanBook, "LoanPaid")
        .withArgs(LOAN, stranger.address, interest + 10n, interest);
      const { principalLeft, paid } = (await loanBook.loanOf(LOAN)).state;
      expect([principalLeft, paid]).to.deep.equal([PRINCIPAL - 10n, interest + 10n]);
    });

    it("takes no more than the debt, at any time, from anyone (LN-2)", async () => {
      const { loanBook, stranger } = the();
      const start = await openLoan(the());
      const debt = PRINCIPAL + interestOf(PRINCIPAL, 7n);
      await at(start + 7n);
      const [moved] = await claimsMoved(the(), [stranger], () =>
        loanBook.connect(stranger).repay(LOAN, 10n * PRINCIPAL),
      );
      expect(moved).to.equal(-debt);
    });

    it("with the last unit it pays the reserve and hands the junior back, and emits LoanClosed", async () => {
      const { loanBook, borrower, custodian, stranger, vault, token, gpuId, gpuRegistry } = the();
      await openLoan(the());
      const [moved] = await claimsMoved(the(), [borrower], () =>
        expect(loanBook.connect(stranger).repay(LOAN, 2n * PRINCIPAL))
          .to.emit(loanBook, "LoanClosed")
          .withArgs(LOAN),
      );
      expect(moved).to.equal(RESERVE);
      expect(await vault.juniorOwner()).to.equal(borrower.address);
      expect(await loanBook.loanOfVault(vault)).to.equal(0n);
      expect(await loanBook.bondOf(custodian, token)).to.deep.equal([VALUE, 0n]);
      await expect(loanBook.connect(borrower).releaseGpu(gpuId))
        .to.emit(loanBook, "GpuReturned")
        .withArgs(gpuId);
      expect(await gpuRegistry.pledgeeOf(gpuId)).to.equal(ethers.ZeroAddress);
    });

    it("reverts with LoansWrongStatus given a loan that is not owed", async () => {
      const { loanBook, stranger } = the();
      await requestLoan(the());
      await expect(loanBook.connect(stranger).repay(LOAN, 1n))
        .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Requested);
    });
  });

  context("what is due (LN-4)", () => {
    const dues = async () => {
      const { loanBook } = the();
      return Promise.all([loanBook.dueOf(LOAN), loanBook.arrearsOf(LOAN)]);
    };
    const mineAt = async (time: bigint) => {
      await at(time);
      await the().loanBook.collect(LOAN);
    };

    it("dueOf counts the running period, arrearsOf the ended ones, at the second", async () => {
      const start = await openLoan(the());
      expect(await dues()).to.deep.equal([PAYMENT, 0n]);
      await mineAt(start + PERIOD - 1n);
      expect(await dues()).to.deep.equal([PAYMENT, 0n]);
      await mineAt(start + PERIOD);
      expect(await dues()).to.deep.equal([2n * PAYMENT, PAYMENT]);
      await pay(start + PERIOD + 1n, PAYMENT - 1n);
      expect(await dues()).to.deep.equal([PAYMENT + 1n, 1n]);
      await mineAt(start + 3n * PERIOD);
      expect(await dues()).to.deep.equal([3n * PAYMENT + 1n, 2n * PAYMENT + 1n]);
    });

    it("early payments count ahead", async () => {
      const start = await openLoan(the());
      await pay(start + 10n, 3n * PAYMENT + 1n);
      expect(await dues()).to.deep.equal([0n, 0n]);
      await mineAt(start + 3n * PERIOD);
      expect(await dues()).to.deep.equal([PAYMENT - 1n, 0n]);
    });

    it("at the end of the last period all is due", async () => {
      const { loanBook } = the();
      const start = await openLoan(the(), { payments: 2n });
      const { levelPayment } = (await loanBook.loanOf(LOAN)).terms;
      await mineAt(start + 2n * PERIOD - 1n);
      const debt = () => loanBook.debtOf(LOAN);
      expect(await dues()).to.deep.equal([await debt(), levelPayment]);
      await mineAt(start + 2n * PERIOD);
      expect(await dues()).to.deep.equal([await debt(), await debt()]);
      expect(await debt()).to.equal(PRINCIPAL + interestOf(PRINCIPAL, 2n * PERIOD));
    });
  });

  context("collect", () => {
    it("takes what is due, out of what is above the junior at the draw (LN-10)", async () => {
      const { loanBook, vault, stranger } = the();
      await openLoan(the());
      await earn(the(), 1_000_000n);
      expect(await loanBook.freeOf(LOAN)).to.equal(975_000n);
      const moved = await claimsMoved(the(), [vault, loanBook], () =>
        loanBook.connect(stranger).collect(LOAN),
      );
      expect(moved).to.deep.equal([-975_000n, 975_000n]);
      expect((await loanBook.loanOf(LOAN)).state.paid).to.equal(975_000n);
    });

    const collected = async () =>
      (await claimsMoved(the(), [the().loanBook], () => the().loanBook.collect(LOAN)))[0];

    it("takes nothing that those who leave wait for while bonds are locked (LN-10)", async () => {
      const { loanBook, vault, stranger, escrow, tokenAddress } = the();
      await putStake(the(), stranger, 10_000n);
      await openLoan(the());
      const window = (await currentWindow()) + 1n;
      const shares = await sharesOf(vault, stranger);
      await vault.connect(stranger).requestRedeem(shares, stranger, stranger);
      const { id, job } = await doJob(the(), { price: 5_000n, bond: JUNIOR + 10_000n });
      await goToWindow(window);
      await give(the(), 10_010n);
      expect(await loanBook.freeOf(LOAN)).to.equal(10n);
      expect(await collected()).to.equal(10n);
      expect(await collected()).to.equal(0n);
      await escrow.settle(id, job);
      const rent = await escrow.rentOwed(vault, tokenAddress);
      expect(await collected()).to.equal(10_000n + 4_875n - rent);
    });

    it("takes nothing below the junior at the draw, so that a loss is made up for first", async () => {
      const { escrow, verifier } = the();
      await openLoan(the());
      expect(await collected()).to.equal(0n);
      const bonded = await doJob(the(), { price: 199n });
      const { id, job } = await freezeJob(the(), bonded);
      await escrow.connect(verifier).slash(id, job, 0n);
      await give(the(), 1_990n);
      expect(await collected()).to.equal(0n);
      await give(the(), 1n);
      expect(await collected()).to.equal(1n);
    });

    it("takes no more than is due, and closes a loan", async () => {
      const { loanBook, vault } = the();
      const start = await openLoan(the(), { payments: 1n });
      await give(the(), 2n * PRINCIPAL);
      const debt = PRINCIPAL + interestOf(PRINCIPAL, 100n);
      await at(start + 100n);
      const [moved] = await claimsMoved(the(), [vault], () => loanBook.collect(LOAN));
      expect(moved).to.equal(-debt);
      expect(await vault.juniorOwner()).to.equal(the().borrower.address);
    });

    it("reverts with LoansWrongStatus given a loan that is not owed", async () => {
      const { loanBook } = the();
      await readyLoan(the());
      await expect(loanBook.collect(LOAN))
        .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Requested);
    });
  });

  context("release", () => {
    it("takes what is due first, then pays the borrower, and emits SurplusReleased", async () => {
      const { loanBook, borrower, stranger, vault } = the();
      await openLoan(the());
      await give(the(), PAYMENT + 100n);
      const moved = await claimsMoved(the(), [stranger, loanBook, vault], () =>
        expect(loanBook.connect(borrower).release(LOAN, 60n, stranger))
          .to.emit(loanBook, "SurplusReleased")
          .withArgs(LOAN, stranger.address, 60n),
      );
      expect(moved).to.deep.equal([60n, PAYMENT, -PAYMENT - 60n]);
      await loanBook.connect(borrower).release(LOAN, 40n, stranger);
      expect(await vault.junior()).to.equal(JUNIOR);
    });

    it("reverts with LoanBookNothingFree given one unit more than is left", async () => {
      const { loanBook, borrower } = the();
      await openLoan(the());
      await give(the(), PAYMENT + 100n);
      await expect(loanBook.connect(borrower).release(LOAN, 101n, borrower))
        .to.be.revertedWithCustomError(loanBook, "LoanBookNothingFree")
        .withArgs(LOAN, 101n, 100n);
    });

    it("reverts with LoanBookNotBorrower given another caller", async () => {
      const { loanBook, stranger } = the();
      await openLoan(the());
      await expect(loanBook.connect(stranger).release(LOAN, 0n, stranger))
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotBorrower")
        .withArgs(LOAN, stranger.address);
    });

    it("reverts with LoansWrongStatus given a loan in default", async () => {
      const { loanBook, borrower } = the();
      await openDefaulted(the());
      await give(the(), 100n);
      await expect(loanBook.connect(borrower).release(LOAN, 1n, borrower))
        .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Defaulted);
    });

    it("reverts with LoansWrongStatus given one that closes", async () => {
      const { loanBook, borrower } = the();
      await openLoan(the(), { payments: 1n });
      await give(the(), 2n * PRINCIPAL);
      await expect(loanBook.connect(borrower).release(LOAN, 1n, borrower))
        .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Closed);
    });
  });
});
