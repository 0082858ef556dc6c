import { ceilDiv } from "../jobs/terms";

/** Live games of a job from which on a challenge bonds as much as the job did. */
export const CROWD = 64n;

/** What the bond of a challenge follows from. Amounts are payment-token units. */
export interface ChallengeBondBasis {
  /** The job's price. */
  readonly price: bigint;
  /** The job's bond. */
  readonly bond: bigint;
  /** The least bond of a job of its class, as it is listed now. */
  readonly floor: bigint;
  /** Live games of the job. */
  readonly live: bigint;
}

/** The bond of a challenge, in payment-token units, rounded up. The same rule as `ChallengeBond.sol`. */
export function challengeBondOf({ price, bond, floor, live }: ChallengeBondBasis): bigint {
  const least = ceilDiv(floor < bond ? floor : bond, 20n);
  const share = ceilDiv(price + bond, 200n);
  const base = least > share ? least : share;
  const doublings = live / 4n;
  const raised = base << (doublings < 2n ? doublings : 2n);
  return live >= CROWD && bond > raised ? bond : raised;
}

/** What a challenge that failed pays for the worker's answers, in payment-token units, rounded down. */
export function answerFees(challengeBond: bigint, answers: bigint): bigint {
  return (challengeBond * answers) / 32n;
}

/** What a proven lie pays to challengers, in payment-token units, rounded down. */
export function challengersShare(jobBond: bigint): bigint {
  return jobBond / 10n;
}
