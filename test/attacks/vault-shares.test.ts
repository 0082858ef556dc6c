import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { DAY, at, deliverJob, freezeJob, useMarket } from "../shared/jobs";
import type { JobRef } from "../shared/jobs";
import {
  DEPOSIT,
  PATIENCE,
  VESTING,
  WINDOW,
  addJunior,
  currentWindow,
  deployEmptyVault,
  deployVault,
  goToWindow,
  openVaultJob,
} from "../shared/vaults";

const SHARES = DEPOSIT * 1_000n;
const MANY = 300;

/*
Stakers against stakers
├── the first depositor makes the price dear by a donation: the next gets what it pays for, the donation is the junior's
├── just-in-time: who deposits before rent is booked, and asks at once to leave, gains nothing
├── an exit just before a fault shows bears its part of the loss
├── frivolous challenges hold a window up to its patience at the longest, and leave its price
├── 300 requests of one share for so many holders: the settlement costs what it costs for one
├── a holder that never claims holds up no later window
├── shares that were asked for cannot be sent to anybody a second time
└── poking: who calls all the time, or opens jobs of little rent, changes when income vests by little
*/
describe("Attack: a vault's first depositor", () => {
  const the = useMarket(deployEmptyVault);

  it("cannot take from the next by a donation", async () => {
    const { vault, other, staker, operator } = the();
    await vault.connect(other).deposit(1n, other);
    await addJunior({ ...the(), operator: other }, 1_000_000n);
    await vault.connect(staker).deposit(1_999n, staker);
    expect(await vault["balanceOf(address)"](staker)).to.equal(1_999_000n);
    expect(await vault.convertToAssets(await vault["balanceOf(address)"](staker))).to.equal(1_999n);
    expect(await vault.convertToAssets(await vault["balanceOf(address)"](other))).to.equal(1n);
    expect(await vault.juniorOwner()).to.equal(operator.address);
    expect(await vault.junior()).to.equal(1_000_000n);
  });
});

