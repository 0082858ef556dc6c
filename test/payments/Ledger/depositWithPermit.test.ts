import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { Signature } from "ethers";
import type { Signer } from "ethers";

import type { MockERC20 } from "../../../typechain-types";
import { fund, idOf, ledgerFixture } from "./fixture";

const AMOUNT = 250n;

/*
Ledger.depositWithPermit
├── given a valid permit of the caller: it deposits without an allowance set before
├── given the permit was used before, by whoever saw it: it deposits with the allowance that it left
├── given an expired, foreign or damaged permit
│  ├── it deposits when the allowance suffices without it
│  └── it reverts with the token's error when it does not
├── given a permit of somebody else: it takes nothing from them
├── given a token without permit: it deposits when the allowance suffices
└── when the address is not a token: it reverts with LedgerInvalidToken
*/
describe("Ledger", () => {
  describe("depositWithPermit", () => {
    async function permitFixture() {
      const base = await ledgerFixture();
      const { ledger, token, alice } = base;
      await token.connect(alice).approve(ledger, 0n);
      const deadline = BigInt(await time.latest()) + 3_600n;
      const sign = (signer: Signer, by = deadline) =>
        signPermit(token, signer, ledger.getAddress(), by);
      return { ...base, deadline, sign };
    }

    it("deposits without an allowance set before, given a valid permit of the caller", async () => {
      const { ledger, token, asset, id, alice, bob, deadline, sign } =
        await loadFixture(permitFixture);
      const { v, r, s } = await sign(alice);
      const args = [asset, AMOUNT, bob.address, deadline, v, r, s] as const;
      expect(await ledger.depositWithPermit.staticCall(...args)).to.equal(AMOUNT);
      await expect(ledger.depositWithPermit(...args)).to.changeTokenBalances(
        token,
        [alice, ledger],
        [-AMOUNT, AMOUNT],
      );
      expect(await ledger.balanceOf(bob.address, id)).to.equal(AMOUNT);
      expect(await token.allowance(alice.address, ledger)).to.equal(0n);
    });

    it("deposits with the allowance that it left, given the permit was used before", async () => {
      const { ledger, token, asset, id, alice, bob, deadline, sign } =
        await loadFixture(permitFixture);
      const { v, r, s } = await sign(alice);
      await token.connect(bob).permit(alice.address, ledger, AMOUNT, deadline, v, r, s);
      await ledger.depositWithPermit(asset, AMOUNT, alice.address, deadline, v, r, s);
      expect(await ledger.balanceOf(alice.address, id)).to.equal(AMOUNT);
    });

    context("given an expired, foreign or damaged permit", () => {
      it("deposits when the allowance suffices without it", async () => {
        const { ledger, token, asset, id, alice, bob, deadline, sign } =
          await loadFixture(permitFixture);
        await token.approve(ledger, 3n * AMOUNT);
        const expired = await sign(alice, 1n);
        const foreign = await sign(bob);
        const mine = await sign(alice);
        await ledger.depositWithPermit(
          asset,
          AMOUNT,
          alice.address,
          1n,
          expired.v,
          expired.r,
          expired.s,
        );
        await ledger.depositWithPermit(
          asset,
          AMOUNT,
          alice.address,
          deadline,
          foreign.v,
          foreign.r,
          foreign.s,
        );
        await ledger.depositWithPermit(asset, AMOUNT, alice.address, deadline, 0, mine.r, mine.s);
        expect(await ledger.balanceOf(alice.address, id)).to.equal(3n * AMOUNT);
      });

      it("reverts with the token's error when it does not", async () => {
        const { ledger, token, asset, alice, sign } = await loadFixture(permitFixture);
        const { v, r, s } = await sign(alice, 1n);
        await expect(ledger.depositWithPermit(asset, AMOUNT, alice.address, 1n, v, r, s))
          .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
          .withArgs(await ledger.getAddress(), 0n, AMOUNT);
      });
    });

    context("given a permit of somebody else", () => {
      it("takes nothing from them", async () => {
        const { ledger, token, asset, alice, bob, deadline, sign } =
          await loadFixture(permitFixture);
        const { v, r, s } = await sign(alice);
        await token.connect(bob).approve(ledger, 0n);
        await expect(
          ledger.connect(bob).depositWithPermit(asset, AMOUNT, bob.address, deadline, v, r, s),
        )
          .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
          .withArgs(await ledger.getAddress(), 0n, AMOUNT);
        expect(await token.allowance(alice.address, ledger)).to.equal(0n);
      });
    });

    context("given a token without permit", () => {
      it("deposits when the allowance suffices", async () => {
        const { ledger, alice } = await loadFixture(permitFixture);
        const plain = await ethers.deployContract("NoReturnToken");
        await fund(plain, await ledger.getAddress(), [alice]);
        await ledger.depositWithPermit(
          plain,
          AMOUNT,
          alice.address,
          0n,
          27,
          ethers.ZeroHash,
          ethers.ZeroHash,
        );
        expect(await ledger.balanceOf(alice.address, await idOf(plain))).to.equal(AMOUNT);
      });
    });

    context("when the address is not a token", () => {
      it("reverts with LedgerInvalidToken", async () => {
        const { ledger, alice, carol, deadline, sign } = await loadFixture(permitFixture);
        const { v, r, s } = await sign(alice);
        await expect(
          ledger.depositWithPermit(carol.address, AMOUNT, alice.address, deadline, v, r, s),
        )
          .to.be.revertedWithCustomError(ledger, "LedgerInvalidToken")
          .withArgs(carol.address);
      });
    });
  });
});

/** An ERC-2612 permit of `AMOUNT` from `signer` to `spender`. */
async function signPermit(
  token: MockERC20,
  signer: Signer,
  spender: Promise<string>,
  deadline: bigint,
): Promise<Signature> {
  const { name, version, chainId, verifyingContract } = await token.eip712Domain();
  const owner = await signer.getAddress();
  const nonce = await token.nonces(owner);
  const signature = await signer.signTypedData(
    { name, version, chainId, verifyingContract },
    {
      Permit: [
        { name: "owner", type: "address" },
        { name: "spender", type: "address" },
        { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
    },
    { owner, spender: await spender, value: AMOUNT, nonce, deadline },
  );
  return Signature.from(signature);
}
