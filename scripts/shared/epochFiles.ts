import {
  accountOf,
  drawTests,
  drawnSegment,
  joinEpoch,
  openEpoch,
  seedHashOf,
  slotShapeOf,
} from "../../sdk/src/index";
import type {
  Dataset,
  DrawTestsOutcome,
  ErgonClient,
  JoinEpochOutcome,
  OpenEpochOutcome,
} from "../../sdk/src/index";
import { openSegment, poolRoot } from "../../tensor/src/index";
import type { TestRow } from "../../tensor/src/index";
import { timeOf } from "./chain";
import { keepWhile, randomWord } from "./datasetFiles";
import type { EpochFile } from "./datasetFiles";
import { ScriptError } from "./errors";

/** Test points that nobody knows yet. */
export interface Pool {
  readonly rows: readonly TestRow[];
  /** Rows that are drawn together, a power of two. */
  readonly segmentRows: number;
  /** How long the epoch takes contributions. */
  readonly days: bigint;
  /** A new file for the seed and the pool. */
  readonly out: string;
}

const DAY = 86_400n;

/**
 * Opens an epoch with a pool, each of whose rows is hidden by a random tag, and with a seed; both are kept. Throws
 * `ScriptError` ARGUMENT for segments that do not fit the pool, FILE, `ValuationError`, and what `openEpoch` throws.
 */
export async function commitPool(
  client: ErgonClient,
  { dataset, shape }: Dataset,
  { rows, segmentRows, days, out }: Pool,
): Promise<OpenEpochOutcome> {
  const hidden = rows.map((row) => row && { ...row, tag: row.tag ?? randomWord() });
  const { file, seedHash } = await newSeed(client, dataset);
  const closesAt = (await timeOf(client.provider)) + days * DAY;
  const root = poolRoot(slotShapeOf(shape), hidden);
  const sizes = logarithms(rows.length, segmentRows);
  const kept: EpochFile = { ...file, pool: { segmentRows, rows: hidden } };
  return keepWhile(out, kept, () =>
    openEpoch(client, { dataset, poolRoot: root, ...sizes, seedHash, closesAt }),
  );
}

/** Joins the open epoch with a seed, which is kept. Throws `ScriptError` FILE, and what `joinEpoch` throws. */
export async function commitHost(
  client: ErgonClient,
  { dataset }: Dataset,
  out: string,
): Promise<JoinEpochOutcome> {
  const { file, seedHash } = await newSeed(client, dataset);
  return keepWhile(out, file, () => joinEpoch(client, { dataset, seedHash }));
}

/** Draws test points out of a pool that was kept. Throws `ScriptError` ARGUMENT if no epoch runs, and what `drawTests` throws. */
export async function drawFrom(
  client: ErgonClient,
  { dataset, shape, running }: Dataset,
  { rows, segmentRows }: NonNullable<EpochFile["pool"]>,
): Promise<DrawTestsOutcome & { readonly tests: readonly TestRow[] }> {
  if (running === undefined) {
    throw new ScriptError("ARGUMENT", "no epoch runs: epoch status tells what is next");
  }
  const segment = Number(drawnSegment(running));
  const { root, path } = openSegment(slotShapeOf(shape), rows, segment, segmentRows);
  const outcome = await drawTests(client, { dataset, segmentRoot: root, siblings: path });
  const first = segment * segmentRows;
  return { ...outcome, tests: rows.slice(first, first + segmentRows) };
}

async function newSeed(client: ErgonClient, dataset: EpochFile["dataset"]) {
  const account = await accountOf(client);
  const seed = randomWord();
  const file: EpochFile = { dataset, account, seed };
  return { file, seedHash: seedHashOf(account, seed) };
}

/** Binary logarithms of the segments of a pool, and of the rows of each. */
function logarithms(rows: number, segmentRows: number) {
  const [whole, part] = [Math.ceil(Math.log2(rows)), Math.log2(segmentRows)];
  if (Number.isInteger(part) && part <= whole) {
    return { segments: BigInt(whole - part), segmentRows: BigInt(part) };
  }
  const message = `a segment has 1, 2, 4, … rows, up to those of the pool: not ${segmentRows} of ${rows}`;
  throw new ScriptError("ARGUMENT", message);
}
