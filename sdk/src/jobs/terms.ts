import type { TermsClass } from "../types/order";
import type { Hex } from "../../../tensor/src/index";
import type { Job } from "../types/job";

const WINDOWS: Record<`${TermsClass}`, bigint> = { "0": 1_800n, "1": 21_600n, "2": 86_400n };
const CLOCKS: Record<`${TermsClass}`, bigint> = { "0": 10_800n, "1": 43_200n, "2": 302_400n };
const SLOW_MACS_PER_SECOND = 200_000_000n;
const SLOW_TRACE_BYTES_PER_SECOND = 20_000_000n;
const CHECKED_UNITS = 64n;
const DAY = 86_400n;

/** The time after a delivery within which it can be challenged, in seconds. */
export function windowOf(termsClass: TermsClass): bigint {
  return WINDOWS[`${termsClass}`];
}

/** The time each side of a dispute has for all its moves together, in seconds. */
export function clockOf(termsClass: TermsClass): bigint {
  return CLOCKS[`${termsClass}`];
}

/** The time a slow checker needs for a job, in seconds, rounded up. */
export function checkTimeOf(modelId: Hex, units: bigint, chained: boolean): bigint {
  const n = chained || units < CHECKED_UNITS ? units : CHECKED_UNITS;
  return (
    ceilDiv(workOf(modelId) * n, SLOW_MACS_PER_SECOND) +
    ceilDiv(traceBytesOf(modelId) * n, SLOW_TRACE_BYTES_PER_SECOND)
  );
}

/** The work of one unit of a model, in multiply-accumulates. */
export function workOf(modelId: Hex): bigint {
  return (BigInt(modelId) >> 40n) & (2n ** 56n - 1n);
}

/** The trace of one unit of a model, in bytes. */
export function traceBytesOf(modelId: Hex): bigint {
  return BigInt(modelId) & (2n ** 40n - 1n);
}

/** The price of all units, in payment-token units. */
export function totalPriceOf(job: Pick<Job, "unitPrice" | "units">): bigint {
  return job.unitPrice * job.units;
}

/** The bond of all units, in payment-token units. */
export function totalBondOf(job: Pick<Job, "unitBond" | "units">): bigint {
  return job.unitBond * job.units;
}

/** The last second at which a job can be delivered, cancelled or handed back. */
export function deadlineOf(job: Pick<Job, "openedAt" | "turnaround">): bigint {
  return job.openedAt + job.turnaround;
}

/** The last second at which a delivery can be challenged. */
export function contestableUntil(job: Pick<Job, "deliveredAt" | "termsClass">): bigint {
  return job.deliveredAt + windowOf(job.termsClass);
}

/** The last second at which a frozen job waits for its verifier. */
export function frozenUntil(job: Pick<Job, "deliveredAt" | "termsClass" | "longestGame">): bigint {
  return contestableUntil(job) + disputeTime(job.longestGame);
}

/** What disputes may add to a job's window at the most, in seconds. */
export function disputeTime(longestGame: bigint): bigint {
  const quarter = longestGame / 4n;
  return longestGame + (quarter > DAY ? quarter : DAY);
}

/** A quotient, rounded up. */
export function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}
