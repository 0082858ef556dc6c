import { expect } from "chai";
import { ethers } from "hardhat";

import { DAY, at } from "../shared/jobs";
import { registerTestGpu } from "../shared/market";
import {
  LOAN,
  PRINCIPAL,
  VALUE,
  attestationOf,
  claimsMoved,
  drawLoan,
  newVault,
  now,
  openDefaulted,
  openLoan,
  pledge,
  readyLoan,
  signAttestation,
  useLoans,
} from "../shared/loans";

/*
A loan against collateral that is not what it seems
├── hardware that the borrower made up
│  ├── and vouches for itself, under a request that names another custodian: refused
│  ├── vouched for by another custodian than the lenders chose: refused
│  └── vouched for by the chosen one: costs it what is held of its bond, and lenders get that
├── a loan of eight units, drawn to lock a custodian's bond: locks eight units
├── an attestation that is too old, or of better times: refused, or marked down
├── a GPU that serves two loans
│  ├── of two vaults of one borrower: refused
│  └── after a sale to oneself at a discount: refused, since a pledged GPU cannot be sold
├── a GPU that leaves before the draw: refused
├── a GPU that leaves while the loan lives: refused
└── a buyer whose transaction waits
   ├── past the end of a round: pays no more than it said
   └── and one that comes second: pays nothing
*/
describe("a loan against collateral that is not what it seems", () => {
  const the = useLoans();

  context("hardware that the borrower made up", () => {
    it("and vouches for itself, under a request that names another custodian: refused", async () => {
      const { loanBook, borrower, custodian, token } = the();
      const gpuId = await registerTestGpu(the(), borrower, "made up");
      await pledge(the(), gpuId);
      await loanBook.connect(borrower).postBond(token, VALUE);
      await readyLoan(the(), { gpuIds: [gpuId] });
      const attestation = await attestationOf(the(), { gpuId, value: 100n * VALUE });
      const signature = await signAttestation(the(), attestation, borrower);
      await expect(loanBook.connect(borrower).draw(LOAN, [attestation], [signature]))
        .to.be.revertedWithCustomError(loanBook, "CustodiansInvalidSignature")
        .withArgs(gpuId, custodian.address);
    });

    it("vouched for by another custodian than the lenders chose: refused", async () => {
      const { loanBook, borrower, stranger, custodian, token, gpuId } = the();
      await loanBook.connect(stranger).postBond(token, VALUE);
      await readyLoan(the());
      const attestation = await attestationOf(the());
      const signature = await signAttestation(the(), attestation, stranger);
      await expect(loanBook.connect(borrower).draw(LOAN, [attestation], [signature]))
        .to.be.revertedWithCustomError(loanBook, "CustodiansInvalidSignature")
        .withArgs(gpuId, custodian.address);
    });

    it("vouched for by the chosen one: costs it what is held of its bond, and lenders get that", async () => {
      const { loanBook, custodian, lenders, token } = the();
      await openDefaulted(the());
      for (const lender of lenders) await loanBook.claim(LOAN, lender);
      const held = VALUE / 10n;
      await expect(loanBook.connect(custodian).withdrawBond(token, VALUE - held + 1n))
        .to.be.revertedWithCustomError(loanBook, "CustodiansBondTooLow")
        .withArgs(custodian.address, await token.getAddress(), VALUE - held + 1n, VALUE - held);
      await loanBook.slashCustodian(LOAN, held);
      const moved = await claimsMoved(the(), lenders, async () => {
        for (const lender of lenders) await loanBook.claim(LOAN, lender);
      });
      expect(moved).to.deep.equal([(held * 3n) / 8n, (held * 5n) / 8n]);
    });
  });

  it("a loan of eight units, drawn to lock a custodian's bond: locks eight units", async () => {
    const { loanBook, custodian, token } = the();
    await openLoan(the(), { principal: 8n, reserve: 2n });
    expect(await loanBook.bondOf(custodian, token)).to.deep.equal([VALUE - 8n, 8n]);
  });

  it("an attestation that is too old, or of better times: refused, or marked down", async () => {
    const { loanBook, gpuId } = the();
    await readyLoan(the());
    const attestation = await attestationOf(the(), { expiresAt: (await now()) + DAY });
    const expiresAt = BigInt(attestation.expiresAt);
    await at(expiresAt + 1n);
    await expect(drawLoan(the(), LOAN, [attestation]))
      .to.be.revertedWithCustomError(loanBook, "CustodiansNotLive")
      .withArgs(gpuId, attestation.madeAt, expiresAt);
    const lasting = { ...attestation, expiresAt: 2n ** 40n - 1n };
    await expect(drawLoan(the(), LOAN, [lasting])).to.emit(loanBook, "GpuTaken");
    expect(await loanBook.worthOf(attestation.hardwareClass, VALUE, 0n, DAY)).to.be.lessThan(VALUE);
  });

  context("a GPU that serves two loans", () => {
    it("of two vaults of one borrower: refused", async () => {
      const { loanBook, borrower, gpuId } = the();
      await openLoan(the());
      const other = { ...the(), vault: await newVault(the(), borrower) };
      await readyLoan(other, { principal: 1_000n, reserve: 250n });
      await expect(drawLoan(other, 2n))
        .to.be.revertedWithCustomError(loanBook, "CollateralTaken")
        .withArgs(gpuId, LOAN);
    });

    it("after a sale to oneself at a discount: refused, since a pledged GPU cannot be sold", async () => {
      const { loanBook, gpuRegistry, borrower, stranger, gpuId } = the();
      await openLoan(the());
      await expect(gpuRegistry.connect(borrower).transferFrom(borrower, stranger, gpuId))
        .to.be.revertedWithCustomError(gpuRegistry, "GpuRegistryPledged")
        .withArgs(gpuId, await loanBook.getAddress());
    });
  });

  it("a GPU that leaves before the draw: refused", async () => {
    const { loanBook, gpuRegistry, borrower, stranger, gpuId } = the();
    await readyLoan(the());
    await loanBook.connect(borrower).releaseGpu(gpuId);
    await gpuRegistry.connect(borrower).transferFrom(borrower, stranger, gpuId);
    await expect(drawLoan(the()))
      .to.be.revertedWithCustomError(loanBook, "CollateralNotPledged")
      .withArgs(gpuId, ethers.ZeroAddress);
  });

  it("a GPU that leaves while the loan lives: refused", async () => {
    const { loanBook, gpuRegistry, borrower, gpuId } = the();
    await openLoan(the());
    const book = await loanBook.getAddress();
    await expect(gpuRegistry.connect(borrower).retire(gpuId))
      .to.be.revertedWithCustomError(gpuRegistry, "GpuRegistryPledged")
      .withArgs(gpuId, book);
    await expect(gpuRegistry.connect(borrower).release(gpuId))
      .to.be.revertedWithCustomError(gpuRegistry, "GpuRegistryNotPledgee")
      .withArgs(gpuId, borrower.address, book);
    await expect(loanBook.connect(borrower).releaseGpu(gpuId))
      .to.be.revertedWithCustomError(loanBook, "CollateralTaken")
      .withArgs(gpuId, LOAN);
  });

  context("a buyer whose transaction waits", () => {
    it("past the end of a round: pays no more than it said", async () => {
      const { loanBook, stranger, gpuId } = the();
      const start = await openDefaulted(the());
      await at(start + 3n * DAY - 1n);
      await loanBook.collect(LOAN);
      const cheap = await loanBook.auctionPrice(gpuId);
      await at(start + 3n * DAY);
      const top = ((await loanBook.pledgeOf(gpuId)).value * 15n + 9n) / 10n;
      await expect(loanBook.connect(stranger).buyGpu(LOAN, gpuId, cheap, stranger))
        .to.be.revertedWithCustomError(loanBook, "CollateralPriceTooHigh")
        .withArgs(gpuId, top, cheap);
    });

    it("and one that comes second: pays nothing", async () => {
      const { loanBook, stranger, client, gpuId } = the();
      const start = await openDefaulted(the());
      await at(start + 3n * DAY - 1n);
      await loanBook.connect(client).buyGpu(LOAN, gpuId, VALUE, client);
      const moved = await claimsMoved(the(), [stranger], () =>
        expect(loanBook.connect(stranger).buyGpu(LOAN, gpuId, VALUE, stranger))
          .to.be.revertedWithCustomError(loanBook, "CollateralNotForSale")
          .withArgs(LOAN, gpuId),
      );
      expect(moved).to.deep.equal([0n]);
      expect(await loanBook.debtOf(LOAN)).to.be.lessThan(PRINCIPAL);
    });
  });
});
