import type { Disputes, LiveGame } from "./disputes";
import { reading } from "./reading";
import {
  CHALLENGED_TOPIC,
  ErgonError,
  ZERO_HASH,
  asHex,
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
  readReveal,
  wordOf,
} from "../../../sdk/src/index";
import type { BlockRange, Board, ErgonClient, JobRecord } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Job ids in one query of logs. */
const IDS_PER_QUERY = 200;

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
    bond: ({ id, job }) => reading(() => client.optimisticVerifier.challengeBond(id, packJob(job))),
    challenge: (job, descent, maxBond) => challengeJobCall(addresses, { job, descent, maxBond }),
    move: ({ board }, { job }, move) => moveCall(addresses, { ...board, job }, move),
    batch: (calls) => gameBatchCall(addresses, calls),
  };
}

/** Loads games, and reads a board again only if its game has moved, or its trace may have come. */
function cachedLoad(client: ErgonClient): Disputes["load"] {
  const boards = new Map<bigint, Pick<LiveGame, "position" | "board">>();

  async function boardOf(id: bigint, position: Hex, block: number): Promise<Board> {
    const known = boards.get(id);
    if (known?.position === position && !isAtUnit(known.board.game)) {
      return { ...known.board, reveal: (key) => readReveal(client, key, block) };
    }
    const record = await getGame(client, { id, blockNumber: block });
    const board = await getBoard(client, record, block);
    boards.set(id, { position, board });
    return board;
  }

  return async (id, block) => {
    const at = { blockTag: block };
    const [hash, { slashed }] = await Promise.all([
      client.optimisticVerifier.gameHash(id, at),
      client.optimisticVerifier.dispute(jobIdOf(id), at),
    ]);
    const position = asHex(hash);
    if (position !== ZERO_HASH) {
      return { id, position, slashed, board: await boardOf(id, position, block) };
    }
    boards.delete(id);
    return undefined;
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
