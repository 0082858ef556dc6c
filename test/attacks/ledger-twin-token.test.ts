import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { fund, idOf, ledgerFixture } from "../payments/Ledger/fixture";

/*
A token reachable at two addresses
├── it credits each deposit once, under the address it came through
├── it pays both kinds of claims in full, through whichever address they were made
└── it lets nobody draw on the other address's claims
*/
describe("A token reachable at two addresses", () => {
  async function twinFixture() {
    const { ledger, alice, bob } = await ledgerFixture();
    const twin = await ethers.deployContract("TwinToken");
    const entry = await ethers.getContractAt("TwinEntry", await twin.ENTRY());
    await fund(twin, await ledger.getAddress(), [alice, bob]);
    await ledger.deposit(twin, 300n, alice);
    await ledger.connect(bob).deposit(entry, 200n, bob);
    return {
      ledger,
      twin,
      entry,
      alice,
      bob,
      twinId: await idOf(twin),
      entryId: await idOf(entry),
    };
  }

  it("credits each deposit once, under the address it came through", async () => {
    const { ledger, twin, alice, bob, twinId, entryId } = await loadFixture(twinFixture);
    expect(await ledger.balanceOf(alice, twinId)).to.equal(300n);
    expect(await ledger.balanceOf(bob, entryId)).to.equal(200n);
    expect((await ledger.totalSupply(twinId)) + (await ledger.totalSupply(entryId))).to.equal(500n);
    expect(await twin.balanceOf(ledger)).to.equal(500n);
  });

  it("pays both kinds of claims in full", async () => {
    const { ledger, twin, entry, alice, bob } = await loadFixture(twinFixture);
    await expect(ledger.connect(bob).withdraw(entry, 200n, bob)).to.changeTokenBalance(
      twin,
      bob,
      200n,
    );
    await expect(ledger.withdraw(twin, 300n, alice)).to.changeTokenBalance(twin, alice, 300n);
    expect(await twin.balanceOf(ledger)).to.equal(0n);
  });

  it("lets nobody draw on the other address's claims", async () => {
    const { ledger, entry, alice, entryId } = await loadFixture(twinFixture);
    await expect(ledger.withdraw(entry, 1n, alice))
      .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
      .withArgs(alice.address, 0n, 1n, entryId);
  });
});
