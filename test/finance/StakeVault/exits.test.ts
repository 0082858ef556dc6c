import { expect } from "chai";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { at, useMarket } from "../../shared/jobs";
import {
  DEPOSIT,
  WINDOW,
  currentWindow,
  deployVault,
  goToWindow,
  openVaultJob,
  requestOf,
  sharesOf,
  slashVaultJob,
  passWindowOf,
  requestHalfOf,
  waitForVotes,
} from "../../shared/vaults";

const HALF = (DEPOSIT * 1_000n) / 2n;

/*
IVaultExits
├── requestRedeem
│  ├── it joins the window that starts next, takes the shares, and emits RedeemRequest
│  ├── it does so for an ERC-6909 operator, and within an allowance on shares
│  ├── it reverts with ERC20InsufficientAllowance for anybody else, and with ERC20InsufficientBalance given too few shares
│  └── it reverts with ExitsNothing given no shares
├── cancelRedeem
│  ├── it gives the shares back in the last second before the window, and emits RedeemCancelled
│  ├── it reverts with ExitsStarted from the window's first second on
│  └── it reverts with ERC6909InsufficientAllowance for anybody else, and with ExitsNothing given no shares
├── claimRedeem
│  ├── it pays claims and emits RedeemClaimed and Withdraw, in parts, to the unit
│  ├── it does so for an operator and within an allowance, and for whoever was sent the tokens
│  └── it reverts with ExitsNotSettled before the settlement, and with ExitsNothing given no shares
├── when less is at hand than a window asks for
│  ├── it pays in proportion, and the rest leaves in the window after it
│  └── what rolled over goes before those who asked later, and is settled in turn
└── shares and tokens cannot be sent to the vault
*/
describe("StakeVault", () => {
  const the = useMarket(deployVault);

  const requestHalf = async () => requestHalfOf(the());
  const passWindow = async (id: bigint) => passWindowOf(the(), id);

  describe("requestRedeem", () => {
    it("joins the window that starts next, takes the shares, and emits RedeemRequest", async () => {
      const { vault, staker, other } = the();
      const id = (await currentWindow()) + 1n;
      await expect(vault.connect(staker).requestRedeem(HALF, other, staker))
        .to.emit(vault, "RedeemRequest")
        .withArgs(other.address, staker.address, id, staker.address, HALF);
      expect(await sharesOf(vault, staker)).to.equal(HALF);
      expect(await sharesOf(vault, vault)).to.equal(HALF);
      expect(await requestOf(vault, other, id)).to.equal(HALF);
      expect(await vault.pendingRedeemRequest(id, other)).to.equal(HALF);
      expect(await vault.claimableRedeemRequest(id, other)).to.equal(0n);
      expect(await vault.windows()).to.deep.equal([id - 1n, id, HALF]);
      expect((await vault.windowOf(id)).shares).to.equal(HALF);
      expect(await vault.totalAssets()).to.equal(DEPOSIT);
    });

    it("does so for an ERC-6909 operator, and within an allowance on shares", async () => {
      const { vault, staker, other, stranger } = the();
      await vault.connect(staker).setOperator(other, true);
      await vault.connect(other).requestRedeem(5n, other, staker);
      await vault.connect(staker)["approve(address,uint256)"](stranger, 7n);
      await vault.connect(stranger).requestRedeem(7n, stranger, staker);
      expect(await requestOf(vault, stranger, (await currentWindow()) + 1n)).to.equal(7n);
    });

    it("reverts with ERC20InsufficientAllowance for anybody else, and with ERC20InsufficientBalance given too few shares", async () => {
      const { vault, staker, stranger } = the();
      await expect(vault.connect(stranger).requestRedeem(1n, stranger, staker))
        .to.be.revertedWithCustomError(vault, "ERC20InsufficientAllowance")
        .withArgs(stranger.address, 0n, 1n);
      const all = DEPOSIT * 1_000n;
      await expect(vault.connect(staker).requestRedeem(all + 1n, staker, staker))
        .to.be.revertedWithCustomError(vault, "ERC20InsufficientBalance")
        .withArgs(staker.address, all, all + 1n);
    });

    it("reverts with ExitsNothing given no shares", async () => {
      const { vault, staker } = the();
      await expect(
        vault.connect(staker).requestRedeem(0n, staker, staker),
      ).to.be.revertedWithCustomError(vault, "ExitsNothing");
    });
  });

  describe("cancelRedeem", () => {
    it("gives the shares back in the last second before the window, and emits RedeemCancelled", async () => {
      const { vault, staker, other } = the();
      const id = await requestHalf();
      await at(id * WINDOW - 1n);
      await expect(vault.connect(staker).cancelRedeem(id, 10n, other, staker))
        .to.emit(vault, "RedeemCancelled")
        .withArgs(staker.address, id, other.address, 10n);
      expect(await sharesOf(vault, other)).to.equal(10n);
      expect((await vault.windowOf(id)).shares).to.equal(HALF - 10n);
      expect(await requestOf(vault, staker, id)).to.equal(HALF - 10n);
    });

    it("reverts with ExitsStarted from the window's first second on", async () => {
      const { vault, staker } = the();
      const id = await requestHalf();
      await at(id * WINDOW);
      await expect(vault.connect(staker).cancelRedeem(id, 1n, staker, staker))
        .to.be.revertedWithCustomError(vault, "ExitsStarted")
        .withArgs(id, id * WINDOW);
    });

    it("reverts with ERC6909InsufficientAllowance for anybody else, and with ExitsNothing given no shares", async () => {
      const { vault, staker, stranger } = the();
      const id = await requestHalf();
      await expect(vault.connect(stranger).cancelRedeem(id, 1n, stranger, staker))
        .to.be.revertedWithCustomError(vault, "ERC6909InsufficientAllowance")
        .withArgs(stranger.address, 0n, 1n, id);
      await expect(
        vault.connect(staker).cancelRedeem(id, 0n, staker, staker),
      ).to.be.revertedWithCustomError(vault, "ExitsNothing");
    });
  });

  describe("claimRedeem", () => {
    it("pays claims and emits RedeemClaimed and Withdraw, in parts, to the unit", async () => {
      const { vault, staker, other, ledger, tokenAddress } = the();
      await slashVaultJob(the(), await openVaultJob(the()));
      const id = await requestHalf();
      await passWindow(id);
      await waitForVotes();
      await vault.settleWindow();
      const all = (await vault.windowOf(id)).assets;
      let paid = 0n;
      for (const part of [1n, 333n, HALF / 3n, HALF - 334n - HALF / 3n]) {
        const before = await ledger.balanceOf(other, BigInt(tokenAddress));
        const assets = await vault
          .connect(staker)
          .claimRedeem.staticCall(id, part, other, staker)
          .then(([value]) => value);
        await expect(vault.connect(staker).claimRedeem(id, part, other, staker))
          .to.emit(vault, "RedeemClaimed")
          .withArgs(staker.address, id, other.address, part, assets, 0n)
          .and.to.emit(vault, "Withdraw")
          .withArgs(staker.address, other.address, staker.address, assets, part);
        expect((await ledger.balanceOf(other, BigInt(tokenAddress))) - before).to.equal(assets);
        paid += assets;
      }
      expect(paid).to.equal(all);
      expect(await vault.owedExits()).to.equal(0n);
    });

    it("does so for an operator and within an allowance, and for whoever was sent the tokens", async () => {
      const { vault, staker, other, stranger, operator } = the();
      const id = await requestHalf();
      await vault.connect(staker)["transfer(address,uint256,uint256)"](other, id, 1_000n);
      await passWindow(id);
      await vault.settleWindow();
      await vault.connect(staker).setOperator(stranger, true);
      await vault.connect(stranger).claimRedeem(id, 1_000n, stranger, staker);
      await vault.connect(staker)["approve(address,uint256,uint256)"](operator, id, 2_000n);
      await vault.connect(operator).claimRedeem(id, 2_000n, operator, staker);
      await expect(vault.connect(operator).claimRedeem(id, 1n, operator, staker))
        .to.be.revertedWithCustomError(vault, "ERC6909InsufficientAllowance")
        .withArgs(operator.address, 0n, 1n, id);
      const [assets] = await vault.connect(other).claimRedeem.staticCall(id, 1_000n, other, other);
      expect(assets).to.equal(1n);
    });

    it("reverts with ExitsNotSettled before the settlement, and with ExitsNothing given no shares", async () => {
      const { vault, staker } = the();
      const id = await requestHalf();
      await passWindow(id);
      await expect(vault.connect(staker).claimRedeem(id, 1n, staker, staker))
        .to.be.revertedWithCustomError(vault, "ExitsNotSettled")
        .withArgs(id);
      await vault.settleWindow();
      await expect(
        vault.connect(staker).claimRedeem(id, 0n, staker, staker),
      ).to.be.revertedWithCustomError(vault, "ExitsNothing");
    });
  });

  describe("when less is at hand than a window asks for", () => {
    it("pays in proportion, and the rest leaves in the window after it", async () => {
      const { vault, escrow, staker, other } = the();
      const job = await openVaultJob(the(), { unitBond: 225_000n });
      await vault.connect(staker).requestRedeem(HALF * 2n, staker, staker);
      const first = (await currentWindow()) + 1n;
      await vault.connect(staker)["transfer(address,uint256,uint256)"](other, first, HALF);
      await passWindow(first);
      const shares = 2n * HALF;
      const { startAssets, startShares } = await vault.windowOf(first);
      const owed = (shares * startAssets) / startShares;
      const left = shares - (shares * 100_000n + owed - 1n) / owed;
      await expect(vault.settleWindow())
        .to.emit(vault, "WindowSettled")
        .withArgs(first, shares, 100_000n, left);
      expect((await vault.windows()).oldest).to.equal(first + 1n);
      await vault.connect(staker).claimRedeem(first, HALF, staker, staker);
      expect(await requestOf(vault, staker, first + 1n)).to.equal(left / 2n);

      await escrow.expire(job.id, job.job);
      await goToWindow(first + 2n);
      await vault.settleWindow();
      const second = (await vault.windowOf(first + 1n)).assets;
      // a rent of 36 vests meanwhile
      expect(second).to.be.within(owed - 100_001n, owed - 100_000n + 36n);
      const claim = (account: HardhatEthersSigner, id: bigint, amount: bigint) =>
        vault.connect(account).claimRedeem(id, amount, account, account);
      const rest = await vault.connect(other).claimRedeem.staticCall(first, HALF, other, other);
      expect(rest).to.deep.equal([50_000n, left - left / 2n]);
      await claim(other, first, HALF);
      await claim(other, first + 1n, left - left / 2n);
      await claim(staker, first + 1n, left / 2n);
      expect(await vault.owedExits()).to.equal(0n);
      expect((await vault.windowOf(first + 1n)).shares).to.equal(0n);
    });

    it("what rolled over goes before those who asked later, and is settled in turn", async () => {
      const { vault, staker } = the();
      await openVaultJob(the(), { unitBond: 225_000n });
      const first = await requestHalf();
      await goToWindow(first + 2n);
      // a later window waits when the first is settled in part
      await vault.connect(staker).requestRedeem(HALF, staker, staker);
      const later = first + 3n;
      await vault.settleWindow();
      expect((await vault.windows()).oldest).to.equal(first + 1n);
      expect((await vault.windowOf(first + 1n)).next).to.equal(later);
      await vault.settleWindow();
      expect((await vault.windows()).oldest).to.equal(first + 2n);
      await goToWindow(later + 1n);
      await vault.settleWindow();
      // what is left of the first joins those who asked later
      expect((await vault.windows()).oldest).to.equal(later);
      const { rolled } = await vault.windowOf(first + 2n);
      expect(rolled).to.be.greaterThan(0n);
      expect((await vault.windowOf(later)).shares).to.equal(HALF + rolled);
      await vault.settleWindow();
      expect((await vault.windowOf(later)).status).to.equal(2n);
    });
  });

  it("shares and tokens cannot be sent to the vault", async () => {
    const { vault, staker } = the();
    const address = await vault.getAddress();
    const id = await requestHalf();
    await expect(vault.connect(staker)["transfer(address,uint256)"](vault, 1n))
      .to.be.revertedWithCustomError(vault, "ERC20InvalidReceiver")
      .withArgs(address);
    await expect(vault.connect(staker)["transfer(address,uint256,uint256)"](vault, id, 1n))
      .to.be.revertedWithCustomError(vault, "ERC6909InvalidReceiver")
      .withArgs(address);
    await expect(vault.connect(staker).cancelRedeem(id, 1n, vault, staker))
      .to.be.revertedWithCustomError(vault, "ERC20InvalidReceiver")
      .withArgs(address);
  });
});
