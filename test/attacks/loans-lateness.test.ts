import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256 } from "ethers";

import { asAddress } from "../../sdk/src/index";
import type { MockERC20 } from "../../typechain-types";
import { DAY, at } from "../shared/jobs";
import { VERIFIER_TERMS, deployMarket, fund, registerTestGpu } from "../shared/market";
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
  attestationOf,
  claimsMoved,
  deployLoansIn,
  doJob,
  drawLoan,
  earn,
  expectBookSolvent,
  give,
  newVault,
  openDefaulted,
  openLoan,
  requestLoan,
  useLoans,
} from "../shared/loans";
import type { Loans } from "../shared/loans";

const interestOf = (amount: bigint, time: bigint) =>
  (amount * 1_000n * time + YEAR * 10_000n - 1n) / (YEAR * 10_000n);

/*
A borrower that would rather not pay
├── income routed past the lender
│  ├── from another account's jobs on the GPU: refused by the registry
│  ├── from jobs of the vault on a GPU that is no collateral: is collected, and breaks the covenant
│  ├── from jobs of another vault: breaks the covenant
│  ├── in another token, from jobs of the vault: refused
│  └── in another token, from jobs of another vault: breaks the covenant
├── income kept from the lender
│  ├── restaked and locked in jobs of one's own: is collected, whatever is locked
│  ├── after a default, in bonds that roll from job to job: refused
│  └── with the limit lifted, or the junior withdrawn: refused
├── lateness reset
│  ├── by a new loan on the same vault: refused
│  ├── by a new request after a default: refused
│  ├── by handing the junior on: refused
│  └── by paying a unit a day: is not
├── interest
│  ├── changed by calls and payments of nothing: is not
│  └── lowered by many payments of a unit: is not
├── strategic default
│  └── once the GPU is worth little: costs reserve, GPU and all that the vault earns until the debt is paid
├── a junior taken by somebody else
│  ├── through a request that its owner did not make: refused
│  └── through a request of a former owner: the new owner cancels it
└── a lender that cannot or will not be paid
   ├── blocked by the token: the others are paid, and it keeps its claims
   └── that is a contract which refuses everything: holds up nothing
*/
describe("a borrower that would rather not pay", () => {
  const the = useLoans();
  const declare = () => the().loanBook.declareDefault(LOAN, [the().gpuId]);

  context("income routed past the lender", () => {
    it("from another account's jobs on the GPU: refused by the registry", async () => {
      const { gpuRegistry, loanBook, borrower, gpuId } = the();
      await openLoan(the());
      await expect(gpuRegistry.connect(borrower).setOperator(gpuId, borrower))
        .to.be.revertedWithCustomError(gpuRegistry, "GpuRegistryPledged")
        .withArgs(gpuId, await loanBook.getAddress());
    });

    /** A loan whose payments are made ahead, and whose vault should earn 1,000,000 a period. */
    async function paidAhead(): Promise<bigint> {
      const start = await openLoan(the(), { leastIncome: 1_000_000n });
      await the()
        .loanBook.connect(the().borrower)
        .repay(LOAN, 5n * PAYMENT);
      return start;
    }

    it("from jobs of the vault on a GPU that is no collateral: is collected, and breaks the covenant", async () => {
      const { loanBook, gpuRegistry, borrower, vault } = the();
      const other = await registerTestGpu(the(), borrower, "no collateral");
      await gpuRegistry.connect(borrower).setOperator(other, vault);
      const start = await paidAhead();
      await earn(the(), 2_000_000n, other);
      expect(await loanBook.freeOf(LOAN)).to.equal(1_950_000n);
      await at(start + PERIOD + GRACE);
      await declare();
      expect((await loanBook.loanOf(LOAN)).state.status).to.equal(Status.Defaulted);
    });

    it("from jobs of another vault: breaks the covenant", async () => {
      const { borrower } = the();
      const other = await newVault(the(), borrower);
      const start = await paidAhead();
      await earn(the(), 2_000_000n, 0n, other);
      await at(start + PERIOD + GRACE);
      await declare();
    });

    /** A token in which the market lists the verifier, and which client and borrower have. */
    async function inAnotherToken(): Promise<Loans> {
      const { book, client, borrower, verifier } = the();
      const token = await ethers.deployContract("MockERC20", ["Other", "OTH", 6]);
      const other = { ...the(), token, tokenAddress: asAddress(await token.getAddress()) };
      await book.setVerifierTerms(token, verifier, VERIFIER_TERMS);
      for (const account of [client, borrower]) await fund(other, account);
      return other;
    }

    it("in another token, from jobs of the vault: refused", async () => {
      const { book, borrower, vault } = the();
      const other = await inAnotherToken();
      await openLoan(the());
      await expect(earn(other, 2_000_000n))
        .to.be.revertedWithCustomError(book, "OrdersUnsigned")
        .withArgs(await vault.getAddress(), borrower.address);
    });

    it("in another token, from jobs of another vault: breaks the covenant", async () => {
      const { borrower, escrow } = the();
      const other = await inAnotherToken();
      const vault = await newVault(other, borrower);
      const start = await paidAhead();
      await earn(other, 2_000_000n, 0n, vault);
      const { paid } = await escrow.book(vault, 0n, other.token);
      expect(paid).to.equal(2_000_000n);
      await at(start + PERIOD + GRACE);
      await declare();
    });
  });

  context("income kept from the lender", () => {
    it("restaked and locked in jobs of one's own: is collected, whatever is locked", async () => {
      const { loanBook, escrow, vault, borrower, tokenAddress } = the();
      await openLoan(the());
      await earn(the(), 1_000_000n);
      await vault.connect(borrower).rebalance();
      await expect(doJob(the(), { price: 100_000n, bond: JUNIOR + 1n }))
        .to.be.revertedWithCustomError(escrow, "StakesTooLow")
        .withArgs(await vault.getAddress(), tokenAddress, JUNIOR + 1n, JUNIOR);
      await doJob(the(), { price: 100_000n, bond: JUNIOR });
      await vault.connect(borrower).rebalance();
      expect(await loanBook.freeOf(LOAN)).to.equal(975_000n);
      const [moved] = await claimsMoved(the(), [loanBook], () => loanBook.collect(LOAN));
      expect(moved).to.equal(975_000n);
    });

    it("after a default, in bonds that roll from job to job: refused", async () => {
      const { loanBook, escrow, vault, tokenAddress } = the();
      const start = await openLoan(the());
      const { id, job } = await doJob(the(), { price: 100_000n, bond: JUNIOR });
      await at(start + PERIOD + GRACE);
      await declare();
      await escrow.settle(id, job);
      await expect(doJob(the(), { price: 100_000n, bond: JUNIOR }))
        .to.be.revertedWithCustomError(escrow, "StakesSuspended")
        .withArgs(await vault.getAddress(), tokenAddress);
      const [moved] = await claimsMoved(the(), [loanBook], () => loanBook.collect(LOAN));
      expect(moved).to.equal(JUNIOR + 97_500n);
      await vault.rebalance();
      expect((await escrow.stakeOf(vault, tokenAddress)).suspended).to.equal(false);
    });

    it("with the limit lifted, or the junior withdrawn: refused", async () => {
      const { loanBook, vault, borrower } = the();
      await openLoan(the());
      await earn(the(), 1_000_000n);
      const { limitJunior, withdrawJunior } = vault.connect(borrower);
      for (const call of [() => limitJunior(MaxUint256), () => withdrawJunior(1n, borrower)]) {
        await expect(call())
          .to.be.revertedWithCustomError(vault, "JuniorNotOwner")
          .withArgs(borrower.address, await loanBook.getAddress());
      }
    });
  });

  context("lateness reset", () => {
    it("by a new loan on the same vault: refused", async () => {
      const { loanBook, vault, borrower } = the();
      const start = await openLoan(the());
      await at(start + PERIOD + 1n);
      await expect(requestLoan(the()))
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotJuniorOwner")
        .withArgs(await vault.getAddress(), borrower.address);
    });

    it("by a new request after a default: refused", async () => {
      const { loanBook, vault, borrower } = the();
      await openDefaulted(the());
      await expect(requestLoan(the()))
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotJuniorOwner")
        .withArgs(await vault.getAddress(), borrower.address);
      expect(await loanBook.loanOfVault(vault)).to.equal(LOAN);
    });

    it("by handing the junior on: refused", async () => {
      const { vault, borrower, stranger, loanBook } = the();
      await openLoan(the());
      const book = await loanBook.getAddress();
      await expect(vault.connect(borrower).transferJunior(stranger))
        .to.be.revertedWithCustomError(vault, "JuniorNotOwner")
        .withArgs(borrower.address, book);
      await expect(vault.connect(borrower).withdrawJunior(1n, borrower))
        .to.be.revertedWithCustomError(vault, "JuniorNotOwner")
        .withArgs(borrower.address, book);
    });

    it("by paying a unit a day: is not", async () => {
      const { loanBook, borrower } = the();
      const start = await openLoan(the());
      for (let day = 1n; day <= 45n; day++) {
        await at(start + day * 86_400n);
        await loanBook.connect(borrower).repay(LOAN, 1n);
      }
      expect(await loanBook.arrearsOf(LOAN)).to.equal(PAYMENT - 45n);
      await at(start + PERIOD + GRACE);
      await declare();
    });
  });

  context("interest", () => {
    it("changed by calls and payments of nothing: is not", async () => {
      const { loanBook, stranger } = the();
      const start = await openLoan(the());
      for (let i = 1n; i <= 20n; i++) {
        await at(start + i * 977n);
        await (i % 2n === 0n ? loanBook.collect(LOAN) : loanBook.connect(stranger).repay(LOAN, 0n));
      }
      expect(await loanBook.debtOf(LOAN)).to.equal(PRINCIPAL + interestOf(PRINCIPAL, 20n * 977n));
    });

    it("lowered by many payments of a unit: is not", async () => {
      const { loanBook, stranger } = the();
      const start = await openLoan(the());
      for (let i = 1n; i <= 20n; i++) {
        await at(start + i * 977n);
        await loanBook.connect(stranger).repay(LOAN, 1n);
      }
      const whole = PRINCIPAL + interestOf(PRINCIPAL, 20n * 977n);
      expect(await loanBook.debtOf(LOAN)).to.equal(whole - 20n);
    });
  });

  context("strategic default", () => {
    it("once the GPU is worth little: costs reserve, GPU and all that the vault earns until the debt is paid", async () => {
      const { loanBook, borrower, stranger, lenders, vault, gpuRegistry, gpuId } = the();
      const start = await openLoan(the());
      const { hardwareClass } = await attestationOf(the());
      await loanBook.setCurve(hardwareClass, [{ age: 0n, bps: 1_000n }]);
      await at(start + PERIOD + GRACE);
      await declare();
      expect((await loanBook.loanOf(LOAN)).state.paid).to.equal(RESERVE);
      await at(start + PERIOD + GRACE + 3n * DAY - 1n);
      await loanBook.connect(stranger).buyGpu(LOAN, gpuId, VALUE, stranger);
      expect(await gpuRegistry.ownerOf(gpuId)).to.equal(stranger.address);
      await loanBook.collect(LOAN);
      expect(await vault.junior()).to.equal(0n);
      const deficiency = await loanBook.debtOf(LOAN);
      expect(deficiency).to.be.greaterThan(0n);
      await give(the(), deficiency + JUNIOR);
      const [left] = await claimsMoved(the(), [borrower], () => loanBook.collect(LOAN));
      expect(left).to.equal(0n);
      expect(await vault.juniorOwner()).to.equal(borrower.address);
      const { paid } = (await loanBook.loanOf(LOAN)).state;
      const moved = await claimsMoved(the(), lenders, async () => {
        for (const lender of lenders) await loanBook.claim(LOAN, lender);
      });
      expect(moved[0] + moved[1]).to.equal(paid);
      expect(paid).to.be.greaterThan(PRINCIPAL);
    });
  });

  context("a junior taken by somebody else", () => {
    it("through a request that its owner did not make: refused", async () => {
      const { loanBook, vault, stranger } = the();
      await expect(requestLoan({ ...the(), borrower: stranger }))
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotJuniorOwner")
        .withArgs(await vault.getAddress(), stranger.address);
    });

    it("through a request of a former owner: the new owner cancels it", async () => {
      const { loanBook, vault, borrower, stranger } = the();
      await requestLoan(the());
      await vault.connect(borrower).transferJunior(stranger);
      await loanBook.connect(stranger).cancel(LOAN);
      await requestLoan({ ...the(), borrower: stranger });
      await vault.connect(stranger).transferJunior(loanBook);
      await expect(loanBook.connect(borrower).cancel(2n))
        .to.be.revertedWithCustomError(loanBook, "LoanBookNotBorrower")
        .withArgs(2n, borrower.address);
      await loanBook.connect(stranger).cancel(2n);
      expect(await vault.juniorOwner()).to.equal(stranger.address);
    });
  });

  context("a lender that cannot or will not be paid", () => {
    /** Loans in a token that can block accounts. */
    async function inBlocklistToken(): Promise<
      Loans & { block(account: string): Promise<unknown> }
    > {
      const market = await deployMarket();
      const token = await ethers.deployContract("BlocklistToken");
      const tokenAddress = asAddress(await token.getAddress());
      const other = { ...market, token: token as unknown as MockERC20, tokenAddress };
      await fund(other, market.client);
      await fund(other, market.provider);
      const gpuId = await registerTestGpu(other, market.provider, "blocked");
      const loans = await deployLoansIn({ ...other, gpuId });
      return { ...loans, block: (account) => token.setBlocked(account, true) };
    }

    it("blocked by the token: the others are paid, and it keeps its claims", async () => {
      const loans = await inBlocklistToken();
      const { loanBook, ledger, lenders, stranger, token, tokenAddress } = loans;
      await openLoan(loans);
      await loans.block(lenders[0].address);
      await loans.block(await loanBook.getAddress());
      await loanBook.connect(stranger).repay(LOAN, 800n);
      const moved = await claimsMoved(loans, lenders, async () => {
        for (const lender of lenders) await loanBook.claim(LOAN, lender);
      });
      expect(moved).to.deep.equal([300n, 500n]);
      await ledger.connect(lenders[1]).withdraw(token, 500n, lenders[1]);
      await ledger.connect(lenders[0]).transfer(stranger, tokenAddress, 300n);
      await expectBookSolvent(loans);
    });

    it("that is a contract which refuses everything: holds up nothing", async () => {
      const { loanBook, ledger, stranger, borrower, tokenAddress } = the();
      const lender = await ethers.deployContract("HostileMaker", [1n, "0x"]);
      await ledger.connect(stranger).transfer(lender, tokenAddress, PRINCIPAL);
      const approval = await ledger.approve.populateTransaction(loanBook, tokenAddress, PRINCIPAL);
      await lender.execute(ledger, approval.data);
      await requestLoan(the());
      const funding = await loanBook.fund.populateTransaction(LOAN, PRINCIPAL);
      await lender.execute(loanBook, funding.data);
      await the().vault.connect(borrower).transferJunior(loanBook);
      await drawLoan(the());
      await loanBook.connect(stranger).repay(LOAN, 2n * PRINCIPAL);
      const { paid } = (await loanBook.loanOf(LOAN)).state;
      const moved = await claimsMoved(the(), [lender], () => loanBook.claim(LOAN, lender));
      expect(moved).to.deep.equal([paid]);
    });
  });
});
