import { ZERO_ADDRESS, sameHex } from "../types/address";
import { askProblems, bidProblems, delegateOf, isOnStake } from "./authority";
import { fitProblems } from "./fit";
import { moneyProblems } from "./money";
import { unless } from "./problem";
import { checkableProblems, stakeProblems } from "./stake";
import { bpsUp } from "./terms";
import type { Address } from "../types/address";
import type { Ask, Bid } from "../types/order";
import type { AuthorityContext } from "./authority";
import type { FitContext } from "./fit";
import type { Purse } from "./money";
import type { Problem } from "./problem";
import type { StakeContext } from "./stake";

/** What decides whether an ask and a bid become a job. */
export interface FillContext extends FitContext {
  readonly escrow: Address;
  readonly ask: AuthorityContext;
  /** Units of the ask that are filled already. */
  readonly filledUnits: bigint;
  readonly bid: AuthorityContext;
  /** The second at which the current or last pause of new jobs ends or ended. */
  readonly pausedUntil: bigint;
  readonly feeBps: bigint;
  /** Of the job that would open. */
  readonly nextId: bigint;
  readonly client: Purse;
  readonly provider: Purse;
  /** Of the provider; of no meaning for other asks than those on it. */
  readonly stake: StakeContext;
}

/**
 * Every reason why an ask and a bid would not become a job, in the order in which the contracts look
 * at them; none = they would. Pure.
 */
export function fillProblems(ask: Ask, bid: Bid, context: FillContext): Problem[] {
  const { caller, now } = context.ask;
  const until = context.pausedUntil;
  const isThird = !isSide(bid.client, context.bid) && !isSide(ask.provider, context.ask);
  return [
    ...unless(!isThird || (ask.open && bid.open), "OrderBookNotOpen", { caller }),
    ...fitProblems(ask, bid, context),
    ...askProblems(ask, bid.units, context.filledUnits, context.ask),
    ...(isOnStake(ask.provider, context.ask) ? checkableProblems(ask, context.stake) : []),
    ...bidProblems(bid, afterAsk(ask, bid, context)),
    ...unless(now >= until, "MarketTermsEntriesPaused", { until }),
    ...(context.atOnce ? deliveryProblems(ask, bid, context) : bondedProblems(ask, bid, context)),
  ];
}

/** Without a verifier nothing is held: the worker is looked at first, and no bond is pulled. */
function deliveryProblems(ask: Ask, bid: Bid, context: FillContext): Problem[] {
  const { caller } = context.ask;
  const authorized = unless(sameHex(caller, ask.worker), "JobsUnauthorized", {
    id: context.nextId,
    caller,
  });
  if (!sameHex(bid.verifier, ZERO_ADDRESS)) {
    return [...bondedProblems(ask, bid, context), ...authorized];
  }
  const price = ask.unitPrice * bid.units;
  const fee = bpsUp(price, context.feeBps);
  const pulls = [fee, price - fee].map((amount) => ({ from: context.client, amount }));
  return [...authorized, ...moneyProblems(context.escrow, BigInt(ask.token), pulls)];
}

function bondedProblems(ask: Ask, bid: Bid, context: FillContext): Problem[] {
  const price = { from: context.client, amount: ask.unitPrice * bid.units };
  const bond = { from: context.provider, amount: ask.unitBond * bid.units };
  const staked = isOnStake(ask.provider, context.ask);
  const pulls = staked ? [price] : [price, bond];
  return [
    ...moneyProblems(context.escrow, BigInt(ask.token), pulls),
    ...(staked ? stakeProblems(ask, bid.units, context.stake) : []),
  ];
}

/** Whether the caller acts for a maker. */
function isSide(maker: Address, { caller, signature }: AuthorityContext): boolean {
  return sameHex(caller, maker) || signature === "0x";
}

/** One delegate of one account on both sides has pulled the bond when the price is pulled. */
function afterAsk(ask: Ask, bid: Bid, context: FillContext): AuthorityContext {
  const { delegation } = context.bid;
  const first = delegateOf(ask.provider, context.ask);
  const second = delegateOf(bid.client, context.bid);
  const same =
    first !== undefined &&
    second !== undefined &&
    sameHex(first, second) &&
    sameHex(ask.provider, bid.client);
  if (!same) return context.bid;
  const pulled = delegation.pulled + context.ask.amount;
  return { ...context.bid, delegation: { ...delegation, pulled } };
}
