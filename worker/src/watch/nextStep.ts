import { judge } from "./check";
import type { Challenge, Check, CheckResult } from "./check";
import type { LiveGame } from "../chain/disputes";
import { JobStatus, contestableUntil, sameHex, windowOf } from "../../../sdk/src/index";
import type { Job, JobRecord } from "../../../sdk/src/index";

/** What to do where outputs are withheld and what was run does not decide. */
export type WithheldPolicy = "challenge" | "demand" | "ignore";

/** How checks go on. */
export interface StepPolicy {
  readonly withheld: WithheldPolicy;
  /** Seconds after a delivery in which its outputs may still be published. */
  readonly patience: number;
  /** Seconds before the end of a window that are kept for challenging; at most a quarter of it. */
  readonly reserve: number;
}

/** What became of the piece that was demanded. */
export type DemandState =
  | { readonly kind: "open"; readonly answerBy: bigint }
  | { readonly kind: "shown"; readonly right: boolean }
  | { readonly kind: "over" };

/** What the chain says of a check's job. */
export interface CheckView {
  /** Undefined if there is no such job any more. */
  readonly record?: JobRecord;
  /** The watcher's own games about it, and those of them that are live. */
  readonly games: number;
  readonly seats: readonly LiveGame[];
  /** What came of them, once their ends are final. */
  readonly result?: "won" | "lost";
  /** Undefined unless the watcher demanded a piece. */
  readonly demand?: DemandState;
}

/** The next step of a check. */
export type Step =
  | { readonly kind: "fetchInputs" | "run" | "fetchClaims" }
  | { readonly kind: "demand" | "lapse" }
  | { readonly kind: "challenge"; readonly challenge: Challenge }
  | { readonly kind: "finish"; readonly result: CheckResult }
  | { readonly kind: "wait" };

const WAIT: Step = { kind: "wait" };

/** What to do next about a check at `now` (seconds since 1970). Pure. */
export function nextStep(check: Check, view: CheckView, now: number, policy: StepPolicy): Step {
  const { record, demand } = view;
  const ended = record === undefined || record.end !== undefined || !isSame(check, record);
  if (!ended && demand?.kind === "open" && BigInt(now) > demand.answerBy) return { kind: "lapse" };
  if (view.games > 0) return challenged(check, view);
  if (ended) return finish("gone");
  const until = contestableUntil(record.job);
  if (BigInt(now) > until) {
    if (demand?.kind === "open") return WAIT;
    return finish(check.inputs === undefined ? "unavailable" : "late");
  }
  if (check.challenge !== undefined) return { kind: "challenge", challenge: check.challenge };
  const kept = Math.min(policy.reserve, Number(windowOf(record.job.termsClass)) / 4);
  return checking(check, view, record.job, { now, closing: Number(until) - kept }, policy);
}

/** Whoever plays needs what it ran on, and what came out. */
function challenged(check: Check, { seats, result }: CheckView): Step {
  if (seats.length === 0) return result === undefined ? WAIT : finish(result);
  if (check.inputs === undefined) return { kind: "fetchInputs" };
  return check.outputs.length < check.units.length ? { kind: "run" } : WAIT;
}

interface Times {
  readonly now: number;
  /** From then on only what leads to a challenge is done. */
  readonly closing: number;
}

function checking(
  check: Check,
  view: CheckView,
  job: Job,
  { now, closing }: Times,
  policy: StepPolicy,
): Step {
  if (check.inputs === undefined) {
    return now < closing ? { kind: "fetchInputs" } : finish("unavailable");
  }
  if (check.outputs.length < check.units.length) return { kind: "run" };
  const verdict = judge(check, job);
  if (verdict.kind === "right") return finish("right");
  const published = Math.min(Number(job.deliveredAt) + policy.patience, closing);
  if (check.claims === undefined && now < published) return { kind: "fetchClaims" };
  if (verdict.kind === "wrong") {
    return { kind: "challenge", challenge: { unit: verdict.unit, sampled: false } };
  }
  return withheld(view, { now, closing }, policy);
}

/** Outputs are not to be had, and what was run is not all of them. */
function withheld({ demand }: CheckView, { now, closing }: Times, policy: StepPolicy): Step {
  if (policy.withheld === "ignore") return finish("withheld");
  const sample: Step = { kind: "challenge", challenge: { sampled: true } };
  if (policy.withheld === "challenge" || demand?.kind === "over") return sample;
  if (demand?.kind === "shown") return demand.right ? finish("right") : sample;
  // an answer may come when the window is over: too late to challenge it
  if (now >= closing) return sample;
  return demand === undefined ? { kind: "demand" } : WAIT;
}

/** Whether a job is still the delivery that a check is about. */
export function isSame({ outputRoot }: Check, { job }: JobRecord): boolean {
  return job.status === JobStatus.Delivered && sameHex(job.outputRoot, outputRoot);
}

function finish(result: CheckResult): Step {
  return { kind: "finish", result };
}
