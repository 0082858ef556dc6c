import { ceilDiv, windowOf } from "../jobs/terms";
import { ZERO_ADDRESS, sameHex } from "../types/address";
import { unless } from "./problem";
import type { Ask } from "../types/order";
import type { Problem } from "./problem";

/** What is known of the stake behind an ask. Amounts are payment-token units. */
export interface StakeContext {
  readonly free: bigint;
  /** What a bond owes for a year of 365 days, in basis points of it. */
  readonly rentBps: bigint;
  /** Whether it bonds no jobs until its account resumes it. */
  readonly suspended: boolean;
  /** Whether the ask's model is on the list of mirrored ones. */
  readonly mirrored: boolean;
}

const YEAR_BPS = 365n * 86_400n * 10_000n;
/** The longest turnaround of a job that a stake bonds, in seconds. */
const TURNAROUND_CAP = 14n * 86_400n;
/** A price is at most a tenth of a bond out of a stake. */
const PRICE_PART = 10n;

/**
 * What a bond owes its provider's stake after so many seconds, in payment-token units, rounded up: its yearly
 * share for that time, at most for turnaround and window, and for both by default. The same rule as `Stakes.sol`.
 */
export function rentOf(
  { turnaround, termsClass }: Pick<Ask, "turnaround" | "termsClass">,
  bond: bigint,
  rentBps: bigint,
  elapsed?: bigint,
): bigint {
  const most = turnaround + windowOf(termsClass);
  const time = elapsed === undefined || elapsed > most ? most : elapsed;
  return ceilDiv(bond * rentBps * time, YEAR_BPS);
}

/** Why an ask may not be bonded out of a stake whatever is in it; pure. */
export function checkableProblems(
  { verifier, modelId }: Ask,
  { mirrored }: StakeContext,
): Problem[] {
  return [
    ...unless(!sameHex(verifier, ZERO_ADDRESS), "OrderBookVerifierUnnamed"),
    ...unless(mirrored, "OrderBookNotMirrored", { modelId }),
  ];
}

/** Why a stake would not bond so many units of an ask; pure. */
export function stakeProblems(ask: Ask, units: bigint, stake: StakeContext): Problem[] {
  const { provider: account, token, turnaround } = ask;
  const [price, bond] = [ask.unitPrice * units, ask.unitBond * units];
  const [rent, cap] = [rentOf(ask, bond, stake.rentBps), bond / PRICE_PART];
  return [
    ...unless(!stake.suspended, "StakesSuspended", { account, token }),
    ...unless(bond <= stake.free, "StakesTooLow", {
      account,
      token,
      needed: bond,
      free: stake.free,
    }),
    ...unless(turnaround <= TURNAROUND_CAP, "StakesTooLong", {
      account,
      turnaround,
      cap: TURNAROUND_CAP,
    }),
    ...unless(rent <= price, "StakesRentTooHigh", { account, rent, price }),
    ...unless(price <= cap, "StakesPriceTooHigh", { account, price, cap }),
  ];
}
