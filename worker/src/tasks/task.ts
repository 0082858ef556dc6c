import type { Offer } from "../chain/market";
import type { TxOutcome } from "../chain/txBook";
import { applyEvent as applyJobEvent } from "../../../sdk/src/index";
import type { Ask, DemandKind, JobEvent, JobRecord, Piece } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Actions that send a transaction. */
export type TxAction =
  "fill" | "deliver" | "showOutput" | "lapseDemand" | "handBack" | "expire" | "settle";

/** Actions that only this machine sees. Each may be done again without harm. */
export type LocalAction = "fetchInputs" | "run" | "publish";

/** Why there is nothing left to do for a bid. */
export type Ending = "expired" | "refused" | "inputs" | "settled" | "closed" | "slashed";

/** What the journal says of one bid. */
export type TaskEvent =
  | { readonly type: "accepted"; readonly offer: Offer; readonly ask: Ask }
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
  | { readonly type: "confirmed"; readonly event: JobEvent }
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
  /** The worker's side of the job. */
  readonly ask: Ask;
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
  /** Confirmed events of the job, in order. */
  readonly history: readonly JobEvent[];
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
  const { offer, ask } = event;
  return {
    id,
    offer,
    ask,
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
        history: [...task.history, event.event],
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
  const history = task.history.filter(({ at }) => at.blockNumber <= block);
  const { last } = task;
  const undone = last !== undefined && "block" in last.result && last.result.block > block;
  if (history.length === task.history.length && !undone) return task;
  const next = { ...task, history, ending: undefined, endedAt: undefined };
  // the sender takes the dropped transaction up again, under the same key
  return undone
    ? { ...next, last: undefined, intent: last.action, attempts: task.attempts - 1 }
    : next;
}

/** The job of a task, folded from its confirmed events; undefined before it was opened. */
export function jobOf({ history }: Task): JobRecord | undefined {
  return history.reduce<JobRecord | undefined>(applyJobEvent, undefined);
}

/** A piece of an output that must be shown on chain. */
export interface PendingDemand {
  readonly kind: DemandKind;
  readonly piece: Piece;
  /** Last second in which it can be shown. */
  readonly answerBy: bigint;
}

/** The demand on the task's job that was made first of those without an answer. */
export function pendingDemand(task: Task): PendingDemand | undefined {
  const pending = new Map<DemandKind, PendingDemand>();
  for (const event of task.history) {
    if (event.name === "OutputDemanded") pending.set(event.kind, event);
    if (event.name === "OutputShown" || event.name === "OutputWithheld") pending.delete(event.kind);
  }
  return [...pending.values()].at(0);
}
