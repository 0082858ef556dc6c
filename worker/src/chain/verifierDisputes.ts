import type { Disputes } from "./disputes";
import { reading } from "./reading";
import {
  CHALLENGED_TOPIC,
  ErgonError,
  ZERO_HASH,
  asHex,
  boardOf,
  challengeJobCall,
  gameBatchCall,
  getBoard,
  getGame,
  getJob,
  getJobGames,
  isAtUnit,
  jobIdOf,
  logsIn,
  moveCall,
  packJob,
  unfreezeJobCall,
  wordOf,
} from "../../../sdk/src/index";
import type {
  BlockRange,
  ErgonClient,
  GameRecord,
  JobRecord,
  TraceCommitment,
} from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Job ids in one query of logs. */
const IDS_PER_QUERY = 200;

/** Positions of games that are remembered. */
const MAX_POSITIONS = 2_000;

/** The optimistic verifier of `client`. */
export function verifierDisputes(client: ErgonClient): Disputes {
  const { addresses } = client;
  const load = cachedLoad(client);
  return {
    address: addresses.optimisticVerifier,
    games: ({ job: jobId, challenger, from: fromBlock, to: blockNumber }) =>
      reading(() => getJobGames(client, { jobId, challenger, fromBlock, blockNumber })),
    challenged: (jobs, from, to) => reading(() => challengedJobs(client, jobs, { from, to })),
    load: (id, block) => reading(() => load(id, block)),
    record: (id, blockNumber) => reading(() => getGame(client, { id, blockNumber })),
    job: (id, block) => reading(() => jobIfAny(client, id, block)),
    liveGames: (job, blockTag) =>
      reading(async () => Number(await client.optimisticVerifier.liveGames(job, { blockTag }))),
    bond: ({ id, job }) => reading(() => client.optimisticVerifier.challengeBond(id, packJob(job))),
    challenge: (job, descent, maxBond) => challengeJobCall(addresses, { job, descent, maxBond }),
    move: ({ board }, { job }, move) => moveCall(addresses, { ...board, job }, move),
    unfreeze: (job) => unfreezeJobCall(addresses, { job }),
    batch: (calls) => gameBatchCall(addresses, calls),
  };
}

/** A game at a position: none of it changes, except that a trace may come while it is at a unit. */
interface Known {
  readonly record: GameRecord;
  readonly trace?: TraceCommitment;
}

/**
 * Loads games, and reads one again only if it is at a position that is not known: the newest block and
 * the last final one may show two positions of one game.
 */
function cachedLoad(client: ErgonClient): Disputes["load"] {
  const known = new Map<Hex, Known>();

  async function read(id: bigint, position: Hex, blockNumber: number): Promise<Known> {
    const found = known.get(position);
    if (found !== undefined && !isAtUnit(found.record.game)) return found;
    const record = found?.record ?? (await getGame(client, { id, blockNumber }));
    const { trace } = await getBoard(client, record, blockNumber);
    return { record, trace };
  }

  return async (id, block) => {
    const at = { blockTag: block };
    const [hash, { slashed }] = await Promise.all([
      client.optimisticVerifier.gameHash(id, at),
      client.optimisticVerifier.dispute(jobIdOf(id), at),
    ]);
    const position = asHex(hash);
    if (position === ZERO_HASH) return undefined;
    const { record, trace } = await read(id, position, block);
    known.delete(position);
    known.set(position, { record, trace });
    for (const oldest of known.keys()) {
      if (known.size <= MAX_POSITIONS) break;
      known.delete(oldest);
    }
    return { id, position, slashed, board: boardOf(client, record, trace, block) };
  };
}

async function challengedJobs(
  client: ErgonClient,
  jobs: readonly bigint[],
  range: BlockRange,
): Promise<readonly bigint[]> {
  const address = client.addresses.optimisticVerifier;
  const found = new Set<bigint>();
  for (let i = 0; i < jobs.length; i += IDS_PER_QUERY) {
    const words = jobs.slice(i, i + IDS_PER_QUERY).map(wordOf);
    const filter = { address, topics: [CHALLENGED_TOPIC, null, words] };
    for await (const log of logsIn(client, filter, range)) {
      found.add(BigInt(log.topics[2]));
    }
  }
  return [...found];
}

async function jobIfAny(
  client: ErgonClient,
  id: bigint,
  blockNumber: number,
): Promise<JobRecord | undefined> {
  try {
    return await getJob(client, { id, blockNumber });
  } catch (error) {
    if (error instanceof ErgonError && error.code === "JOB_UNKNOWN") return undefined;
    throw error;
  }
}
