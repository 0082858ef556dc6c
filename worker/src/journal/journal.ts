import PQueue from "p-queue";
import type { KeyValueStore, Write } from "./store";
import type { Cursor } from "../chain/follow";
import { WorkerError } from "../errors";
import { parse, stringify } from "../json";
import { applyEvent, openTask } from "../tasks/task";
import type { Task, TaskEvent } from "../tasks/task";
import type { Hex } from "../../../tensor/src/index";

/** An event and the task it belongs to. */
export interface TaskEntry {
  readonly id: Hex;
  readonly event: TaskEvent;
}

/** A journal that does not make sense. */
export class JournalError extends WorkerError<"FORMAT" | "UNKNOWN_TASK" | "CHAIN"> {
  override readonly name = "JournalError";
}

const FORMAT = "1";
const TASK = "task/";
const CURSORS = "cursor/";

/**
 * What the worker has done and is about to do. Events are appended, never changed; a task is the
 * fold of its events, so reading them again after a crash gives the state before it.
 */
export class Journal {
  private readonly tasks = new Map<Hex, Task>();
  private readonly lengths = new Map<Hex, number>();
  private readonly queue = new PQueue({ concurrency: 1 });

  private constructor(private readonly store: KeyValueStore) {}

  /**
   * Reads the journal in `store`. `identity` names chain and account; a journal of another one is
   * refused. Throws `JournalError` FORMAT or CHAIN.
   */
  static async open(store: KeyValueStore, identity: string): Promise<Journal> {
    await checkHeader(store, "format", FORMAT, "FORMAT");
    await checkHeader(store, "identity", identity, "CHAIN");
    const journal = new Journal(store);
    for (const [key, value] of await store.entries(TASK)) {
      journal.apply(key.slice(TASK.length).split("/")[0] as Hex, parse(value) as TaskEvent);
    }
    return journal;
  }

  /** The task of a bid, if it was taken. */
  get(id: Hex): Task | undefined {
    return this.tasks.get(id);
  }

  /** All tasks, finished ones included. */
  all(): readonly Task[] {
    return [...this.tasks.values()];
  }

  /** Appends events of a task, all or none, and returns it. They are on disk then. */
  async append(id: Hex, ...events: readonly TaskEvent[]): Promise<Task> {
    await this.commit(events.map((event) => ({ id, event })));
    return this.require(id);
  }

  /** Appends events of several tasks and moves the cursor, all or none. */
  async advance(cursor: readonly Cursor[], events: readonly TaskEntry[]): Promise<void> {
    const value = stringify(cursor);
    await this.commit(events, [{ key: `${CURSORS}blocks`, value }]);
  }

  /** Blocks the chain was read up to, oldest first; empty before the first read. */
  async cursor(): Promise<readonly Cursor[]> {
    const value = await this.store.get(`${CURSORS}blocks`);
    return value === undefined ? [] : (parse(value) as Cursor[]);
  }

  /** Removes a task and its events. */
  async forget(id: Hex): Promise<void> {
    await this.queue.add(async () => {
      const entries = await this.store.entries(`${TASK}${id}/`);
      await this.store.batch(entries.map(([key]) => ({ key })));
      this.tasks.delete(id);
      this.lengths.delete(id);
    });
  }

  private commit(events: readonly TaskEntry[], writes: readonly Write[] = []): Promise<void> {
    return this.queue.add(() => this.write(events, writes));
  }

  private async write(events: readonly TaskEntry[], writes: readonly Write[]): Promise<void> {
    const next = new Map<Hex, number>();
    const entries = events.map(({ id, event }) => {
      const sequence = next.get(id) ?? this.lengths.get(id) ?? 0;
      if (sequence === 0 && event.type !== "accepted") throw unknownTask(id);
      next.set(id, sequence + 1);
      const key = `${TASK}${id}/${String(sequence).padStart(10, "0")}`;
      return { key, value: stringify(event) };
    });
    await this.store.batch([...entries, ...writes]);
    for (const { id, event } of events) this.apply(id, event);
  }

  private apply(id: Hex, event: TaskEvent): void {
    const task = this.tasks.get(id);
    if (task !== undefined) this.tasks.set(id, applyEvent(task, event));
    else if (event.type === "accepted") this.tasks.set(id, openTask(id, event));
    else throw unknownTask(id);
    this.lengths.set(id, (this.lengths.get(id) ?? 0) + 1);
  }

  private require(id: Hex): Task {
    const task = this.tasks.get(id);
    if (task === undefined) throw unknownTask(id);
    return task;
  }
}

/**
 * Compares what a store is marked with, or marks a new one. Throws `JournalError` with `code` for a
 * store with another mark.
 */
export async function checkHeader(
  store: KeyValueStore,
  key: string,
  expected: string,
  code: "FORMAT" | "CHAIN",
): Promise<void> {
  const found = await store.get(key);
  if (found === undefined) return store.batch([{ key, value: expected }]);
  if (found === expected) return;
  const message = `the journal belongs to ${key} ${found}, not ${expected}; use another dataDir`;
  throw new JournalError(code, message, false);
}

function unknownTask(id: Hex): JournalError {
  return new JournalError("UNKNOWN_TASK", `the journal has no task ${id}`, false);
}
