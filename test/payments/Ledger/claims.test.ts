import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { ledgerFixture } from "./fixture";

/*
Ledger, claims
├── transfer
│  ├── it moves claims without a call to the token
│  ├── it changes nothing when sender and receiver are one
│  ├── it reverts with ERC6909InvalidReceiver for the zero address and for the Ledger
│  └── it reverts with ERC6909InsufficientBalance beyond the balance
├── approve: it counts for one token only
├── ids: it keeps an id apart from the one it would be narrowed to
└── supportsInterface: it names ERC-165, ERC-6909, its metadata and its supply extension
*/
describe("Ledger", () => {
  describe("claims", () => {
    async function claimsFixture() {
      const base = await ledgerFixture();
      await base.ledger.deposit(base.asset, 1_000n, base.alice.address);
      return base;
    }

    context("transfer", () => {
      it("moves claims without a call to the token", async () => {
        const { ledger, token, id, alice, bob } = await loadFixture(claimsFixture);
        const transfer = ledger.transfer(bob, id, 300n);
        await expect(transfer)
          .to.emit(ledger, "Transfer")
          .withArgs(alice.address, alice.address, bob.address, id, 300n);
        await expect(transfer).not.to.emit(token, "Transfer");
        expect(await ledger.balanceOf(alice, id)).to.equal(700n);
        expect(await ledger.balanceOf(bob, id)).to.equal(300n);
        expect(await ledger.totalSupply(id)).to.equal(1_000n);
      });

      it("changes nothing when sender and receiver are one", async () => {
        const { ledger, id, alice } = await loadFixture(claimsFixture);
        await ledger.transfer(alice, id, 1_000n);
        expect(await ledger.balanceOf(alice, id)).to.equal(1_000n);
        expect(await ledger.totalSupply(id)).to.equal(1_000n);
      });

      it("reverts with ERC6909InvalidReceiver for the zero address and for the Ledger", async () => {
        const { ledger, id } = await loadFixture(claimsFixture);
        for (const to of [ethers.ZeroAddress, await ledger.getAddress()]) {
          await expect(ledger.transfer(to, id, 1n))
            .to.be.revertedWithCustomError(ledger, "ERC6909InvalidReceiver")
            .withArgs(to);
        }
      });

      it("reverts with ERC6909InsufficientBalance beyond the balance", async () => {
        const { ledger, id, alice, bob } = await loadFixture(claimsFixture);
        await expect(ledger.transfer(bob, id, 1_001n))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
          .withArgs(alice.address, 1_000n, 1_001n, id);
      });
    });

    context("approve", () => {
      it("counts for one token only", async () => {
        const { ledger, asset, id, alice, bob } = await loadFixture(claimsFixture);
        const other = await ethers.deployContract("MockERC20", ["Other", "OTH", 18]);
        await ledger.approve(bob, BigInt(await other.getAddress()), 100n);
        await expect(ledger.connect(bob).transferFrom(alice, bob, id, 1n))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientAllowance")
          .withArgs(bob.address, 0n, 1n, BigInt(asset));
      });
    });

    context("ids", () => {
      it("keeps an id apart from the one it would be narrowed to", async () => {
        const { ledger, id, alice, bob } = await loadFixture(claimsFixture);
        const wide = id + (1n << 160n);
        expect(await ledger.balanceOf(alice, wide)).to.equal(0n);
        expect(await ledger.totalSupply(wide)).to.equal(0n);
        await expect(ledger.transfer(bob, wide, 1n))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
          .withArgs(alice.address, 0n, 1n, wide);

        await ledger.approve(bob, wide, ethers.MaxUint256);
        expect(await ledger.allowance(alice, bob, id)).to.equal(0n);
      });
    });

    context("supportsInterface", () => {
      it("names ERC-165, ERC-6909, its metadata and its supply extension", async () => {
        const { ledger } = await loadFixture(claimsFixture);
        const named = await Promise.all(
          ["0x01ffc9a7", "0x0f632fb3", METADATA_ID, SUPPLY_ID, "0xffffffff"].map((interfaceId) =>
            ledger.supportsInterface(interfaceId),
          ),
        );
        expect(named).to.deep.equal([true, true, true, true, false]);
      });
    });
  });
});

const METADATA_ID = interfaceId("name(uint256)", "symbol(uint256)", "decimals(uint256)");
const SUPPLY_ID = interfaceId("totalSupply(uint256)");

/** The ERC-165 id of the interface that consists of `signatures`. */
function interfaceId(...signatures: string[]): string {
  const id = signatures.reduce((acc, text) => acc ^ BigInt(ethers.id(text).slice(0, 10)), 0n);
  return ethers.toBeHex(id, 4);
}
