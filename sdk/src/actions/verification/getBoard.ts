import { bytesToHex, ceilLog2, climb, hexToBytes, listProof } from "../../../../tensor/src/index";
import { translated } from "../../errors/translate";
import { isAtUnit } from "../../games/board";
import { listIn } from "../../games/calldata";
import { jobIdOf, unpackState } from "../../games/pack";
import { readReveal, readRevealTime } from "../../games/reveals";
import { asHex, sameHex } from "../../types/address";
import { Stage } from "../../types/game";
import { getJob } from "../compute/getJob";
import { getTrace } from "./getGame";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Board } from "../../games/board";
import type { Descent, Game, GameChange, GameRecord, TraceCommitment } from "../../types/game";

/**
 * What the chain shows of a game: its state, the trace of its unit, and what was revealed up to a
 * block, the newest unless given. Throws `ErgonError` like `getTrace`; what it returns throws like
 * `getJob` and `readReveal`.
 *
 * @example
 * const board = await getBoard(client, await getGame(client, { id: gameId }));
 */
export async function getBoard(
  client: ErgonClient,
  record: GameRecord,
  blockNumber?: number,
): Promise<Board> {
  const { game } = record;
  const unit = { jobId: jobIdOf(game.id), unit: game.unit, blockNumber };
  const trace = hasUnit(game) ? await getTrace(client, unit) : undefined;
  return boardOf(client, record, trace, blockNumber);
}

/**
 * The board of a game of which the trace is known: what `getBoard` returns, without reading. `trace` is
 * that of the unit that the game has come to, if there is one.
 *
 * @example
 * const board = boardOf(client, record, await getTrace(client, { jobId, unit: record.game.unit }));
 */
export function boardOf(
  client: ErgonClient,
  record: GameRecord,
  trace: TraceCommitment | undefined,
  blockNumber?: number,
): Board {
  const { game } = record;
  return {
    game,
    trace,
    claim: async () => (hasUnit(game) ? claimOf(client, record, blockNumber) : undefined),
    leaf: async () => trace && leafOf(client, record, trace, blockNumber),
    revealedAt: (key) => readRevealTime(client, key, blockNumber),
    reveal: (key) => readReveal(client, key, blockNumber),
  };
}

function hasUnit(game: Game): boolean {
  return game.stage !== Stage.Units || isAtUnit(game);
}

/** A node of a tree, and where it is. */
type Place = Pick<Descent, "height" | "index" | "node">;

/** The claimed output of the game's unit below the output root. */
async function claimOf(
  client: ErgonClient,
  record: GameRecord,
  blockNumber?: number,
): Promise<Descent | undefined> {
  const path = record.events.flatMap((event): Place[] => {
    if (event.name === "Challenged") return [event.game];
    return event.name === "Moved" ? placesIn(event, Stage.Units) : [];
  });
  const siblings = await siblingsOfChallenge(client, record, path[0], blockNumber);
  return siblings && descentAlong(client, path, siblings, blockNumber);
}

/** The claimed result of the game's node below the trace's root. */
async function leafOf(
  client: ErgonClient,
  { events }: GameRecord,
  { root, nodes }: TraceCommitment,
  blockNumber?: number,
): Promise<Descent | undefined> {
  const picked = events.findIndex(({ name }) => name === "NodePicked");
  const [at, moved] = events.slice(picked, picked + 2);
  if (at?.name !== "NodePicked" || moved?.name !== "Moved") return undefined;
  const path = [
    { height: BigInt(ceilLog2(Number(nodes))), index: 0n, node: root },
    ...events.flatMap((event) => (event.name === "Moved" ? placesIn(event, Stage.Trace) : [])),
    { height: 0n, index: at.index, node: moved.node },
  ];
  return descentAlong(client, path, [], blockNumber);
}

function placesIn(moved: Extract<GameChange, { name: "Moved" }>, stage: Stage): Place[] {
  const state = unpackState(moved.state);
  return state.stage === stage ? [{ ...state, node: moved.node }] : [];
}

/**
 * The way down a path whose rounds were revealed, the first node's own siblings given. Undefined if
 * a round was not, because the challenger went down without it.
 */
async function descentAlong(
  client: ErgonClient,
  path: readonly Place[],
  aboveFirst: readonly Hex[],
  blockNumber?: number,
): Promise<Descent | undefined> {
  const siblings = [...aboveFirst];
  for (const [i, above] of path.slice(0, -1).entries()) {
    const below = path[i + 1];
    const levels = Number(above.height - below.height);
    const key = { node: above.node, header: 0n, count: 2 ** levels };
    const shown = await readReveal(client, key, blockNumber);
    if (shown === undefined) return undefined;
    const first = Number(above.index) * 2 ** levels;
    siblings.unshift(...listProof(shown.children, Number(below.index) - first));
  }
  const { height, index, node } = path[path.length - 1];
  return { height, index, node, siblings };
}

/**
 * The siblings that the challenge came with, from the data of its transaction; undefined if that hides
 * them. They are those that lead from the first node to the output root.
 */
async function siblingsOfChallenge(
  client: ErgonClient,
  { events: [{ at }], game: { id, units } }: GameRecord,
  { height, index, node }: Place,
  blockNumber?: number,
): Promise<Hex[] | undefined> {
  const levels = ceilLog2(Number(units)) - Number(height);
  if (levels === 0) return [];
  const { job } = await getJob(client, { id: jobIdOf(id), blockNumber });
  const transaction = await translated(() => client.provider.getTransaction(at.transactionHash));
  return listIn(asHex(transaction?.data ?? "0x"), levels, (siblings) => {
    const root = climb(hexToBytes(node), Number(index), siblings.map(hexToBytes));
    return sameHex(bytesToHex(root), job.outputRoot);
  });
}
