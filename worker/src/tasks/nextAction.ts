import { jobOf } from "./task";
import type { Ending, JobView, LocalAction, Task, TxAction } from "./task";

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

/**
 * The next step of a task at `now` (seconds since 1970). Pure. A transaction once begun is followed
 * to its end first; what is on the chain is known from confirmed events only. `reserve` is the
 * number of seconds before the deadline kept for delivering (at most a tenth of the turnaround).
 */
export function nextAction(task: Task, now: number, reserve: number): Action {
  if (task.ending !== undefined) return { kind: "none" };
  if (task.intent !== undefined) return { kind: task.intent };
  const view = jobOf(task);
  const action = view === undefined ? beforeJob(task, now) : withJob(task, view, now, reserve);
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
  if (BigInt(now) > task.fillBy) return { kind: "finish", ending: "expired" };
  if (task.inputs !== undefined) return { kind: "fill" };
  const hopeless = task.failure?.retryable === false || task.failures >= MAX_FETCH_FAILURES;
  return hopeless ? { kind: "finish", ending: "inputs" } : { kind: "fetchInputs" };
}

function withJob(task: Task, view: JobView, now: number, reserve: number): Action {
  if (view.status === "open") return whileOpen(task, view, now, reserve);
  const work = publishing(task, view);
  if (work !== undefined) return { kind: work };
  if (view.status !== "delivered") return { kind: "finish", ending: view.status };
  const end = view.delivery?.contestableUntil;
  if (view.frozen || end === undefined) return ASLEEP;
  return BigInt(now) > end ? once(task, "settle") : { kind: "wait", until: Number(end) + 1 };
}

function whileOpen(task: Task, { job }: JobView, now: number, reserve: number): Action {
  if (BigInt(now) > job.deadline) return once(task, "expire");
  if (BigInt(task.outputs.length) === job.units) return once(task, "deliver");
  const tenth = Number(task.ask.turnaround / 10n);
  const late = BigInt(now + Math.min(reserve, tenth)) > job.deadline;
  if (late || cannotRun(task)) return once(task, task.outputs.length > 0 ? "deliver" : "handBack");
  return { kind: task.inputs === undefined ? "fetchInputs" : "run" };
}

function cannotRun({ failure, failures }: Task): boolean {
  return failure !== undefined && (!failure.retryable || failures >= MAX_RUN_FAILURES);
}

/** What is left to do until the delivered outputs are public; they are made anew if they got lost. */
function publishing(task: Task, { delivery }: JobView): LocalAction | undefined {
  if (delivery === undefined || task.published || cannotRun(task)) return undefined;
  if (BigInt(task.outputs.length) >= delivery.units) return "publish";
  return task.inputs === undefined ? "fetchInputs" : "run";
}

/** A confirmed transaction is not made again; its event is on the way. */
function once({ last }: Task, action: TxAction): Action {
  const done = last?.action === action && last.result.kind === "confirmed";
  return done ? ASLEEP : { kind: action };
}
