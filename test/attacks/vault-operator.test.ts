import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { createRandom } from "../shared/random";
import { CLAIMS, MODEL_ID, askOf, bidOf, signBid } from "../shared/market";
import {
  DAY,
  approveJob,
  bondOf,
  deadlineOf,
  deliverJob,
  freezeJob,
  useMarket,
  windowEnd,
} from "../shared/jobs";
import { rentDue } from "../shared/stakes";
import {
  addJunior,
  currentWindow,
  deployEmptyVault,
  deployVault,
  goToWindow,
  openVaultJob,
  sharesOf,
  vaultAsk,
} from "../shared/vaults";
import type { VaultMarket } from "../shared/vaults";

const ROUNDS = 25;
/** Terms of a bid that takes a price twice the usual one. */
const DEAR = { maxUnitPrice: 20_000n };

/*
An operator whose client and whose challenger are its friends
├── which lies and challenges itself, at any junior, bond and reward
│  └── gains nothing, whatever the stakers lose
├── which puts the stake at risk again before anybody looked
│  └── is refused with StakesSuspended
├── which lies, is silent or hands back over and over, as far as the stake lets it
│  └── gains nothing
├── which is the main staker, and cancels long jobs with itself at once, over and over
│  └── moves as much of the junior as the bonds earned in that time, so nearly nothing
├── which locks every bond that comes back, so that nobody is paid who leaves
│  └── is refused with StakesSuspended once anybody looked, and the window is paid in full
├── which bonds a job for a model whose weights nobody has
│  └── is refused with OrderBookNotMirrored
└── which wants a job's price paid elsewhere
   └── cannot: it goes to the vault, and stays in the junior
*/
describe("Attack: a vault's operator against its stakers", () => {
  const empty = useMarket(deployEmptyVault);

  /** What operator, client, challenger and junior have together, in payment-token units. */
  async function friendsHave(market: VaultMarket): Promise<bigint> {
    const { ledger, operator, client, verifier, vault, tokenAddress } = market;
    let sum = await vault.junior();
    for (const friend of [operator, client, verifier])
      sum += await ledger.balanceOf(friend, BigInt(tokenAddress));
    return sum;
  }

  async function fillVault(junior: bigint, deposit: bigint): Promise<bigint> {
    const { vault, staker } = empty();
    const before = await friendsHave(empty());
    await addJunior(empty(), junior);
    await vault.connect(staker).depositClaims(deposit, staker);
    await vault.rebalance();
    return before;
  }

  /** Terms that bond as much of what is free as four units can, at the highest price. */
  async function largest(): Promise<{ unitBond: bigint; unitPrice: bigint }> {
    const { free } = await empty().escrow.stakeOf(empty().vault, empty().token);
    return { unitBond: free / 4n, unitPrice: free / 40n };
  }

  async function openLargest() {
    const terms = await largest();
    return openVaultJob(empty(), terms, { maxUnitPrice: terms.unitPrice });
  }

  it("gains nothing by lies at any junior, bond and reward", async () => {
    const random = createRandom(7);
    for (let round = 0; round < ROUNDS; round++) {
      const snapshot = await ethers.provider.send("evm_snapshot", []);
      const junior = BigInt(random.int(10, 1_000_000));
      const before = await fillVault(junior, BigInt(random.int(1_000_000, 20_000_000)));
      const { free } = await empty().escrow.stakeOf(empty().vault, empty().token);
      expect(free).to.be.at.most(10n * (await empty().vault.junior()));
      if (free >= 200n) {
        const unitBond = BigInt(random.int(50, Number(free / 4n)));
        const unitPrice = BigInt(random.int(1, Number(unitBond / 10n)));
        const bid = {
          maxUnitPrice: unitPrice,
          minUnitBond: 3n * unitPrice < unitBond ? 3n * unitPrice : unitBond,
        };
        const job = await openVaultJob(empty(), { unitBond, unitPrice }, bid);
        const lie = await freezeJob(empty(), await deliverJob(empty(), job));
        const reward = BigInt(random.int(0, Number(bondOf(lie) / 10n)));
        await empty().escrow.connect(empty().verifier).slash(lie.id, lie.job, reward);
        expect(await friendsHave(empty())).to.be.at.most(before);
      }
      await ethers.provider.send("evm_revert", [snapshot]);
    }
  });

  it("gains nothing by two lies in a row", async () => {
    const before = await fillVault(100_000n, 2_000_000n);
    const small = await openVaultJob(empty(), { unitBond: 25_000n, unitPrice: 2_500n });
    const other = await openVaultJob(empty(), { unitBond: 200_000n, unitPrice: 20_000n }, DEAR);
    for (const job of [small, other]) {
      const lie = await freezeJob(empty(), await deliverJob(empty(), job));
      const reward = bondOf(lie) / 10n;
      await empty().escrow.connect(empty().verifier).slash(lie.id, lie.job, reward);
    }
    await empty().vault.rebalance();
    expect((await empty().escrow.stakeOf(empty().vault, empty().token)).free).to.equal(0n);
    expect(await friendsHave(empty())).to.be.at.most(before);
  });

  it("is refused with StakesSuspended before anybody looked", async () => {
    await fillVault(100_000n, 2_000_000n);
    const { escrow, vault, tokenAddress } = empty();
    const job = await openVaultJob(empty());
    await time.increaseTo(deadlineOf(job) + 1n);
    await escrow.expire(job.id, job.job);
    await expect(openVaultJob(empty()))
      .to.be.revertedWithCustomError(escrow, "StakesSuspended")
      .withArgs(await vault.getAddress(), tokenAddress);
  });

  it("gains nothing by silence, over and over", async () => {
    const before = await fillVault(100_000n, 2_000_000n);
    for (let round = 0; round < 4; round++) {
      if ((await empty().escrow.stakeOf(empty().vault, empty().token)).free < 40n) break;
      const job = await openLargest();
      await time.increaseTo(deadlineOf(job) + 1n);
      await empty().escrow.connect(empty().operator).expire(job.id, job.job);
      await empty().vault.rebalance();
    }
    expect(await friendsHave(empty())).to.be.at.most(before);
  });

  it("gains nothing by hand-backs, over and over", async () => {
    const before = await fillVault(100_000n, 2_000_000n);
    for (let round = 0; round < 4; round++) {
      if ((await empty().escrow.stakeOf(empty().vault, empty().token)).free < 40n) break;
      const job = await openLargest();
      await time.increaseTo(deadlineOf(job) - 1n);
      await empty().escrow.connect(empty().worker).handBack(job.id, job.job);
      await empty().vault.rebalance();
    }
    expect(await friendsHave(empty())).to.be.at.most(before);
  });

  it("moves nearly nothing of the junior to the stakers by long jobs that are cancelled at once", async () => {
    await fillVault(100_000n, 900_000n);
    const { vault, escrow, client, token } = empty();
    const long = { turnaround: 14n * DAY, cancelShareBps: 0n };
    const bid = { maxTurnaround: 14n * DAY, maxCancelShareBps: 10_000n };
    let owed = 0n;
    for (let round = 0; round < 20; round++) {
      const job = await openVaultJob(empty(), { ...long, unitBond: 250_000n }, bid);
      await escrow.connect(client).cancel(job.id, job.job);
      owed += await rentDue(job);
    }
    await vault.rebalance();
    // a bond of 1,000,000 earns less than a unit a second
    expect(await escrow.rentOwed(vault, token))
      .to.equal(owed)
      .and.to.be.at.most(20n);
    expect(await vault.rentArrears()).to.equal(0n);
    expect(await vault.junior()).to.be.at.least(100_000n - owed);
  });

  it("is refused with StakesSuspended when it locks again what those who leave wait for", async () => {
    await fillVault(100_000n, 900_000n);
    const { vault, escrow, client, staker, tokenAddress } = empty();
    await vault.connect(staker).requestRedeem(await sharesOf(vault, staker), staker, staker);
    const id = (await currentWindow()) + 1n;
    const long = { turnaround: 14n * DAY, unitBond: 250_000n };
    const bid = { maxTurnaround: 14n * DAY };
    await goToWindow(id, -2n);
    const job = await openVaultJob(empty(), long, bid);
    await goToWindow(id);
    await vault.connect(staker).rebalance();
    await escrow.connect(client).cancel(job.id, job.job);
    await expect(openVaultJob(empty(), long, bid))
      .to.be.revertedWithCustomError(escrow, "StakesSuspended")
      .withArgs(await vault.getAddress(), tokenAddress);
    await goToWindow(id + 1n);
    await vault.settleWindow();
    const window = await vault.windowOf(id);
    expect([window.assets, window.rolled]).to.deep.equal([900_000n, 0n]);
  });

  it("is refused a model that is not mirrored", async () => {
    await fillVault(100_000n, 900_000n);
    const { book } = empty();
    await book.setMirrored(MODEL_ID, false);
    await expect(openVaultJob(empty()))
      .to.be.revertedWithCustomError(book, "OrderBookNotMirrored")
      .withArgs(MODEL_ID);
  });
});

