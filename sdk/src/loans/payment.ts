import { InputError } from "../errors/errors";
import { ceilDiv } from "../jobs/terms";

/** A twelfth of a year of 365 days, in seconds. */
export const LOAN_PERIOD = (365n * 86_400n) / 12n;

const SCALE = 112n;
const ONE = 1n << SCALE;
const YEAR_PERIODS_BPS = 120_000n;
const [RATE_CAP_BPS, PAYMENTS_CAP] = [10_000n, 120n];

/** What a level payment depends on. */
export interface LevelPaymentTerms {
  /** Payment-token units. */
  readonly principal: bigint;
  /** Interest for a year of 365 days, in basis points; at most 10,000. */
  readonly rateBps: bigint;
  /** One at the end of each period; 1 to 120. */
  readonly payments: bigint;
}

/**
 * The payment that, made at the end of each period, repays a loan with interest, in payment-token
 * units: to the unit what the contract computes. Throws `InputError` for terms out of range.
 *
 * @example
 * const payment = levelPayment({ principal: 1_000_000_000n, rateBps: 1_000n, payments: 36n });
 */
export function levelPayment({ principal, rateBps, payments }: LevelPaymentTerms): bigint {
  if (principal < 0n || principal >= ONE) throw new InputError("a principal is below 2^112");
  if (rateBps < 0n || rateBps > RATE_CAP_BPS) throw new InputError("a rate is at most 10,000");
  if (payments < 1n || payments > PAYMENTS_CAP) throw new InputError("there are 1 to 120 payments");
  if (rateBps === 0n) return ceilDiv(principal, payments);
  const power = powerOf(ONE + (ONE * rateBps) / YEAR_PERIODS_BPS, payments);
  return ceilDiv(principal * power * rateBps, (power - ONE) * YEAR_PERIODS_BPS);
}

/** Rounds down at the same steps as the contract. */
function powerOf(base: bigint, exponent: bigint): bigint {
  let power = ONE;
  for (let [square, left] = [base, exponent]; left !== 0n; left >>= 1n) {
    if (left & 1n) power = (power * square) >> SCALE;
    square = (square * square) >> SCALE;
  }
  return power;
}
