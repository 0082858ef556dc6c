import { checkTimeOf, windowOf } from "../jobs/terms";
import { TermsClass } from "../types/order";
import { ZERO_ADDRESS, sameHex } from "../types/address";
import { unless } from "./problem";
import { fastPriceCap, leastBond } from "./terms";
import type { Address } from "../types/address";
import type { Ask, Bid } from "../types/order";
import type { Problem } from "./problem";
import type { VerifierTerms } from "./terms";

/** What the chain says that decides whether two orders fit. */
export interface FitContext {
  /** Of the ask's token and verifier. */
  readonly terms: VerifierTerms;
  /** Who operates the GPU that the ask names; zero if it names none. */
  readonly operator: Address;
  /** Whether all units are delivered with the fill; without a verifier that needs no bond. */
  readonly atOnce: boolean;
}

/**
 * Every reason why an ask and a bid would not fit each other or the terms of the market, in the order
 * in which the order book looks at them; signatures, nonces and money are not looked at. Pure.
 */
export function fitProblems(ask: Ask, bid: Bid, context: FitContext): Problem[] {
  const { terms } = context;
  return [
    ...pairProblems(ask, bid, context.operator),
    ...unless(terms.listed, "MarketTermsNotListed", { token: ask.token, verifier: ask.verifier }),
    ...(terms.listed ? bondProblems(ask, bid, context) : []),
    ...(terms.listed && !isNone(ask.verifier) ? classProblems(ask, bid, terms) : []),
  ];
}

/** What the provider puts up, in payment-token units: nothing if the job ends as it opens. */
export function bondOf(ask: Ask, bid: Bid, atOnce: boolean): bigint {
  return atOnce && isNone(ask.verifier) ? 0n : ask.unitBond * bid.units;
}

function pairProblems(ask: Ask, bid: Bid, operator: Address): Problem[] {
  const { provider, gpuId, turnaround, cancelShareBps } = ask;
  const anyProvider = isNone(bid.provider);
  const inTime = turnaround !== 0n && turnaround <= bid.maxTurnaround;
  return [
    ...same("OrderBookModelMismatch", ask.modelId, bid.modelId),
    ...same("OrderBookTokenMismatch", ask.token, bid.token),
    ...same("OrderBookVerifierMismatch", ask.verifier, bid.verifier),
    ...unless(ask.termsClass === bid.termsClass, "OrderBookClassMismatch", {
      asked: ask.termsClass,
      bid: bid.termsClass,
    }),
    ...unless(anyProvider || sameHex(bid.provider, provider), "OrderBookProviderMismatch", {
      provider,
      wanted: bid.provider,
    }),
    ...unless(!anyProvider || !isNone(bid.verifier), "OrderBookProviderUnnamed"),
    ...unless(bid.gpuId === gpuId || bid.gpuId === 0n, "OrderBookGpuMismatch", {
      gpuId,
      wanted: bid.gpuId,
    }),
    ...unless(gpuId === 0n || sameHex(operator, provider), "OrderBookNotOperator", {
      provider,
      gpuId,
    }),
    ...unless(ask.unitPrice <= bid.maxUnitPrice, "OrderBookPriceTooHigh", {
      price: ask.unitPrice,
      highest: bid.maxUnitPrice,
    }),
    ...unless(ask.unitBond >= bid.minUnitBond, "OrderBookUnitBondTooLow", {
      bond: ask.unitBond,
      lowest: bid.minUnitBond,
    }),
    ...unless(inTime, "OrderBookInvalidTurnaround", { turnaround, longest: bid.maxTurnaround }),
    ...unless(cancelShareBps <= 10_000n, "OrderBookInvalidShare", { shareBps: cancelShareBps }),
    ...unless(!isNone(ask.worker), "OrderBookWorkerUnnamed"),
    ...unless(bid.units !== 0n, "OrderBookNoUnits"),
  ];
}

function bondProblems(ask: Ask, bid: Bid, { atOnce, terms }: FitContext): Problem[] {
  if (atOnce && isNone(ask.verifier)) return [];
  const bond = ask.unitBond * bid.units;
  const least = leastBond(terms, ask.verifier, ask.termsClass, ask.unitPrice * bid.units);
  return unless(bond >= least, "OrderBookBondTooLow", { bond, least });
}

function classProblems(ask: Ask, bid: Bid, terms: VerifierTerms): Problem[] {
  const price = ask.unitPrice * bid.units;
  const checkTime = checkTimeOf(bid.modelId, bid.units, bid.chained);
  const window = windowOf(bid.termsClass);
  const highest = fastPriceCap(terms);
  const dear = bid.termsClass === TermsClass.Fast && price > highest;
  return [
    ...unless(checkTime <= window, "OrderBookClassTooShort", { checkTime, window }),
    ...unless(!dear, "OrderBookFastPriceTooHigh", { price, highest }),
  ];
}

function same(errorName: string, asked: string, bid: string): Problem[] {
  return unless(sameHex(asked, bid), errorName, { asked, bid });
}

function isNone(address: Address): boolean {
  return sameHex(address, ZERO_ADDRESS);
}
