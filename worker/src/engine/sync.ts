import type { Context } from "./context";
import type { BlockEvent, JobEvent } from "../chain/market";
import type { Block } from "../chain/node";
import type { Cursor, TaskEntry } from "../journal/journal";
import type { Task } from "../tasks/task";
import type { Hex } from "../../../tensor/src/index";

/** Blocks asked for at once. */
const MAX_RANGE = 1_000;
/** Positions remembered for finding back after the chain dropped confirmed blocks. */
const MAX_POSITIONS = 128;

type SyncContext = Pick<Context, "node" | "market" | "journal" | "options" | "log">;

/**
 * Reads the confirmed blocks that are new into the journal, and takes back what the journal holds of
 * blocks that the chain dropped. Position and events are written together, so no event is read twice
 * or missed. A first run starts at the newest confirmed block.
 */
export async function syncChain(context: SyncContext, head: Block): Promise<void> {
  const target = head.number - context.options.confirmations + 1;
  if (target < 0) return;
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
  const events = await market.events(from, to);
  if (end === undefined || (await node.block(to))?.hash !== end.hash) return undefined;
  const next = [...positions, { number: end.number, hash: end.hash }].slice(-MAX_POSITIONS);
  await journal.advance(next, assign(journal.all(), events, context));
  return next;
}

/** Finds the task of each event. */
function assign(
  tasks: readonly Task[],
  events: readonly BlockEvent[],
  { log }: SyncContext,
): TaskEntry[] {
  const byBid = new Map(tasks.map(({ id, offer: { bid } }) => [bidKey(bid), id]));
  const byJob = new Map(
    tasks.flatMap(({ id, history }) => history.map(({ event }) => [event.jobId, id] as const)),
  );
  const entries: TaskEntry[] = [];
  for (const { block, event } of events) {
    const id = taskOf(event, byBid, byJob);
    if (id === undefined) {
      log.warn({ jobId: event.jobId, event: event.kind, block }, "event of a job not taken here");
      continue;
    }
    byJob.set(event.jobId, id);
    entries.push({ id, event: { type: "confirmed", block, event } });
  }
  return entries;
}

function taskOf(
  event: JobEvent,
  byBid: ReadonlyMap<string, Hex>,
  byJob: ReadonlyMap<Hex, Hex>,
): Hex | undefined {
  return event.kind === "filled" ? byBid.get(bidKey(event)) : byJob.get(event.jobId);
}

function bidKey({ client, nonce }: { readonly client: Hex; readonly nonce: bigint }): string {
  return `${client}/${nonce}`;
}
