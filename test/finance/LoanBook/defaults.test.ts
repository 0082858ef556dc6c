import { expect } from "chai";
import { ethers } from "hardhat";
import { keccak256, solidityPacked } from "ethers";

import { DAY, at } from "../../shared/jobs";
import {
  GRACE,
  JUNIOR,
  LOAN,
  PAYMENT,
  PERIOD,
  PRINCIPAL,
  RESERVE,
  Status,
  VALUE,
  YEAR,
  anotherGpu,
  claimsMoved,
  drawLoan,
  earn,
  attestationOf,
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
│  ├── given other GPUs: it reverts with LoanBookGpusMismatch
│  └── given a loan that is not active: it reverts with LoansWrongStatus
├── buyGpu
│  ├── the price falls from 150 % to 10 % over 3 days, and begins again
│  ├── it seizes the GPU for the buyer, credits the debt, and emits GpuSold
│  ├── it pays the borrower what is above the debt, and closes the loan
│  ├── a GPU that lost nearly all of its value is sold from 15 % of what was attested
│  ├── a new curve does not change the price
│  ├── it reverts with CollateralPriceTooHigh above the highest price, and not at it
│  ├── it reverts with CollateralNotForSale given another GPU, or one that was sold
│  └── it reverts with LoansWrongStatus given a loan that is not in default
├── collect, after a default
│  └── it takes all that is withdrawable until the debt is paid
├── slashCustodian
│  ├── it pays lenders out of the bond held for the loan, and emits CustodianSlashed
│  ├── it takes no more than the debt
│  ├── it reverts with LoanBookBondTooLow given more than is held
│  ├── it reverts with AccessManagedUnauthorized given another caller
│  └── it reverts with LoansWrongStatus given a loan that is not in default
└── releaseGpu
   ├── given no loan: the owner gets its GPU back, nobody else does
   ├── given a live loan: it reverts with CollateralTaken (LN-6)
   └── given a closed loan: anyone may, and the GPU can serve another loan without it
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

  describe("buyGpu", () => {
    const buy = async (time: bigint, maxPrice = 10n * VALUE) => {
      const { loanBook, stranger, gpuId } = the();
      await at(time);
      return loanBook.connect(stranger).buyGpu(LOAN, gpuId, maxPrice, stranger);
    };
    const offered = async () => (await the().loanBook.pledgeOf(the().gpuId)).value;

    it("the price falls from 150 % to 10 % over 3 days, and begins again", async () => {
      const { loanBook, gpuId } = the();
      const start = await openDefaulted(the());
      const value = await offered();
      const price = () => loanBook.auctionPrice(gpuId);
      expect(await price()).to.equal(ceil(value * 15n, 10n));
      const cases = [
        [1n, ceil(value * (15n * 3n * DAY - 14n), 30n * DAY)],
        [(3n * DAY) / 2n, ceil(value * 8n, 10n)],
        [3n * DAY - 1n, ceil(value * (3n * DAY + 14n), 30n * DAY)],
        [3n * DAY, ceil(value * 15n, 10n)],
        [(3n * DAY * 7n) / 2n, ceil(value * 8n, 10n)],
      ] as const;
      for (const [elapsed, expected] of cases) {
        await at(start + elapsed);
        await loanBook.collect(LOAN);
        expect(await price(), `${elapsed}`).to.equal(expected);
      }
    });

    it("seizes the GPU for the buyer, credits the debt, and emits GpuSold", async () => {
      const { loanBook, gpuRegistry, stranger, gpuId } = the();
      const start = await openDefaulted(the());
      const time = start + 2n * DAY + 20n * 3_600n;
      const price = ceil((await offered()) * (45n * DAY - 14n * (time - start)), 30n * DAY);
      const debt = await loanBook.debtOf(LOAN);
      const [moved] = await claimsMoved(the(), [stranger], async () => {
        await expect(buy(time))
          .to.emit(loanBook, "GpuSold")
          .withArgs(LOAN, gpuId, stranger.address, stranger.address, price);
      });
      expect(moved).to.equal(-price);
      const left = await loanBook.debtOf(LOAN);
      expect(left).to.be.within(debt - price, debt - price + 3_000_000n);
      expect(await gpuRegistry.ownerOf(gpuId)).to.equal(stranger.address);
      expect(await gpuRegistry.pledgeeOf(gpuId)).to.equal(ethers.ZeroAddress);
      expect(await loanBook.loanOfVault(the().vault)).to.equal(LOAN);
    });

    it("pays the borrower what is above the debt, and closes the loan", async () => {
      const { loanBook, borrower, vault } = the();
      const start = await openDefaulted(the());
      const { state } = await loanBook.loanOf(LOAN);
      const debt = state.principalLeft + interestOf(state.principalLeft, 60n);
      const price = ceil((await offered()) * (45n * DAY - 14n * 60n), 30n * DAY);
      const [moved] = await claimsMoved(the(), [borrower], () => buy(start + 60n));
      expect(moved).to.equal(price - debt);
      expect(await vault.juniorOwner()).to.equal(borrower.address);
    });

    it("a GPU that lost nearly all of its value is sold from 15 % of what was attested", async () => {
      const { loanBook, gpuId } = the();
      const { hardwareClass } = await attestationOf(the());
      const start = await openLoan(the());
      await loanBook.setCurve(hardwareClass, []);
      await at(start + PERIOD + GRACE);
      await declare();
      expect(await loanBook.auctionPrice(gpuId)).to.equal((VALUE * 15n) / 100n);
    });

    it("a new curve does not change the price", async () => {
      const { loanBook, gpuId } = the();
      const { hardwareClass } = await attestationOf(the());
      const start = await openDefaulted(the());
      const value = await offered();
      await at(start + 3n * DAY);
      await loanBook.setCurve(hardwareClass, []);
      expect(await loanBook.auctionPrice(gpuId)).to.equal(ceil(value * 15n, 10n));
    });

    it("reverts with CollateralPriceTooHigh above the highest price, and not at it", async () => {
      const { loanBook, gpuId } = the();
      const start = await openDefaulted(the());
      const priceAt = async (elapsed: bigint) =>
        ceil((await offered()) * (45n * DAY - 14n * elapsed), 30n * DAY);
      const early = await priceAt(100n);
      await expect(buy(start + 100n, early - 1n))
        .to.be.revertedWithCustomError(loanBook, "CollateralPriceTooHigh")
        .withArgs(gpuId, early, early - 1n);
      await buy(start + 101n, await priceAt(101n));
    });

    it("reverts with CollateralNotForSale given another GPU, or one that was sold", async () => {
      const { loanBook, stranger, gpuId } = the();
      const other = await anotherGpu(the());
      const start = await openDefaulted(the());
      await expect(loanBook.connect(stranger).buyGpu(LOAN, other, VALUE, stranger))
        .to.be.revertedWithCustomError(loanBook, "CollateralNotForSale")
        .withArgs(LOAN, other);
      await buy(start + 3n * DAY - 1n);
      await expect(buy(start + 3n * DAY))
        .to.be.revertedWithCustomError(loanBook, "CollateralNotForSale")
        .withArgs(LOAN, gpuId);
    });

    it("reverts with LoansWrongStatus given a loan that is not in default", async () => {
      const { loanBook, gpuId, stranger } = the();
      await openLoan(the());
      await expect(loanBook.buyGpu(LOAN, gpuId, VALUE, stranger))
        .to.be.revertedWithCustomError(loanBook, "LoansWrongStatus")
        .withArgs(LOAN, Status.Active);
    });
  });

  describe("collect, after a default", () => {
    it("takes all that is withdrawable until the debt is paid", async () => {
      const { loanBook, vault, ledger, stranger, borrower, tokenAddress } = the();
      await openDefaulted(the());
      await vault.setLocked(10n);
      const [moved] = await claimsMoved(the(), [vault], () => loanBook.collect(LOAN));
      expect(moved).to.equal(10n - JUNIOR);
      expect(await loanBook.freeOf(LOAN)).to.equal(0n);
      await ledger.connect(stranger).transfer(vault, tokenAddress, PRINCIPAL);
      await loanBook.collect(LOAN);
      expect((await loanBook.loanOf(LOAN)).state.status).to.equal(Status.Closed);
      expect(await vault.juniorOwner()).to.equal(borrower.address);
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

  describe("releaseGpu", () => {
    it("given no loan: the owner gets its GPU back, nobody else does", async () => {
      const { loanBook, gpuRegistry, borrower, stranger, gpuId } = the();
      await expect(loanBook.connect(stranger).releaseGpu(gpuId))
        .to.be.revertedWithCustomError(loanBook, "CollateralNotOwned")
        .withArgs(gpuId, borrower.address);
      await loanBook.connect(borrower).releaseGpu(gpuId);
      await expect(loanBook.connect(borrower).releaseGpu(gpuId))
        .to.be.revertedWithCustomError(gpuRegistry, "GpuRegistryNotPledgee")
        .withArgs(gpuId, await loanBook.getAddress(), ethers.ZeroAddress);
    });

    it("given a live loan: reverts with CollateralTaken (LN-6)", async () => {
      const { loanBook, borrower, gpuId } = the();
      const start = await openLoan(the());
      const refused = () =>
        expect(loanBook.connect(borrower).releaseGpu(gpuId))
          .to.be.revertedWithCustomError(loanBook, "CollateralTaken")
          .withArgs(gpuId, LOAN);
      await refused();
      await at(start + PERIOD + GRACE);
      await declare();
      await refused();
    });

    it("given a closed loan: anyone may, and the GPU can serve another loan without it", async () => {
      const { loanBook, stranger, gpuId } = the();
      await openLoan(the());
      await loanBook.connect(stranger).repay(LOAN, 2n * PRINCIPAL);
      await readyLoan(the());
      await drawLoan(the(), 2n);
      expect((await loanBook.pledgeOf(gpuId)).id).to.equal(2n);
      await loanBook.connect(stranger).repay(2n, 2n * PRINCIPAL);
      await loanBook.connect(stranger).releaseGpu(gpuId);
      expect((await loanBook.pledgeOf(gpuId)).id).to.equal(0n);
    });
  });
});
