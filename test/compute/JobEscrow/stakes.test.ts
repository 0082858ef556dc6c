import { expect } from "chai";
import { MaxUint256 } from "ethers";
import type { ContractTransactionResponse } from "ethers";

import type { Ask, Bid } from "../../../sdk/src/index";
import { at, deliverJob, expectMoves, useMarket, windowEnd } from "../../shared/jobs";
import { CLAIMS } from "../../shared/market";
import {
  RENT_BPS,
  STAKE,
  deployStaked,
  expectStake,
  rentDue,
  takeOnStake,
  takenOnStake,
} from "../../shared/stakes";

const [PRICE, BOND] = [40_000n, 400_000n];

/*
IStakes
├── stake
│  ├── it pulls the claims, adds them to what is free, and emits Staked
│  ├── it reverts with ERC6909InsufficientBalance given fewer claims
│  └── it reverts with SafeCastOverflowedUintDowncast given more than fits beside what is locked
├── unstake
│  ├── it pays what is free, and emits Unstaked
│  └── it reverts with StakesTooLow given one unit more than is free
├── setRent
│  └── it emits RentSet, and leaves the rate of open jobs
├── suspendStake
│  └── it stops the stake from bonding jobs, and emits StakeSuspended
└── resumeStake
   └── it lets a suspended stake bond jobs again, and emits StakeResumed
*/
describe("JobEscrow", () => {
  const the = useMarket(deployStaked);

  const take = async (ask?: Partial<Ask>, bid?: Partial<Bid>) => takeOnStake(the(), ask, bid);
  const taken = async () => takenOnStake(the());
  const stakeIs = async (free: bigint, locked: bigint, rent?: bigint, suspended?: boolean) =>
    expectStake(the(), free, locked, rent, suspended);

  describe("stake", () => {
    it("pulls the claims, adds them to what is free, and emits Staked", async () => {
      const { escrow, provider, token, tokenAddress } = the();
      const stake = () => escrow.connect(provider).stake(token, 7n);
      let sent: ContractTransactionResponse | undefined;
      await expectMoves(the(), async () => (sent = await stake()), { provider: -7n, escrow: 7n });
      await expect(sent).to.emit(escrow, "Staked").withArgs(provider.address, tokenAddress, 7n);
      await stakeIs(STAKE + 7n, 0n);
    });

    it("reverts with ERC6909InsufficientBalance given fewer claims", async () => {
      const { escrow, ledger, provider, token } = the();
      const left = CLAIMS - STAKE;
      await expect(escrow.connect(provider).stake(token, left + 1n))
        .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
        .withArgs(provider.address, left, left + 1n, BigInt(the().tokenAddress));
    });

    it("reverts with SafeCastOverflowedUintDowncast given more than fits beside what is locked", async () => {
      const { escrow, ledger, provider, token } = the();
      await taken();
      const most = 2n ** 112n - 1n - STAKE;
      await token.mint(provider, most);
      await token.connect(provider).approve(ledger, MaxUint256);
      await ledger.connect(provider).deposit(token, most, provider);
      await expect(escrow.connect(provider).stake(token, most + 1n))
        .to.be.revertedWithCustomError(escrow, "SafeCastOverflowedUintDowncast")
        .withArgs(112n, 2n ** 112n);
      await escrow.connect(provider).stake(token, most);
    });
  });

  describe("unstake", () => {
    it("pays what is free, and emits Unstaked", async () => {
      const { escrow, provider, token, tokenAddress } = the();
      await taken();
      const free = STAKE - BOND;
      const unstake = () => escrow.connect(provider).unstake(token, free);
      let sent: ContractTransactionResponse | undefined;
      const moves = { provider: free, escrow: -free };
      await expectMoves(the(), async () => (sent = await unstake()), moves);
      await expect(sent).to.emit(escrow, "Unstaked").withArgs(provider.address, tokenAddress, free);
      await stakeIs(0n, BOND);
    });

    it("reverts with StakesTooLow given one unit more than is free", async () => {
      const { escrow, provider, stranger, token, tokenAddress } = the();
      await taken();
      const free = STAKE - BOND;
      await expect(escrow.connect(provider).unstake(token, free + 1n))
        .to.be.revertedWithCustomError(escrow, "StakesTooLow")
        .withArgs(provider.address, tokenAddress, free + 1n, free);
      await expect(escrow.connect(stranger).unstake(token, 1n))
        .to.be.revertedWithCustomError(escrow, "StakesTooLow")
        .withArgs(stranger.address, tokenAddress, 1n, 0n);
    });
  });

  describe("setRent", () => {
    it("emits RentSet, and leaves the rate of open jobs", async () => {
      const { escrow, provider, stranger, token, tokenAddress } = the();
      const before = await taken();
      await expect(escrow.connect(provider).setRent(token, 1_000n))
        .to.emit(escrow, "RentSet")
        .withArgs(provider.address, tokenAddress, 1_000n);
      const after = await taken();
      expect([before.job.rentBps, after.job.rentBps]).to.deep.equal([RENT_BPS, 1_000n]);
      let owed = 0n;
      const delivered = [await deliverJob(the(), before), await deliverJob(the(), after)];
      await at(windowEnd(delivered[1]) + 1n);
      for (const { id, job } of delivered) {
        await escrow.connect(stranger).settle(id, job);
        owed += await rentDue({ id, job });
        expect(await escrow.rentOwed(provider, token)).to.equal(owed);
      }
    });
  });

  describe("suspendStake", () => {
    it("stops the stake from bonding jobs, and emits StakeSuspended", async () => {
      const { escrow, provider, stranger, token, tokenAddress } = the();
      await escrow.connect(stranger).suspendStake(token);
      await take();
      await expect(escrow.connect(provider).suspendStake(token))
        .to.emit(escrow, "StakeSuspended")
        .withArgs(provider.address, tokenAddress);
      await expect(take())
        .to.be.revertedWithCustomError(escrow, "StakesSuspended")
        .withArgs(provider.address, tokenAddress);
      await stakeIs(STAKE - BOND, BOND, 0n, true);
      await escrow.connect(provider).resumeStake(token);
      await take();
    });
  });

  describe("resumeStake", () => {
    it("lets a suspended stake bond jobs again, and emits StakeResumed", async () => {
      const { escrow, provider, stranger, token, tokenAddress } = the();
      const { id, job } = await taken();
      await at(job.openedAt + 3_601n);
      await escrow.connect(stranger).expire(id, job);
      const rent = await rentDue({ id, job });
      await escrow.connect(stranger).resumeStake(token);
      await stakeIs(STAKE - PRICE, 0n, rent, true);
      await expect(escrow.connect(provider).resumeStake(token))
        .to.emit(escrow, "StakeResumed")
        .withArgs(provider.address, tokenAddress);
      await stakeIs(STAKE - PRICE, 0n, rent);
      await take();
    });
  });
});
