import type { Context } from "./context";
import type { Block } from "../chain/node";
import type { Cursor, TaskEntry } from "../journal/journal";
import type { Task } from "../tasks/task";
import { isEnd } from "../../../sdk/src/index";
import type { JobEvent } from "../../../sdk/src/index";

/** Blocks asked for at once. */
const MAX_RANGE = 1_000;
/** Positions remembered for finding back after the chain dropped confirmed blocks. */
const MAX_POSITIONS = 128;

type SyncContext = Pick<Context, "node" | "market" | "sender" | "journal" | "options" | "log">;

/**
 * Reads the confirmed blocks that are new into the journal, and takes back what the journal holds of
 * blocks that the chain dropped. Position and events are written together, so no event is read twice
 * or missed. The first call, before any transaction is made, starts at the newest confirmed block.
 */
export async function syncChain(context: SyncContext, head: Block): Promise<void> {
  const target = Math.max(head.number - context.options.confirmations + 1, 0);
  let positions = await rewind(context);
  if (positions.length === 0) {
    const start = await context.node.block(target);
    if (start !== undefined) await context.journal.advance([start], []);
    return;
  }
  for (let at = positions[positions.length - 1].number; at < target;) {
    const to = Math.min(at + MAX_RANGE, target);
    const position = await readRange(context, positions, at + 1, to);
    if (position === undefined) return;
    positions = position;
    at = to;
  }
}

/** Positions that are still part of the chain; takes back what came after them. */
async function rewind(context: SyncContext): Promise<readonly Cursor[]> {
  const { node, journal, log } = context;
  const positions = await journal.cursor();
  let valid = positions.length;
  while (valid > 0) {
    const position = positions[valid - 1];
    if ((await node.block(position.number))?.hash === position.hash) break;
    valid--;
  }
  if (valid === positions.length) return positions;
  // below all that is remembered nothing is known to be kept, so everything is read again
  const kept = valid > 0 ? positions.slice(0, valid) : [await genesis(context)];
  const { number } = kept[kept.length - 1];
  log.warn(
    { from: positions[positions.length - 1].number, to: number },
    "the chain dropped blocks",
  );
  const event = { type: "rolledBack", block: number } as const;
  await journal.advance(
    kept,
    journal.all().map(({ id }) => ({ id, event })),
  );
  return kept;
}

async function genesis({ node }: SyncContext): Promise<Cursor> {
  const block = await node.block(0);
  if (block === undefined) throw new RangeError("the chain has no block 0");
  return block;
}

/** Reads one range; undefined if the chain changed meanwhile. */
async function readRange(
  context: SyncContext,
  positions: readonly Cursor[],
  from: number,
  to: number,
): Promise<readonly Cursor[] | undefined> {
  const { node, market, journal } = context;
  const end = await node.block(to);
  const events = await market.events(from, to, liveJobs(journal.all()));
  if (end === undefined || (await node.block(to))?.hash !== end.hash) return undefined;
  const next = [...positions, { number: end.number, hash: end.hash }].slice(-MAX_POSITIONS);
  await journal.advance(next, await assign(journal.all(), events, context));
  return next;
}

function liveJobs(tasks: readonly Task[]): bigint[] {
  return tasks.flatMap(({ history }) => {
    const last = history.at(-1);
    return last === undefined || isEnd(last) ? [] : [last.id];
  });
}

/** Finds the task of each event: of an opening by the transaction, of the others by the job. */
async function assign(
  tasks: readonly Task[],
  events: readonly JobEvent[],
  { sender, log }: SyncContext,
): Promise<TaskEntry[]> {
  const byJob = new Map(
    tasks.flatMap((task) => task.history.slice(0, 1).map((event) => [event.id, task.id] as const)),
  );
  const entries: TaskEntry[] = [];
  for (const event of events) {
    if (event.name === "JobOpened") {
      const key = await sender.keyOf(event.at.transactionHash);
      const opened = tasks.find(({ id }) => key?.startsWith(`task/${id}/`));
      if (opened !== undefined) byJob.set(event.id, opened.id);
    }
    const id = byJob.get(event.id);
    if (id !== undefined) entries.push({ id, event: { type: "confirmed", event } });
    else log.warn({ job: event.id.toString(), event: event.name }, "event of a job not taken here");
  }
  return entries;
}
