import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { DelegatedSides } from "../../sdk/src/index";
import type { Ask, Bid } from "../../sdk/src/index";
import { WINDOWS, bondOf, openedBy } from "./jobs";
import type { JobRef } from "./jobs";
import { MODEL_ID, askOf, bidOf, deployMarket, signBid } from "./market";
import type { Market } from "./market";

/** What the provider of a staked market has at stake. */
export const STAKE = 1_000_000n;

/** What a bond out of it owes for a year, in basis points. */
export const RENT_BPS = 500n;

/** A market whose provider has a stake, out of which its delegate may bond asks for a mirrored model. */
export async function deployStaked(): Promise<Market> {
  const market = await deployMarket();
  const { escrow, book, provider, delegate, token } = market;
  await escrow.connect(provider).stake(token, STAKE);
  await escrow.connect(provider).setRent(token, RENT_BPS);
  await book
    .connect(provider)
    .setDelegation(delegate, token, DelegatedSides.AsksOnStake, 0n, 2n ** 40n - 1n);
  await book.setMirrored(MODEL_ID, true);
  return market;
}

/** What a bond of a job owes its stake now: rounded up, for turnaround and window at the most. */
export async function rentDue(ref: JobRef, bond = bondOf(ref)): Promise<bigint> {
  const { openedAt, turnaround, termsClass, rentBps } = ref.job;
  const most = turnaround + WINDOWS[Number(termsClass)];
  const elapsed = BigInt(await time.latest()) - openedAt;
  const counted = elapsed < most ? elapsed : most;
  const year = 365n * 86_400n * 10_000n;
  return (bond * rentBps * counted + year - 1n) / year;
}

/** The bond per unit of an ask that a stake bonds: the usual price is a tenth of it. */
export const ON_STAKE: Partial<Ask> = { unitBond: 100_000n };

/** Lets the delegate take the client's signed bid on the provider's stake. */
export async function takeOnStake(market: Market, ask: Partial<Ask> = {}, bid: Partial<Bid> = {}) {
  const { escrow, delegate, client, book } = market;
  const wanted = bidOf(market, { nonce: 1n + (await book.jobCount()), ...bid });
  const offered = askOf(market, { ...ON_STAKE, ...ask });
  const signature = await signBid(market, wanted, client);
  return escrow.connect(delegate).fill(offered, "0x", wanted, signature);
}

/** The job that the usual take opens. */
export async function takenOnStake(market: Market): Promise<JobRef> {
  return openedBy(market, await takeOnStake(market));
}

/** Checks the provider's stake, and what rents it is owed. */
export async function expectStake(
  { escrow, provider, token }: Market,
  free: bigint,
  locked: bigint,
  rent = 0n,
  suspended = false,
): Promise<void> {
  const stored = [free, locked, RENT_BPS, suspended];
  expect(await escrow.stakeOf(provider, token)).to.deep.equal(stored);
  expect(await escrow.rentOwed(provider, token)).to.equal(rent);
}
