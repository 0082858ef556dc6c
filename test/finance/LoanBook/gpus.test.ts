import { expect } from "chai";
import { ethers } from "hardhat";

import { DAY, at } from "../../shared/jobs";
import {
  GRACE,
  LOAN,
  PERIOD,
  PRINCIPAL,
  Status,
  VALUE,
  YEAR,
  anotherGpu,
  attestationOf,
  claimsMoved,
  drawLoan,
  openDefaulted,
  openLoan,
  readyLoan,
  useLoans,
} from "../../shared/loans";

const ceil = (value: bigint, by: bigint) => (value + by - 1n) / by;
const interestOf = (amount: bigint, time: bigint) => ceil(amount * 1_000n * time, YEAR * 10_000n);

/*
LoanBook
├── buyGpu
│  ├── the price falls from 150 % to 10 % over 3 days, and begins again
│  ├── it seizes the GPU for the buyer, credits the debt, and emits GpuSold
│  ├── it pays the borrower what is above the debt, and closes the loan
│  ├── a GPU that lost nearly all of its value is sold from 15 % of what was attested
│  ├── a new curve does not change the price
│  ├── it reverts with CollateralPriceTooHigh above the highest price, and not at it
│  ├── it reverts with CollateralNotForSale given another GPU, or one that was sold
│  └── it reverts with LoansWrongStatus given a loan that is not in default
└── releaseGpu
   ├── given no loan: the owner gets its GPU back, nobody else does
   ├── given a live loan: it reverts with CollateralTaken (LN-6)
   └── given a closed loan: the owner may, nobody else, and the GPU can serve another loan without it
*/
describe("LoanBook", () => {
  const the = useLoans();

  const declare = (gpuIds = [the().gpuId]) => the().loanBook.declareDefault(LOAN, gpuIds);

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

    it("given a closed loan: the owner may, nobody else, and the GPU can serve another loan without it", async () => {
      const { loanBook, borrower, stranger, gpuId } = the();
      await openLoan(the());
      await loanBook.connect(stranger).repay(LOAN, 2n * PRINCIPAL);
      await readyLoan(the());
      await drawLoan(the(), 2n);
      expect((await loanBook.pledgeOf(gpuId)).id).to.equal(2n);
      await loanBook.connect(stranger).repay(2n, 2n * PRINCIPAL);
      await expect(loanBook.connect(stranger).releaseGpu(gpuId))
        .to.be.revertedWithCustomError(loanBook, "CollateralNotOwned")
        .withArgs(gpuId, borrower.address);
      await loanBook.connect(borrower).releaseGpu(gpuId);
      expect((await loanBook.pledgeOf(gpuId)).id).to.equal(0n);
    });
  });
});
