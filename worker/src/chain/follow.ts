import { ChainError } from "./errors";
import type { ChainNode } from "./node";
import type { Logger } from "../log";
import type { Hex } from "../../../tensor/src/index";

/** How far the chain was read. */
export interface Cursor {
  readonly number: number;
  readonly hash: Hex;
}

/** What reads the chain block after block, and writes down what it found and where it stands. */
export interface Reader<Entry> {
  /** Blocks the chain was read up to, oldest first; empty before the first read. */
  cursor(): Promise<readonly Cursor[]>;
  /** Writes entries and moves the cursor, all or none. */
  advance(cursor: readonly Cursor[], entries: readonly Entry[]): Promise<void>;
  /** What the blocks `from` to `to` hold. */
  read(from: number, to: number): Promise<readonly Entry[]>;
  /** What to write when the chain dropped all blocks above `block`. */
  rolledBack(block: number): readonly Entry[];
}

/** Blocks asked for at once. */
const MAX_RANGE = 1_000;
/** Positions remembered for finding back after the chain dropped confirmed blocks. */
const MAX_POSITIONS = 128;

type FollowContext = { readonly node: Pick<ChainNode, "block">; readonly log: Logger };

/**
 * Reads the blocks up to `target` that are new, and takes back what was read of blocks that the
 * chain dropped. Position and entries are written together, so nothing is read twice or missed. The
 * first call starts at `target`.
 */
export async function followChain<Entry>(
  context: FollowContext,
  target: number,
  reader: Reader<Entry>,
): Promise<void> {
  let positions = await rewind(context, reader);
  if (positions.length === 0) {
    const start = await context.node.block(target);
    if (start !== undefined) await reader.advance([start], []);
    return;
  }
  for (let at = positions[positions.length - 1].number; at < target;) {
    const to = Math.min(at + MAX_RANGE, target);
    const next = await readRange(context, reader, positions, at + 1, to);
    if (next === undefined) return;
    positions = next;
    at = to;
  }
}

/** Positions that are still part of the chain; takes back what came after them. */
async function rewind<Entry>(
  { node, log }: FollowContext,
  reader: Reader<Entry>,
): Promise<readonly Cursor[]> {
  const positions = await reader.cursor();
  let valid = positions.length;
  while (valid > 0) {
    const position = positions[valid - 1];
    if ((await node.block(position.number))?.hash === position.hash) break;
    valid--;
  }
  if (valid === positions.length) return positions;
  // below all that is remembered nothing is known to be kept, so everything is read again
  const kept = valid > 0 ? positions.slice(0, valid) : [await genesis(node)];
  const { number } = kept[kept.length - 1];
  log.warn(
    { from: positions[positions.length - 1].number, to: number },
    "the chain dropped blocks",
  );
  await reader.advance(kept, reader.rolledBack(number));
  return kept;
}

async function genesis(node: Pick<ChainNode, "block">): Promise<Cursor> {
  const block = await node.block(0);
  if (block === undefined) throw new ChainError("RPC", "the node has no block 0");
  return block;
}

/** Reads one range; undefined if the chain changed meanwhile. */
async function readRange<Entry>(
  { node }: FollowContext,
  reader: Reader<Entry>,
  positions: readonly Cursor[],
  from: number,
  to: number,
): Promise<readonly Cursor[] | undefined> {
  const end = await node.block(to);
  const entries = await reader.read(from, to);
  if (end === undefined || (await node.block(to))?.hash !== end.hash) return undefined;
  const next = [...positions, { number: end.number, hash: end.hash }].slice(-MAX_POSITIONS);
  await reader.advance(next, entries);
  return next;
}
