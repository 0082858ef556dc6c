import type { AskTerms, Job, JobEvent, Offer } from "../chain/market";
import type { TxOutcome } from "../chain/sender";
import type { Hex } from "../../../tensor/src/index";

/** Actions that send a transaction. */
export type TxAction = "fill" | "deliver" | "handBack" | "expire" | "settle";

/** Actions that only this machine sees. Each may be done again without harm. */
export type LocalAction = "fetchInputs" | "run" | "publish";

/** Why there is nothing left to do for a bid. */
export type Ending = "expired" | "refused" | "inputs" | "settled" | "closed" | "slashed";

/** What the journal says of one bid. */
export type TaskEvent =
  | {
      readonly type: "accepted";
      readonly offer: Offer;
      readonly ask: AskTerms;
      readonly fillBy: bigint;
    }
  | { readonly type: "inputsStored"; readonly ids: readonly Hex[] }
  /** Written before a transaction is made. */
  | { readonly type: "intent"; readonly action: TxAction }
  /** Written after it ended. */
  | { readonly type: "attempted"; readonly action: TxAction; readonly result: AttemptResult }
  | { readonly type: "unitsRun"; readonly from: number; readonly ids: readonly Hex[] }
  | { readonly type: "published" }
  /** Stored inputs or outputs turned out to be damaged; they are fetched and computed again. */
  | { readonly type: "blobsLost" }
  | {
      readonly type: "failed";
      readonly action: LocalAction;
      readonly code: string;
      readonly retryable: boolean;
      /** Milliseconds since 1970. */
      readonly at: number;
    }
  | { readonly type: "confirmed"; readonly block: number; readonly event: JobEvent }
  /** The chain dropped all blocks above `block`. */
  | { readonly type: "rolledBack"; readonly block: number }
  | {
      readonly type: "finished";
      readonly ending: Ending;
      /** Milliseconds since 1970. */
      readonly at: number;
    };

/** How an attempt ended; `refused` was never sent. */
export type AttemptResult =
  | TxOutcome
  | {
      readonly kind: "refused";
      readonly reason: string;
      /** Milliseconds since 1970. */
      readonly at: number;
    };

/** All that is known of one bid. */
export interface Task {
  /** Digest of the bid. */
  readonly id: Hex;
  readonly offer: Offer;
  readonly ask: AskTerms;
  /** Last second in which the bid is worth filling. */
  readonly fillBy: bigint;
  readonly inputs?: readonly Hex[];
  /** Ids of the units' outputs so far, from unit 0. */
  readonly outputs: readonly Hex[];
  readonly published: boolean;
  /** A transaction that was begun and has not ended. */
  readonly intent?: TxAction;
  /** Transactions that ended. */
  readonly attempts: number;
  readonly last?: { readonly action: TxAction; readonly result: AttemptResult };
  /** Failures since the last progress. */
  readonly failures: number;
  readonly failure?: { readonly action: LocalAction; readonly retryable: boolean };
  /** Milliseconds since 1970 before which nothing is tried. */
  readonly retryAt: number;
  readonly history: readonly { readonly block: number; readonly event: JobEvent }[];
  readonly ending?: Ending;
  readonly endedAt?: number;
}

const RETRY_MS = 2_000;
const MAX_RETRY_MS = 300_000;

/** Milliseconds to wait after the n-th failure in a row, n >= 1: doubling, at most five minutes. */
export function backoff(failures: number): number {
  return Math.min(RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS);
}

/** A task from its first event. */
export function openTask(id: Hex, event: TaskEvent & { type: "accepted" }): Task {
  const { offer, ask, fillBy } = event;
  return {
    id,
    offer,
    ask,
    fillBy,
    outputs: [],
    published: false,
    attempts: 0,
    failures: 0,
    retryAt: 0,
    history: [],
  };
}

/** The task after one more event. Pure. */
export function applyEvent(task: Task, event: TaskEvent): Task {
  switch (event.type) {
    case "accepted":
      return task;
    case "inputsStored":
      return { ...progressed(task), inputs: event.ids };
    case "intent":
      return { ...task, intent: event.action };
    case "attempted":
      return attempted(task, event.action, event.result);
    case "unitsRun":
      return { ...progressed(task), outputs: [...task.outputs.slice(0, event.from), ...event.ids] };
    case "published":
      return { ...progressed(task), published: true };
    case "blobsLost":
      return { ...task, inputs: undefined, outputs: [] };
    case "failed":
      return failed(task, event);
    case "confirmed":
      return {
        ...progressed(task),
        history: [...task.history, { block: event.block, event: event.event }],
        ending: undefined,
      };
    case "rolledBack":
      return rolledBack(task, event.block);
    case "finished":
      return { ...task, ending: event.ending, endedAt: event.at };
  }
}

function progressed(task: Task): Task {
  return { ...task, failures: 0, failure: undefined, retryAt: 0 };
}

function attempted(task: Task, action: TxAction, result: AttemptResult): Task {
  const next = {
    ...task,
    intent: undefined,
    attempts: task.attempts + 1,
    last: { action, result },
  };
  if (result.kind !== "refused") return { ...progressed(task), ...next };
  const failures = task.failures + 1;
  return { ...next, failures, retryAt: result.at + backoff(failures) };
}

function failed(task: Task, event: TaskEvent & { type: "failed" }): Task {
  const failures = task.failures + 1;
  const { action, retryable, at } = event;
  return { ...task, failures, failure: { action, retryable }, retryAt: at + backoff(failures) };
}

function rolledBack(task: Task, block: number): Task {
  const history = task.history.filter((entry) => entry.block <= block);
  const result = task.last?.result;
  const undone = result !== undefined && "block" in result && result.block > block;
  if (history.length === task.history.length && !undone) return task;
  return { ...task, history, last: undone ? undefined : task.last, ending: undefined };
}

/** What the chain says of the task's job. */
export interface JobView {
  readonly job: Job;
  readonly status: "open" | "delivered" | "settled" | "closed" | "slashed";
  /** What was delivered, if anything was. */
  readonly delivery?: { readonly units: bigint; readonly contestableUntil: bigint };
  readonly frozen: boolean;
}

/** Folds the confirmed events of a task; undefined before its job was opened. */
export function jobOf(task: Task): JobView | undefined {
  let view: JobView | undefined;
  for (const { event } of task.history) view = applyJobEvent(view, event);
  return view;
}

function applyJobEvent(view: JobView | undefined, event: JobEvent): JobView | undefined {
  if (event.kind === "filled") return { job: event.job, status: "open", frozen: false };
  if (view === undefined) return undefined;
  switch (event.kind) {
    case "delivered": {
      const { job, units, contestableUntil } = event;
      return { ...view, job, status: "delivered", delivery: { units, contestableUntil } };
    }
    case "approved":
      return { ...view, job: event.job };
    case "frozen":
    case "unfrozen":
      return { ...view, frozen: event.kind === "frozen" };
    case "settled":
    case "closed":
    case "slashed":
      return { ...view, status: event.kind };
  }
}
