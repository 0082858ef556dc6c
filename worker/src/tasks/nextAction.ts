import { jobOf, pendingDemand } from "./task";
import type { Ending, LocalAction, Task, TxAction } from "./task";
import { JobStatus, contestableUntil, deadlineOf, frozenUntil } from "../../../sdk/src/index";
import type { Job, JobEnd, JobRecord } from "../../../sdk/src/index";

/** What to do next for a bid. */
export type Action =
  | { readonly kind: LocalAction | TxAction }
  | { readonly kind: "finish"; readonly ending: Ending }
  /** Nothing before `until` (seconds since 1970) unless something happens; 0 if only that can. */
  | { readonly kind: "wait"; readonly until: number }
  | { readonly kind: "none" };

/** Fetches in a row that may fail before a bid is given up. */
export const MAX_FETCH_FAILURES = 5;
/** Runs in a row that may fail before a job is ended early. */
export const MAX_RUN_FAILURES = 3;

const ASLEEP: Action = { kind: "wait", until: 0 };

const ENDINGS: Record<JobEnd["name"], Ending> = {
  JobSettled: "settled",
  JobSlashed: "slashed",
  JobCancelled: "closed",
  JobHandedBack: "closed",
  JobExpired: "closed",
};

/**
 * The next step of a task at `now` (seconds since 1970). Pure. A transaction once begun is followed
 * to its end first; what is on the chain is known from confirmed events only. `reserve` is the
 * number of seconds before the deadline kept for delivering (at most a tenth of the turnaround).
 */
export function nextAction(task: Task, now: number, reserve: number): Action {
  if (task.ending !== undefined) return { kind: "none" };
  if (task.intent !== undefined) return { kind: task.intent };
  const record = jobOf(task);
  const action = record === undefined ? beforeJob(task, now) : withJob(task, record, now, reserve);
  const waits = action.kind === "wait" || action.kind === "finish";
  if (waits || now * 1000 >= task.retryAt) return action;
  return { kind: "wait", until: Math.ceil(task.retryAt / 1000) };
}

function beforeJob(task: Task, now: number): Action {
  const { last } = task;
  if (last?.action === "fill") {
    if (last.result.kind === "confirmed") return ASLEEP;
    if (last.result.kind === "refused" || last.result.kind === "reverted") {
      return { kind: "finish", ending: "refused" };
    }
  }
  if (BigInt(now) > task.offer.bid.expiry) return { kind: "finish", ending: "expired" };
  // whoever has a signed ask fills it
  if (task.ask.nonce !== 0n) return ASLEEP;
  if (task.inputs !== undefined) return { kind: "fill" };
  const hopeless = task.failure?.retryable === false || task.failures >= MAX_FETCH_FAILURES;
  return hopeless ? { kind: "finish", ending: "inputs" } : { kind: "fetchInputs" };
}

function withJob(task: Task, record: JobRecord, now: number, reserve: number): Action {
  const { job, end } = record;
  if (job.status === JobStatus.Delivered) return afterDelivery(task, record, now);
  if (end !== undefined) return { kind: "finish", ending: ENDINGS[end.name] };
  const deadline = deadlineOf(job);
  if (BigInt(now) > deadline) return once(task, record, "expire");
  if (BigInt(task.outputs.length) === job.units) return once(task, record, "deliver");
  const kept = Math.min(reserve, Number(job.turnaround / 10n));
  if (BigInt(now + kept) > deadline || cannotRun(task)) {
    return once(task, record, task.outputs.length > 0 ? "deliver" : "handBack");
  }
  return { kind: remaking(task) };
}

function afterDelivery(task: Task, record: JobRecord, now: number): Action {
  const { job, end } = record;
  if (end === undefined && job.demands !== 0n) return answering(task, record, now);
  if (!task.published && !cannotRun(task)) {
    return { kind: hasOutputs(task, job) ? "publish" : remaking(task) };
  }
  if (end !== undefined) return { kind: "finish", ending: ENDINGS[end.name] };
  // whoever is challenged needs what it ran on, and what came out
  if (job.frozen && !hasOutputs(task, job) && !cannotRun(task)) return { kind: remaking(task) };
  const until = job.frozen ? frozenUntil(job) : contestableUntil(job);
  if (BigInt(now) > until) return once(task, record, "settle");
  return { kind: "wait", until: Number(until) + 1 };
}

/** A demand is answered in time or brought to its end, since the job does not settle before. */
function answering(task: Task, record: JobRecord, now: number): Action {
  const demand = pendingDemand(task);
  if (demand === undefined) return ASLEEP;
  if (BigInt(now) > demand.answerBy) return once(task, record, "lapseDemand");
  if (hasOutputs(task, record.job)) return once(task, record, "showOutput");
  const until = Number(demand.answerBy) + 1;
  return cannotRun(task) ? { kind: "wait", until } : { kind: remaking(task) };
}

function hasOutputs(task: Task, job: Job): boolean {
  return BigInt(task.outputs.length) >= job.units;
}

function cannotRun({ failure, failures }: Task): boolean {
  return failure !== undefined && (!failure.retryable || failures >= MAX_RUN_FAILURES);
}

/** The next step towards outputs that are not there, or not any more. */
function remaking(task: Task): LocalAction {
  return task.inputs === undefined ? "fetchInputs" : "run";
}

/** A transaction is not made again while the event of a confirmed one is still on its way. */
function once({ last }: Task, { updatedIn }: JobRecord, action: TxAction): Action {
  const unseen =
    last?.action === action &&
    last.result.kind === "confirmed" &&
    last.result.block > updatedIn.blockNumber;
  return unseen ? ASLEEP : { kind: action };
}