describe("Attack: vault stakers against each other", () => {
  const the = useMarket(deployVault);

  /** Opens a job that owes 767 units of rent after its turnaround. */
  function openDear(): Promise<JobRef> {
    const turnaround = 14n * DAY;
    return openVaultJob(the(), { turnaround }, { maxTurnaround: turnaround });
  }

  /** Lets the client cancel it so many seconds after its fill. */
  async function cancelAfter({ id, job }: JobRef, seconds: bigint): Promise<void> {
    await at(job.openedAt + seconds);
    await the().escrow.connect(the().client).cancel(id, job);
  }

  it("gains nothing just in time", async () => {
    const { vault, other } = the();
    const id = (await currentWindow()) + 2n;
    await at(id * WINDOW - 14n * DAY);
    const dear = await openDear();
    await at(id * WINDOW - 60n);
    await vault.connect(other).depositClaims(DEPOSIT, other);
    await cancelAfter(dear, 14n * DAY - 30n);
    expect(await vault.unvested()).to.be.greaterThan(700n);
    const shares = await vault["balanceOf(address)"](other);
    await vault.connect(other).requestRedeem(shares, other, other);
    await goToWindow(id);
    await vault.rebalance();
    await goToWindow(id + 1n);
    await vault.settleWindow();
    expect((await vault.windowOf(id)).assets).to.be.at.most(DEPOSIT);
  });

  it("bears its part of a loss that it saw coming", async () => {
    const { vault, staker, escrow, verifier } = the();
    const id = (await currentWindow()) + 1n;
    const delivered = await deliverJob(the(), await openVaultJob(the()));
    await vault.connect(staker).requestRedeem(SHARES / 2n, staker, staker);
    const lie = await freezeJob(the(), delivered);
    await escrow.connect(verifier).slash(lie.id, lie.job, 40_000n);
    await goToWindow(id);
    await vault.rebalance();
    await goToWindow(id + 1n, 30n * DAY);
    await vault.settleWindow();
    expect((await vault.windowOf(id)).assets).to.be.within(299_984n, 300_000n);
  });

  it("leaves a window's price after frivolous challenges", async () => {
    const { vault, staker, escrow, verifier } = the();
    await goToWindow((await currentWindow()) + 1n);
    await vault.connect(staker).requestRedeem(SHARES / 2n, staker, staker);
    const id = (await currentWindow()) + 1n;
    await goToWindow(id + 1n, -7_200n);
    const frozen = await freezeJob(the(), await deliverJob(the(), await openVaultJob(the())));
    await goToWindow(id + 1n);
    await expect(vault.settleWindow())
      .to.be.revertedWithCustomError(vault, "ExitsFrozen")
      .withArgs(id, (id + 1n) * WINDOW + PATIENCE);
    await escrow.connect(verifier).unfreeze(frozen.id, frozen.job);
    await vault.settleWindow();
    expect((await vault.windowOf(id)).assets).to.equal(DEPOSIT / 2n);
  });

  it("settles 300 requests of one share at the cost of one", async () => {
    const { vault, staker } = the();
    const id = (await currentWindow()) + 1n;
    const gasOf = async () => {
      await goToWindow(id);
      await vault.rebalance();
      await goToWindow(id + 1n);
      return (await (await vault.settleWindow()).wait())?.gasUsed ?? 0n;
    };
    await vault.connect(staker).requestRedeem(1n, staker, staker);
    const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
    const one = await gasOf();
    await ethers.provider.send("evm_revert", [snapshot]);
    for (let i = 1; i < MANY; i++) {
      const holder = ethers.Wallet.createRandom().address;
      await vault.connect(staker).requestRedeem(1n, holder, staker);
    }
    const many = await gasOf();
    expect((await vault.windowOf(id)).shares).to.equal(BigInt(MANY));
    expect(many - one).to.be.within(-100n, 100n);

    await vault.connect(staker).requestRedeem(1_000n, staker, staker);
    const later = (await currentWindow()) + 1n;
    await goToWindow(later + 1n);
    await vault.settleWindow();
    await vault.connect(staker).claimRedeem(later, 1_000n, staker, staker);
    expect((await vault.windowOf(later)).assets).to.equal(0n);
  });

  it("cannot send shares that leave, and who buys others bears what they bear", async () => {
    const { vault, staker, other } = the();
    await vault.connect(staker).requestRedeem(SHARES - 1n, staker, staker);
    const id = (await currentWindow()) + 1n;
    await goToWindow(id);
    const { "transfer(address,uint256)": send } = vault.connect(staker);
    await expect(send(other, 2n))
      .to.be.revertedWithCustomError(vault, "ERC20InsufficientBalance")
      .withArgs(staker.address, 1n, 2n);
    await send(other, 1n);
    await goToWindow(id + 1n);
    await vault.settleWindow();
    expect(await vault.totalSupply()).to.equal(1n);
    await vault.connect(other).requestRedeem(1n, other, other);
  });

  it("neither speeds up nor holds up what vests by poking", async () => {
    const { vault } = the();
    await cancelAfter(await openDear(), 14n * DAY);
    const start = BigInt(await time.latest()) + 1n;
    await at(start);
    await vault.rebalance();
    const whole = await vault.unvested();
    expect(whole).to.equal(768n);
    for (let hour = 1n; hour <= 84n; hour++) {
      await at(start + hour * 3_600n);
      await vault.rebalance();
    }
    expect(await vault.unvested()).to.equal(whole / 2n);
    for (let day = 4n; day <= 6n; day++) {
      await at(start + day * DAY);
      await cancelAfter(await openVaultJob(the(), { unitBond: 25_000n, unitPrice: 2_500n }), 1n);
      await vault.rebalance();
    }
    await time.increaseTo(start + VESTING);
    expect(await vault.unvested()).to.be.lessThan(whole / 20n);
  });
});
