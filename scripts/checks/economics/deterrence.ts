import { ceilDiv } from "../../../sdk/src/index";

const FULL_BPS = 10_000n;

/**
 * The least bond, in payment-token units, at which a lie does not pay that is found with this
 * probability, in basis points: a liar that is found keeps a tenth of the bond at the best, as its own
 * challenger. With an approval it keeps the price, too.
 */
export function deterringBond(price: bigint, probabilityBps: bigint, approved: boolean): bigint {
  const unfound = approved ? FULL_BPS : FULL_BPS - probabilityBps;
  return ceilDiv(price * unfound * 10n, probabilityBps * 9n);
}

/** What a lie brings on average, times 10,000, if it is found with this probability in basis points. */
export function expectation(probabilityBps: bigint, unfound: bigint, found: bigint): bigint {
  return (FULL_BPS - probabilityBps) * unfound + probabilityBps * found;
}

/** The probability that a sample of `sampled` of `units` units holds one of `false_` that are false. */
export function probabilityOfFinding(units: number, sampled: number, false_: number): number {
  let missed = 1;
  for (let i = 0; i < sampled; i++) missed *= Math.max(0, units - false_ - i) / (units - i);
  return 1 - missed;
}
