import { time } from "@nomicfoundation/hardhat-network-helpers";
import { MaxUint256 } from "ethers";
import type { TransactionReceipt } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { MerkleTree, ReferenceExecutor, listRoot, modelId, tensorId } from "../../tensor/src/index";
import {
  answeredAt,
  challengeJob,
  createErgonClient,
  getBoard,
  getGame,
  getJob,
  moveCall,
  nextMoves,
  packJob,
  sendCall,
  turnOf,
} from "../../sdk/src/index";
import type { Hex, Model, NodeResults, Tensor } from "../../tensor/src/index";
import type {
  Ask,
  Bid,
  Descent,
  ErgonClient,
  GameRecord,
  JobRecord,
  Knowledge,
  Move,
} from "../../sdk/src/index";
import { VERIFIER_TERMS, askOf, bidOf, deployMarket, fund, signBid } from "./market";
import { programWords } from "./programs";
import type { Market } from "./market";

/** A market whose jobs name the optimistic verifier, and SDK clients of those who play. */
export interface Arena extends Market {
  readonly challenger: HardhatEthersSigner;
  readonly players: {
    readonly worker: ErgonClient;
    readonly challenger: ErgonClient;
    readonly stranger: ErgonClient;
  };
}

/** A side's way to play a game: what it does in its turn; nothing to stay silent. */
export type Strategy = (arena: Arena, record: GameRecord) => Promise<readonly Move[]>;

/** Terms of jobs that name the optimistic verifier. */
export const ARENA_TERMS = {
  ...VERIFIER_TERMS,
  longestGameFast: 44_400n,
  longestGameStandard: 223_200n,
  longestGameHigh: 1_015_200n,
} as const;

/** A market on a fresh chain with the optimistic verifier listed, and challengers with claims. */
export async function deployArena(): Promise<Arena> {
  const market = await deployMarket();
  const { book, token, optimisticVerifier, worker, stranger, delegate: challenger } = market;
  await book.setVerifierTerms(token, optimisticVerifier, ARENA_TERMS);
  for (const account of [challenger, stranger]) await fundChallenger(market, account);
  const clientOf = (runner: HardhatEthersSigner) =>
    createErgonClient({ runner, addresses: market.addresses });
  const players = {
    worker: clientOf(worker),
    challenger: clientOf(challenger),
    stranger: clientOf(stranger),
  };
  return { ...market, challenger, players };
}

/** Gives an account claims that the verifier may pull. */
export async function fundChallenger(market: Market, account: HardhatEthersSigner): Promise<void> {
  const { ledger, optimisticVerifier, tokenAddress } = market;
  await fund(market, account);
  await ledger.connect(account).approve(optimisticVerifier, BigInt(tokenAddress), MaxUint256);
}

/** Registers a model in one call. */
export async function registerModel(
  { modelRegistry }: Market,
  { program }: Model,
): Promise<TransactionReceipt> {
  const card = { uri: "", digest: `0x${"00".repeat(32)}`, weightsUri: "" };
  const receipt = await (await modelRegistry.register(programWords(program), card)).wait();
  if (receipt === null) throw new Error("the registration was not mined");
  return receipt;
}

/** Opens a job for a model on `inputs` and delivers `outputIds`, true or not. */
export async function deliverClaim(
  arena: Arena,
  model: Model,
  inputs: readonly Tensor[],
  outputIds: readonly Hex[],
  changes: Partial<Ask & Bid> = {},
): Promise<JobRecord> {
  const { escrow, book, provider, worker, players } = arena;
  const id = 1n + (await book.jobCount());
  const inputIds = inputs.map(tensorId);
  const terms = {
    modelId: modelId(model.program),
    verifier: arena.addresses.optimisticVerifier,
    ...changes,
  };
  const bid = bidOf(arena, {
    inputRoot: changes.chained === true ? inputIds[0] : listRoot(inputIds),
    units: BigInt(outputIds.length),
    ...terms,
    nonce: id,
  });
  const signature = await signBid(arena, bid);
  await escrow.connect(provider).fill(askOf(arena, terms), "0x", bid, signature);
  const { job } = await getJob(players.worker, { id });
  const root = listRoot(outputIds);
  await escrow.connect(worker).deliver(id, packJob(job), root, outputIds.length, "0x");
  return getJob(players.worker, { id });
}

/** Challenges a job from `descent` on, for the challenger. */
export function challengeClaim(
  { players }: Arena,
  job: JobRecord,
  descent: Descent,
  client: ErgonClient = players.challenger,
): Promise<GameRecord> {
  return challengeJob(client, { job, descent, maxBond: MaxUint256 });
}

/** Plays with knowledge: shows what it holds for true, and picks what it holds for false. */
export function playing(
  knowledge: Knowledge,
  side: "worker" | "challenger",
  client?: ErgonClient,
): Strategy {
  return async ({ players }, record) => {
    const board = await getBoard(client ?? players[side], record);
    return nextMoves(board, knowledge, side, BigInt(await time.latest()));
  };
}

/** Plays a game to its end; a side that stays silent in its turn runs out of time. */
export async function playOut(
  arena: Arena,
  id: bigint,
  worker: Strategy,
  challenger: Strategy,
): Promise<GameRecord> {
  const { players } = arena;
  for (let turn = 0; turn < 200; turn++) {
    const record = await getGame(players.stranger, { id });
    if (record.end !== undefined) return record;
    const byWorker = await play(arena, record, players.worker, await worker(arena, record));
    const after = await getGame(players.stranger, { id });
    if (after.end !== undefined) return after;
    const moves = await challenger(arena, after);
    const byChallenger = await play(arena, after, players.challenger, moves);
    if (byWorker || byChallenger) continue;
    await timeOut(arena, after);
  }
  throw new Error(`game ${id} does not end`);
}

/** Makes moves of one side; whether they changed anything. */
export async function play(
  { players }: Arena,
  record: GameRecord,
  client: ErgonClient,
  moves: readonly Move[],
): Promise<boolean> {
  let events = 0;
  for (const move of moves) {
    const { trace } = await getBoard(client, record);
    const { job } = await getJob(players.stranger, { id: record.id >> 32n });
    const call = moveCall(client.addresses, { game: record.game, trace, job }, move);
    events += (await sendCall(client, call)).logs.length;
  }
  return events > 0;
}

/** Lets the side whose turn it is run out of time. */
async function timeOut({ players }: Arena, record: GameRecord): Promise<void> {
  const answer = await answeredAt(await getBoard(players.stranger, record));
  await time.increaseTo(turnOf(record.game, answer).until + 1n);
}

/** Results of all nodes, taken as they are. */
export function resultsOf(results: readonly Tensor[]): NodeResults {
  const ids = results.map(tensorId);
  return { ids, tree: MerkleTree.ofList(ids), result: (index) => results[index] };
}

/** What a side knows that has `traces` for the units of a job. */
export function knowing(
  model: Model,
  inputs: readonly Tensor[],
  traces: readonly NodeResults[],
  chained = false,
): Knowledge {
  const outputIds = new Map(traces.map(({ ids }, unit) => [unit, ids[ids.length - 1]]));
  const trace = async (unit: number) => traces[unit];
  return { model, chained, outputIds, inputIds: inputs.map(tensorId), trace };
}

/** The true results of each unit. */
export function trueTraces(model: Model, inputs: readonly Tensor[]): NodeResults[] {
  return inputs.map((input) => resultsOf(new ReferenceExecutor().trace(model, input)));
}
