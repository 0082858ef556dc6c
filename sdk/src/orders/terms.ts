import { ceilDiv } from "../jobs/terms";
import { TermsClass } from "../types/order";
import { ZERO_ADDRESS, sameHex } from "../types/address";
import type { Address } from "../types/address";

/** What jobs that pay in one token and name one verifier must satisfy. */
export interface VerifierTerms {
  readonly listed: boolean;
  /** Floors and cap are multiples of `2 ** scale` payment-token units. */
  readonly scale: bigint;
  /** Least bond, as a share of the price in basis points. */
  readonly bondMultipleBps: bigint;
  /** Longest games, in seconds. */
  readonly longestGameFast: bigint;
  readonly longestGameStandard: bigint;
  readonly longestGameHigh: bigint;
  readonly bondFloorFast: bigint;
  readonly bondFloorStandard: bigint;
  readonly bondFloorHigh: bigint;
  readonly fastPriceCap: bigint;
}

const FULL_SHARE_BPS = 10_000n;
const FILLER_SHARE_BPS = 100n;

/** The least bond of a job with this price, in payment-token units. */
export function leastBond(
  terms: VerifierTerms,
  verifier: Address,
  termsClass: TermsClass,
  price: bigint,
): bigint {
  if (sameHex(verifier, ZERO_ADDRESS)) return price;
  return largest(bpsUp(price, terms.bondMultipleBps), bondFloor(terms, termsClass));
}

/** The least bond of a job of this class whatever its price, in payment-token units. */
export function bondFloor(terms: VerifierTerms, termsClass: TermsClass): bigint {
  const { bondFloorFast, bondFloorStandard, bondFloorHigh, scale } = terms;
  return byClass(termsClass, bondFloorFast, bondFloorStandard, bondFloorHigh) << scale;
}

/** The highest price of a job of the fast class, in payment-token units. */
export function fastPriceCap(terms: VerifierTerms): bigint {
  return terms.fastPriceCap << terms.scale;
}

/** The longest game about a job of this class, in seconds. */
export function longestGame(terms: VerifierTerms, termsClass: TermsClass): bigint {
  const { longestGameFast, longestGameStandard, longestGameHigh } = terms;
  return byClass(termsClass, longestGameFast, longestGameStandard, longestGameHigh);
}

/** What a cancelling client pays at the least, in payment-token units. */
export function leastCancelShare(
  price: bigint,
  cancelShareBps: bigint,
  clientFills: boolean,
): bigint {
  return largest(bpsUp(price, cancelShareBps), clientFills ? bpsUp(price, FILLER_SHARE_BPS) : 0n);
}

/** `amount × bps / 10,000`, rounded up. */
export function bpsUp(amount: bigint, bps: bigint): bigint {
  return ceilDiv(amount * bps, FULL_SHARE_BPS);
}

function byClass<Value>(termsClass: TermsClass, fast: Value, standard: Value, high: Value): Value {
  if (termsClass === TermsClass.Fast) return fast;
  return termsClass === TermsClass.Standard ? standard : high;
}

function largest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
