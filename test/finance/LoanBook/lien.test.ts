import { expect } from "chai";
import { MaxUint256 } from "ethers";

import { at } from "../../shared/jobs";
import {
  GRACE,
  JUNIOR,
  LOAN,
  PERIOD,
  PRINCIPAL,
  Status,
  claimsMoved,
  doJob,
  drawLoan,
  earn,
  give,
  openLoan,
  putStake,
  readyLoan,
  useLoans,
} from "../../shared/loans";

/*
LoanBook
├── the limit of the junior
│  ├── at the draw it is what the junior is
│  ├── income above it is not staked, and can be collected
│  ├── after a default it is zero: no bond but those of open jobs
│  └── with the last payment it is gone, also after a default
└── collect, after a default
   └── it takes all that is withdrawable until the debt is paid
*/
describe("LoanBook", () => {
  const the = useLoans();

  const declare = (gpuIds = [the().gpuId]) => the().loanBook.declareDefault(LOAN, gpuIds);

  const stake = async () => {
    const { free, locked } = await the().escrow.stakeOf(the().vault, the().token);
    return { free, locked };
  };

  describe("the limit of the junior", () => {
    it("at the draw it is what the junior is", async () => {
      const { vault } = the();
      await give(the(), 7n);
      await readyLoan(the());
      await expect(drawLoan(the()))
        .to.emit(vault, "JuniorLimited")
        .withArgs(JUNIOR + 7n);
      expect(await vault.juniorLimit()).to.equal(JUNIOR + 7n);
    });

    it("income above it is not staked, and can be collected", async () => {
      const { loanBook, ledger, vault, stranger, tokenAddress } = the();
      await putStake(the(), stranger, 12n * JUNIOR);
      await openLoan(the());
      await earn(the(), 1_000_000n);
      await vault.connect(stranger).rebalance();
      expect((await stake()).free).to.equal(10n * JUNIOR);
      const idle = await ledger.balanceOf(vault, tokenAddress);
      expect(idle).to.equal(3n * JUNIOR + 975_000n);
      const income = 975_000n - (await the().escrow.rentOwed(vault, tokenAddress));
      const [moved] = await claimsMoved(the(), [loanBook], () => loanBook.collect(LOAN));
      expect(moved).to.equal(income);
      expect((await stake()).free).to.equal(10n * JUNIOR);
    });

    it("after a default it is zero: no bond but those of open jobs", async () => {
      const { escrow, vault, tokenAddress } = the();
      const start = await openLoan(the());
      const { id, job } = await doJob(the(), { price: 1_000n });
      await at(start + PERIOD + GRACE);
      await expect(declare()).to.emit(vault, "JuniorLimited").withArgs(0n);
      expect(await vault.juniorLimit()).to.equal(0n);
      expect(await stake()).to.deep.equal({ free: 0n, locked: 10_000n });
      await expect(doJob(the(), { price: 1_000n }))
        .to.be.revertedWithCustomError(escrow, "StakesSuspended")
        .withArgs(await vault.getAddress(), tokenAddress);
      await escrow.settle(id, job);
      await vault.rebalance();
      expect(await stake()).to.deep.equal({ free: 0n, locked: 0n });
    });

    it("with the last payment it is gone, also after a default", async () => {
      const { loanBook, vault, stranger } = the();
      await openLoan(the());
      await give(the(), 1_000n);
      await expect(loanBook.connect(stranger).repay(LOAN, 2n * PRINCIPAL))
        .to.emit(vault, "JuniorLimited")
        .withArgs(MaxUint256);
      await vault.rebalance();
      expect((await stake()).free).to.equal(JUNIOR + 1_000n);
      const start = await openLoan(the());
      await at(start + PERIOD + GRACE);
      await loanBook.declareDefault(2n, [the().gpuId]);
      await loanBook.connect(stranger).repay(2n, 2n * PRINCIPAL);
      expect(await vault.juniorLimit()).to.equal(MaxUint256);
    });
  });

  describe("collect, after a default", () => {
    it("takes all that is withdrawable until the debt is paid", async () => {
      const { loanBook, vault, ledger, stranger, borrower, tokenAddress } = the();
      await putStake(the(), stranger, 10_000n);
      const start = await openLoan(the());
      await doJob(the(), { price: 1_000n });
      await at(start + PERIOD + GRACE);
      await declare();
      const [moved] = await claimsMoved(the(), [vault], () => loanBook.collect(LOAN));
      // a tenth of the bond stays
      expect(moved).to.equal(1_000n - JUNIOR);
      expect(await loanBook.freeOf(LOAN)).to.equal(0n);
      await ledger.connect(stranger).transfer(vault, tokenAddress, PRINCIPAL);
      await loanBook.collect(LOAN);
      expect((await loanBook.loanOf(LOAN)).state.status).to.equal(Status.Closed);
      expect(await vault.juniorOwner()).to.equal(borrower.address);
    });
  });
});
