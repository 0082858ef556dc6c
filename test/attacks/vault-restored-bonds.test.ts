import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { DAY, at, deliverJob, freezeJob, useMarket } from "../shared/jobs";
import { DEPOSIT, currentWindow, deployVault, goToWindow, openVaultJob } from "../shared/vaults";

/*
Those who leave while a vote may give back what they lost
└── get what comes back, whether it was lost before their window or in it

A stranger that comes after a loss which a vote gives back
├── before the bond is given back is refused with VaultLossPending for 30 days, and then takes none of what others lost
└── after it was given back is refused with VaultLossPending for 30 days, and then takes none of what others lost
*/
describe("Attack: a deposit around a bond that a vote gives back", () => {
  const the = useMarket(deployVault);

  /** A lie costs the stakers all but 4,000 units, which a vote gives back; returns what a stranger gets for a deposit. */
  async function paidFor(when: "before" | "after"): Promise<bigint> {
    const { vault, escrow, verifier, other } = the();
    const job = await openVaultJob(the(), { unitBond: 249_000n });
    const lie = await freezeJob(the(), await deliverJob(the(), job));
    await escrow.connect(verifier).slash(lie.id, lie.job, 0n);
    await vault.rebalance();
    const until = BigInt(await time.latest()) + 30n * DAY;
    const refused = async () =>
      expect(vault.connect(other).depositClaims(DEPOSIT, other))
        .to.be.revertedWithCustomError(vault, "VaultLossPending")
        .withArgs(until);
    if (when === "before") await refused();
    await escrow.restoreHeldBond(lie.id);
    await vault.rebalance();
    await refused();
    expect(await vault.maxDeposit(other)).to.equal(0n);
    await at(until - 1n);
    await refused();
    await at(until);
    await vault.connect(other).depositClaims(DEPOSIT, other);

    // All has vested by the start of the second window from now.
    await goToWindow((await currentWindow()) + 1n);
    const id = (await currentWindow()) + 1n;
    const shares = await vault["balanceOf(address)"](other);
    await vault.connect(other).requestRedeem(shares, other, other);
    await goToWindow(id + 1n);
    await vault.settleWindow();
    return (await vault.windowOf(id)).assets;
  }

  for (const [lostAt, when] of [
    [-5n * DAY, "before their window"],
    [DAY, "in their window"],
  ] as const)
    it(`goes to those who leave, if it was lost ${when}`, async () => {
      const { vault, escrow, verifier, staker } = the();
      await goToWindow((await currentWindow()) + 1n);
      await vault.connect(staker).requestRedeem(DEPOSIT * 1_000n, staker, staker);
      const id = (await currentWindow()) + 1n;
      await goToWindow(id, lostAt - 7_200n);
      const job = await openVaultJob(the(), { unitBond: 249_000n });
      await goToWindow(id, lostAt - 3_600n);
      const delivered = await deliverJob(the(), job);
      if (lostAt > 0n) await goToWindow(id, lostAt);
      const lie = await freezeJob(the(), delivered);
      await escrow.connect(verifier).slash(lie.id, lie.job, 0n);
      await vault.rebalance();
      await goToWindow(id, 2n * DAY);
      await vault.rebalance();
      await goToWindow(id, 10n * DAY);
      await escrow.restoreHeldBond(lie.id);
      await goToWindow(id + 1n);
      await vault.settleWindow();
      expect((await vault.windowOf(id)).assets).to.equal(DEPOSIT);
    });

  for (const when of ["before", "after"] as const)
    it(`is refused ${when} it for 30 days, and then takes nothing`, async () => {
      // The rent of 40 units that a lost junior could not pay comes in after the deposit.
      expect(await paidFor(when)).to.be.at.most(DEPOSIT + 40n);
    });
});
