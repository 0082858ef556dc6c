import { listRoot } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";
import type { Job } from "../../../sdk/src/index";

/** How a check ended. */
export type CheckResult =
  /** What was run is what was delivered. */
  | "right"
  /** The challenge was won, or lost. */
  | "won"
  | "lost"
  /** Outputs are not to be had, and the policy is to let it be. */
  | "withheld"
  /** Inputs were not to be had. */
  | "unavailable"
  /** The window was over before a challenge was made. */
  | "late"
  /** The job ended, or is no longer what was delivered. */
  | "gone";

/** How a delivery is challenged. */
export interface Challenge {
  /** The unit to begin at, where all claimed outputs are known; else the game begins at their root. */
  readonly unit?: number;
  /** Whether nothing is known to be false, so that the game goes to the sample only. */
  readonly sampled: boolean;
}

/** All that is known of a delivery that is checked. */
export interface Check {
  readonly jobId: bigint;
  /** What was delivered, and the block in which it was. */
  readonly outputRoot: Hex;
  readonly block: number;
  /** The units to run, ascending; of a chained job the first ones. */
  readonly units: readonly number[];
  /** One of them, for a game that must choose one. */
  readonly sample: number;
  /** Ids of the inputs of all units asked; of a chained job, of unit 0. */
  readonly inputs?: readonly Hex[];
  /** Ids of own outputs so far, in the order of `units`. */
  readonly outputs: readonly Hex[];
  /** Ids of all outputs as they were published. */
  readonly claims?: readonly Hex[];
  /** Written before the transaction is made. */
  readonly challenge?: Challenge;
  /** Failures since the last progress, and when to try again, in milliseconds since 1970. */
  readonly failures: number;
  readonly retryAt: number;
  readonly result?: CheckResult;
  /** Milliseconds since 1970. */
  readonly endedAt?: number;
}

/** What is known so far of a delivery. */
export type Verdict =
  | { readonly kind: "right" }
  /** Something is false: this unit, or it is not known which. */
  | { readonly kind: "wrong"; readonly unit?: number }
  /** What was run does not say. */
  | { readonly kind: "open" };

/** A check of a new delivery. */
export function openCheck(
  delivery: Pick<Check, "jobId" | "outputRoot" | "block">,
  units: readonly number[],
  sample: number,
): Check {
  return { ...delivery, units, sample, outputs: [], failures: 0, retryAt: 0 };
}

/** Own outputs by unit. */
export function ownOutputs({ units, outputs }: Check): Map<number, Hex> {
  return new Map(outputs.map((id, i) => [units[i], id]));
}

/** Compares what was run with what was delivered. */
export function judge(check: Check, { units }: Pick<Job, "units">): Verdict {
  const { outputs, outputRoot, claims } = check;
  const all = BigInt(outputs.length) === units;
  if (all && listRoot(outputs) === outputRoot) return { kind: "right" };
  if (claims !== undefined) {
    const unit = check.units.find((each, i) => outputs[i] !== claims[each]);
    return unit === undefined ? { kind: "right" } : { kind: "wrong", unit };
  }
  return all ? { kind: "wrong" } : { kind: "open" };
}
