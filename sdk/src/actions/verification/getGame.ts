import { wordOf } from "../../eip712/approval";
import { ErgonError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import {
  CHALLENGED_TOPIC,
  GAME_TOPICS,
  TRACE_TOPIC,
  applyGameEvent,
  parseGameEvent,
  parseTrace,
} from "../../games/events";
import { gameHash, jobIdOf } from "../../games/pack";
import { logsIn, rangesBackwards } from "../../jobs/logs";
import { ZERO_HASH } from "../../types/address";
import type { Log } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { GameEvent, GameRecord, TraceCommitment } from "../../types/game";

/** Which game, and as of which block. */
export interface GetGameParameters {
  readonly id: bigint;
  /** The newest block unless given; one that the node still has the state of. */
  readonly blockNumber?: number;
}

/**
 * A game with its state, from its events, compared with what the verifier stores. Throws `ErgonError`
 * GAME_UNKNOWN (no such game since the client's `fromBlock`), GAME_INCONSISTENT (events and state
 * differ, as they may during a reorganisation; retryable) or RPC.
 *
 * @example
 * const { game, end } = await getGame(client, { id: gameId });
 */
export async function getGame(
  client: ErgonClient,
  { id, blockNumber }: GetGameParameters,
): Promise<GameRecord> {
  const block = blockNumber ?? (await translated(() => client.provider.getBlockNumber()));
  const events = await eventsOf(client, id, block);
  const record = events.reduce<GameRecord | undefined>(applyGameEvent, undefined);
  if (record === undefined) {
    throw new ErgonError("GAME_UNKNOWN", `game ${id} did not begin up to block ${block}`, false);
  }
  await requireStored(client, record, block);
  return record;
}

/** Which unit, and as of which block. */
export interface GetTraceParameters {
  readonly jobId: bigint;
  readonly unit: bigint;
  /** The newest block unless given; one that the node still has the state of. */
  readonly blockNumber?: number;
}

/**
 * The trace of a job's unit, if the worker committed to one. Throws `ErgonError` GAME_INCONSISTENT
 * (no event shows it, as may be during a reorganisation; retryable) or RPC.
 *
 * @example
 * const trace = await getTrace(client, { jobId: 7n, unit: 3n });
 */
export async function getTrace(
  client: ErgonClient,
  { jobId, unit, blockNumber }: GetTraceParameters,
): Promise<TraceCommitment | undefined> {
  const { optimisticVerifier: verifier, provider } = client;
  const at = { blockTag: blockNumber ?? "latest" };
  const stored = await translated(() => verifier.traceHash(jobId, unit, at));
  if (stored === ZERO_HASH) return undefined;
  const block = blockNumber ?? (await translated(() => provider.getBlockNumber()));
  const topics = [TRACE_TOPIC, wordOf(jobId), wordOf(unit)];
  const [log] = await newestLogs(client, topics, block, () => true);
  if (log !== undefined) return parseTrace(log);
  const message = `no event shows the trace of unit ${unit} of job ${jobId}`;
  throw new ErgonError("GAME_INCONSISTENT", message, true);
}

async function eventsOf(client: ErgonClient, id: bigint, block: number): Promise<GameEvent[]> {
  const topics = [[...GAME_TOPICS], wordOf(id)];
  const logs = await newestLogs(client, topics, block, (log) => log.topics[0] === CHALLENGED_TOPIC);
  return logs.map(parseGameEvent).filter((event) => event !== undefined);
}

/** Searches backwards until a log ends the search, since most games that are asked for are young. */
async function newestLogs(
  client: ErgonClient,
  topics: (Hex | Hex[])[],
  block: number,
  isFirst: (log: Log) => boolean,
): Promise<Log[]> {
  const filter = { address: client.addresses.optimisticVerifier, topics };
  let logs: Log[] = [];
  for (const range of rangesBackwards(client, block)) {
    const older: Log[] = [];
    for await (const log of logsIn(client, filter, range)) older.push(log);
    logs = [...older, ...logs];
    if (logs.length > 0 && isFirst(logs[0])) return logs;
  }
  return logs;
}

async function requireStored(
  client: ErgonClient,
  { id, game, end }: GameRecord,
  blockTag: number,
): Promise<void> {
  const stored = await translated(() => client.optimisticVerifier.gameHash(id, { blockTag }));
  const expected = end === undefined ? gameHash(game) : ZERO_HASH;
  if (stored === expected) return;
  const message = `the events of game ${id} of job ${jobIdOf(id)} give ${expected}, not ${stored}`;
  throw new ErgonError("GAME_INCONSISTENT", message, true);
}
