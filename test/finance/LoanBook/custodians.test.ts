import { expect } from "chai";
import { recoverAddress } from "ethers";

import { at } from "../../shared/jobs";
import {
  LOAN,
  VALUE,
  attestationOf,
  claimsMoved,
  drawLoan,
  now,
  openLoan,
  readyLoan,
  signAttestation,
  useLoans,
} from "../../shared/loans";

/*
LoanBook, custodians
├── postBond: it pulls the claims, and emits BondPosted
├── postBond: it reverts with SafeCastOverflowedUintDowncast beyond the type
├── withdrawBond: it pays what is free, and emits BondWithdrawn
├── withdrawBond: it reverts with CustodiansBondTooLow given what is locked
└── an attestation (LN-8)
   ├── has the EIP-712 digest that wallets compute
   ├── reverts with CustodiansTokenMismatch given another token
   ├── reverts with CustodiansClassMismatch given another class than the registry's
   ├── reverts with CustodiansNotLive one second before it was made, and one after it expires
   └── reverts with CustodiansInvalidSignature given another signer, or other words
*/
describe("LoanBook", () => {
  const the = useLoans();

  describe("custodians", () => {
    it("postBond: pulls the claims, and emits BondPosted", async () => {
      const { loanBook, stranger, tokenAddress } = the();
      const moved = await claimsMoved(the(), [stranger], () =>
        expect(loanBook.connect(stranger).postBond(tokenAddress, 7n))
          .to.emit(loanBook, "BondPosted")
          .withArgs(stranger.address, tokenAddress, 7n),
      );
      expect(moved).to.deep.equal([-7n]);
      expect(await loanBook.bondOf(stranger, tokenAddress)).to.deep.equal([7n, 0n]);
    });

    it("postBond: reverts with SafeCastOverflowedUintDowncast beyond the type", async () => {
      const { loanBook, custodian, token } = the();
      await openLoan(the());
      const most = 2n ** 128n - VALUE;
      await expect(loanBook.connect(custodian).postBond(token, most))
        .to.be.revertedWithCustomError(loanBook, "SafeCastOverflowedUintDowncast")
        .withArgs(128n, 2n ** 128n);
    });

    it("withdrawBond: pays what is free, and emits BondWithdrawn", async () => {
      const { loanBook, custodian, tokenAddress } = the();
      const moved = await claimsMoved(the(), [custodian], () =>
        expect(loanBook.connect(custodian).withdrawBond(tokenAddress, VALUE))
          .to.emit(loanBook, "BondWithdrawn")
          .withArgs(custodian.address, tokenAddress, VALUE),
      );
      expect(moved).to.deep.equal([VALUE]);
    });

    it("withdrawBond: reverts with CustodiansBondTooLow given what is locked", async () => {
      const { loanBook, custodian, tokenAddress } = the();
      await openLoan(the());
      const free = VALUE - VALUE / 10n;
      await expect(loanBook.connect(custodian).withdrawBond(tokenAddress, free + 1n))
        .to.be.revertedWithCustomError(loanBook, "CustodiansBondTooLow")
        .withArgs(custodian.address, tokenAddress, free + 1n, free);
      await loanBook.connect(custodian).withdrawBond(tokenAddress, free);
    });

    context("an attestation (LN-8)", () => {
      beforeEach(() => readyLoan(the()));

      it("has the EIP-712 digest that wallets compute", async () => {
        const { loanBook, custodian } = the();
        const attestation = await attestationOf(the());
        const digest = await loanBook.attestationDigest(attestation);
        const signature = await signAttestation(the(), attestation);
        expect(recoverAddress(digest, signature)).to.equal(custodian.address);
      });

      it("reverts with CustodiansTokenMismatch given another token", async () => {
        const { loanBook, vault, gpuId, tokenAddress } = the();
        const token = await vault.getAddress();
        await expect(drawLoan(the(), LOAN, [await attestationOf(the(), { token })]))
          .to.be.revertedWithCustomError(loanBook, "CustodiansTokenMismatch")
          .withArgs(gpuId, token, tokenAddress);
      });

      it("reverts with CustodiansClassMismatch given another class than the registry's", async () => {
        const { loanBook, gpuRegistry, gpuId } = the();
        const hardwareClass = `0x${"12".repeat(32)}`;
        await expect(drawLoan(the(), LOAN, [await attestationOf(the(), { hardwareClass })]))
          .to.be.revertedWithCustomError(loanBook, "CustodiansClassMismatch")
          .withArgs(gpuId, hardwareClass, (await gpuRegistry.gpuOf(gpuId)).hardwareClass);
      });

      it("reverts with CustodiansNotLive one second before it was made, and one after it expires", async () => {
        const { loanBook, gpuId } = the();
        const time = (await now()) + 100n;
        for (const [i, [madeAt, expiresAt]] of [
          [time + 1n, time + 9n],
          [time - 9n, time],
        ].entries()) {
          await at(time + BigInt(i));
          await expect(drawLoan(the(), LOAN, [await attestationOf(the(), { madeAt, expiresAt })]))
            .to.be.revertedWithCustomError(loanBook, "CustodiansNotLive")
            .withArgs(gpuId, madeAt, expiresAt);
        }
        const exact = { madeAt: time + 2n, expiresAt: time + 2n };
        await at(time + 2n);
        await drawLoan(the(), LOAN, [await attestationOf(the(), exact)]);
      });

      it("reverts with CustodiansInvalidSignature given another signer, or other words", async () => {
        const { loanBook, borrower, custodian, gpuId } = the();
        const attestation = await attestationOf(the());
        const foreign = await signAttestation(the(), attestation, borrower);
        const other = await signAttestation(the(), { ...attestation, value: VALUE - 1n });
        for (const signature of [foreign, other, "0x"]) {
          await expect(loanBook.connect(borrower).draw(LOAN, [attestation], [signature]))
            .to.be.revertedWithCustomError(loanBook, "CustodiansInvalidSignature")
            .withArgs(gpuId, custodian.address);
        }
      });
    });
  });
});