describe("Attack: a vault's operator diverts what jobs are paid", () => {
  const the = useMarket(deployVault);

  it("cannot: the price less the fee is the vault's, less the rent the junior's", async () => {
    const { vault, escrow, ledger, operator, worker, tokenAddress } = the();
    const id = BigInt(tokenAddress);
    const [own, hired] = [await ledger.balanceOf(operator, id), await ledger.balanceOf(worker, id)];
    const junior = await vault.junior();
    const job = await deliverJob(the(), await openVaultJob(the()));
    const approved = await approveJob(the(), job);
    expect(await vault.junior()).to.equal(junior + 39_000n);
    await time.increaseTo(windowEnd(approved) + 1n);
    await escrow.settle(approved.id, approved.job);
    expect(await vault.junior()).to.equal(junior + 39_000n - (await rentDue(job)));
    expect(await ledger.balanceOf(operator, id)).to.equal(own);
    expect(await ledger.balanceOf(worker, id)).to.equal(hired);
  });

  it("cannot pull the vault's claims, unstake, or sign bids for it", async () => {
    const { vault, escrow, ledger, operator, token, tokenAddress, client, provider, book } = the();
    await expect(ledger.connect(operator).transferFrom(vault, operator, BigInt(tokenAddress), 1n))
      .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientAllowance")
      .withArgs(operator.address, 0n, 1n, BigInt(tokenAddress));
    await expect(escrow.connect(operator).unstake(token, 1n))
      .to.be.revertedWithCustomError(escrow, "StakesTooLow")
      .withArgs(operator.address, tokenAddress, 1n, 0n);
    // nor buy with them: a bid in the vault's name
    const bid = bidOf(the(), { client: vaultAsk(the()).provider, nonce: 5n });
    const signed = await signBid(the(), bid, operator);
    await expect(escrow.connect(provider).fill(askOf(the()), "0x", bid, signed))
      .to.be.revertedWithCustomError(book, "OrdersNotDelegated")
      .withArgs(await vault.getAddress(), operator.address, tokenAddress, 2n);
    expect(await book.jobCount()).to.equal(0n);
    expect(await ledger.balanceOf(client, BigInt(tokenAddress))).to.equal(CLAIMS);
  });
});
