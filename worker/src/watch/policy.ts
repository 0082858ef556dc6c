import { JobStatus, sameHex, workOf } from "../../../sdk/src/index";
import type { Address, Job, RandomBelow } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Which deliveries are checked. */
export interface ChoicePolicy {
  readonly verifier: Address;
  readonly models: ReadonlySet<Hex>;
  /** Tokens in which bonds may be posted. */
  readonly tokens: readonly Address[];
  /** Of deliveries, from 0 to 100. */
  readonly sharePercent: number;
  /** Providers all of whose deliveries are checked. */
  readonly providers: readonly Address[];
  /** Most multiply-accumulates that a check may run. */
  readonly mostWork: bigint;
}

/** Why a delivery is not checked. */
export type Passed = "verifier" | "ended" | "model" | "token" | "units" | "work" | "share";

/** The units to check, and one of them; or why there are none. */
export type Choice =
  { readonly units: readonly number[]; readonly sample: number } | { readonly passed: Passed };

const PERMYRIAD = 10_000;
/** Units of a job beyond which nobody could fetch the lists of its inputs and outputs. */
const MOST_UNITS = 2n ** 32n;
/** Units of one check, at most. */
const MOST_CHECKED = 4_096n;

/** Chooses what to check of a delivered job; `ended` if it is over. */
export function choose(
  job: Job,
  ended: boolean,
  policy: ChoicePolicy,
  random: RandomBelow,
): Choice {
  const { verifier, models, tokens, providers, sharePercent, mostWork } = policy;
  if (!sameHex(job.verifier, verifier)) return { passed: "verifier" };
  if (ended || job.status !== JobStatus.Delivered) return { passed: "ended" };
  if (!models.has(job.modelId)) return { passed: "model" };
  if (!includes(tokens, job.token)) return { passed: "token" };
  if (job.units > MOST_UNITS) return { passed: "units" };
  const fitting = mostWork / workOf(job.modelId);
  if (fitting === 0n) return { passed: "work" };
  const chosen = includes(providers, job.provider) || random(PERMYRIAD) < sharePercent * 100;
  if (!chosen) return { passed: "share" };
  const count = [job.units, fitting, MOST_CHECKED].reduce((a, b) => (a < b ? a : b));
  const units = job.chained
    ? firstUnits(Number(count))
    : randomUnits(Number(job.units), Number(count), random);
  return { units, sample: units[random(units.length)] };
}

function firstUnits(count: number): number[] {
  return Array.from({ length: count }, (_, unit) => unit);
}

/** `count` different units of `total`, ascending; by Floyd's method, each choice as likely. */
function randomUnits(total: number, count: number, random: RandomBelow): number[] {
  const chosen = new Set<number>();
  for (let last = total - count; last < total; last++) {
    const unit = random(last + 1);
    chosen.add(chosen.has(unit) ? last : unit);
  }
  return [...chosen].sort((a, b) => a - b);
}

function includes(addresses: readonly Address[], address: Address): boolean {
  return addresses.some((each) => sameHex(each, address));
}
