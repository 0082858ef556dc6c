import { time } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";
import { MaxUint256, ZeroHash } from "ethers";
import type { AddressLike } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { asAddress } from "../../sdk/src/index";
import type { Ask, Bid } from "../../sdk/src/index";
import type { StakeVault, StakeVaultFactory } from "../../typechain-types";
import { WINDOWS, bondOf, deadlineOf, deliverJob, freezeJob, openedBy } from "./jobs";
import type { JobRef } from "./jobs";
import { MODEL_ID, askOf, bidOf, deployMarket, fund, signBid } from "./market";
import type { Market } from "./market";

/** What a bond out of a vault owes for a year, in basis points. */
export const RENT_BPS = 500n;

/** What the operator puts into the junior of the fixture's vault, in payment-token units. */
export const JUNIOR = 100_000n;

/** What the staker deposits into it, in payment-token units. */
export const DEPOSIT = 900_000n;

/** Seconds of a window, and how long a window waits for frozen jobs after its end. */
export const [WINDOW, PATIENCE] = [21n * 86_400n, 20n * 86_400n];

/** Seconds that income takes to vest at the most. */
export const VESTING = 7n * 86_400n;

/** A market with a vault that `operator` operates, and two accounts with claims that the vault may pull. */
export interface VaultMarket extends Market {
  readonly factory: StakeVaultFactory;
  readonly vault: StakeVault;
  readonly operator: HardhatEthersSigner;
  readonly staker: HardhatEthersSigner;
  readonly other: HardhatEthersSigner;
}

/** A market with a vault that has neither junior nor stakers; the model is mirrored. */
export async function deployEmptyVault(): Promise<VaultMarket> {
  const market = await deployMarket();
  const [, , , , , , , , operator, staker, other] = await ethers.getSigners();
  const { vaultFactory: factory, book, ledger, token, tokenAddress } = market;
  await factory.connect(operator).create(token, RENT_BPS, ZeroHash);
  const vault = await ethers.getContractAt(
    "StakeVault",
    await factory.vaultAddress(token, operator, ZeroHash),
  );
  for (const account of [operator, staker, other]) {
    await fund(market, account);
    await ledger.connect(account).approve(vault, BigInt(tokenAddress), MaxUint256);
    await token.mint(account, DEPOSIT * 1_000n);
    await token.connect(account).approve(vault, MaxUint256);
  }
  await book.setMirrored(MODEL_ID, true);
  return { ...market, factory, vault, operator, staker, other };
}

/** The same with `JUNIOR` and `DEPOSIT` in it, staked as far as may be. */
export async function deployVault(): Promise<VaultMarket> {
  const market = await deployEmptyVault();
  await addJunior(market, JUNIOR);
  await market.vault.connect(market.staker).depositClaims(DEPOSIT, market.staker);
  await market.vault.rebalance();
  return market;
}

/** Lets the operator add to the junior. */
export async function addJunior(market: VaultMarket, amount: bigint): Promise<void> {
  const { ledger, operator, vault, tokenAddress } = market;
  await ledger.connect(operator).transfer(vault, BigInt(tokenAddress), amount);
}

/** What the vault's ask changes of the usual one: a bond of 400,000 and a price of 40,000 for 4 units. */
export function vaultAsk(
  { vault }: { readonly vault: StakeVault },
  changes: Partial<Ask> = {},
): Partial<Ask> {
  return { provider: asAddress(vault.target as string), gpuId: 0n, unitBond: 100_000n, ...changes };
}

/** Lets the operator take the client's signed bid on the vault's stake. */
export async function openVaultJob(
  market: VaultMarket,
  ask: Partial<Ask> = {},
  bid: Partial<Bid> = {},
): Promise<JobRef> {
  const { escrow, operator, client, book } = market;
  const wanted = bidOf(market, { nonce: 1n + (await book.jobCount()), ...bid });
  const signature = await signBid(market, wanted, client);
  const offered = askOf(market, vaultAsk(market, ask));
  return openedBy(market, await escrow.connect(operator).fill(offered, "0x", wanted, signature));
}

/** The window that time is in. */
export async function currentWindow(): Promise<bigint> {
  return BigInt(await time.latest()) / WINDOW;
}

/** Goes to the first second of a window, or to one so many seconds after it. */
export async function goToWindow(id: bigint, seconds = 0n): Promise<void> {
  await time.increaseTo(id * WINDOW + seconds);
}

/** The shares of an account. */
export function sharesOf(vault: StakeVault, account: AddressLike): Promise<bigint> {
  return vault["balanceOf(address)"](account);
}

/** The tokens of a window that an account has. */
export function requestOf(vault: StakeVault, account: AddressLike, id: bigint): Promise<bigint> {
  return vault["balanceOf(address,uint256)"](account, id);
}

/** Lets a job of the vault be settled: delivered, and its window passed. */
export async function settleVaultJob(market: VaultMarket, ref: JobRef): Promise<void> {
  const { id, job } = await deliverJob(market, ref);
  await time.increase(WINDOWS[1] + 1n);
  await market.escrow.settle(id, job);
}

/** Lets a job of the vault be found false; a tenth of its bond goes to the verifier's account. */
export async function slashVaultJob(market: VaultMarket, ref: JobRef): Promise<void> {
  const { id, job } = await freezeJob(market, await deliverJob(market, ref));
  await market.escrow.connect(market.verifier).slash(id, job, bondOf({ id, job }) / 10n);
}

/** Lets a job of the vault end by silence. */
export async function expireVaultJob(market: VaultMarket, { id, job }: JobRef): Promise<void> {
  await time.increaseTo(deadlineOf({ id, job }) + 1n);
  await market.escrow.expire(id, job);
}

/** What a vault says of its money, in payment-token units. */
export async function booksOf({ vault }: { readonly vault: StakeVault }): Promise<VaultBooks> {
  return {
    assets: await vault.totalAssets(),
    unvested: await vault.unvested(),
    junior: await vault.junior(),
    exits: await vault.owedExits(),
  };
}

/** Money of a vault by whose it is, in payment-token units. */
export interface VaultBooks {
  readonly assets: bigint;
  readonly unvested: bigint;
  readonly junior: bigint;
  readonly exits: bigint;
}

/** Lets the staker ask for half of what it deposited at first; returns the window. */
export async function requestHalfOf({ vault, staker }: VaultMarket): Promise<bigint> {
  await vault.connect(staker).requestRedeem((DEPOSIT * 1_000n) / 2n, staker, staker);
  return (await currentWindow()) + 1n;
}

/** Lets a window begin, take its price down, and end. */
export async function passWindowOf({ vault }: VaultMarket, id: bigint): Promise<void> {
  await goToWindow(id);
  await vault.rebalance();
  await goToWindow(id + 1n);
}

/** Waits until no vote can give back what was lost. */
export async function waitForVotes(): Promise<void> {
  await time.increase(30n * 86_400n);
}
