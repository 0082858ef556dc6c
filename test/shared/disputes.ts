import { MaxUint256 } from "ethers";
import { falseTrace } from "../../scripts/demo/lie";
import { UnitTrace, dtypeMax, tensorId } from "../../tensor/src/index";
import {
  answeredAt,
  challengeJobCall,
  gameBatchCall,
  gameDecidedBy,
  getBoard,
  getGame,
  getJob,
  jobIdOf,
  moveCall,
  parseGameEvent,
  sendCall,
  toUnit,
} from "../../sdk/src/index";
import type { TransactionReceipt } from "ethers";
import type { Hex, Model, NodeResults, Tensor } from "../../tensor/src/index";
import type {
  Board,
  Call,
  Descent,
  ErgonClient,
  GameRecord,
  JobRecord,
  Knowledge,
  Move,
} from "../../sdk/src/index";
import { deliverClaim, playing } from "./arena";
import type { Arena, Strategy } from "./arena";

/** A job with a false output, and how its game is played. */
export interface Dispute {
  readonly job: JobRecord;
  readonly descent: Descent;
  readonly liar: Strategy;
  readonly challenger: Strategy;
}

/** Units of a job, and the results of the one that the worker lies about. */
export interface Lie {
  readonly model: Model;
  readonly inputs: readonly Tensor[];
  /** The true output of each unit. */
  readonly outputIds: readonly Hex[];
  readonly unit: number;
  readonly truth: NodeResults;
  readonly lie: NodeResults;
}

/** A transaction of a game, and the moves in it. */
export interface Sent {
  readonly moves: string;
  readonly receipt: TransactionReceipt;
}

/** A game that is over. */
export interface Played {
  readonly game: GameRecord;
  readonly sent: readonly Sent[];
}

/** Delivers true outputs but for one. */
export async function deliverLie(
  arena: Arena,
  { model, inputs, outputIds, unit, truth, lie }: Lie,
): Promise<Dispute> {
  const claimedIds = outputIds.with(unit, outputOf(lie));
  const inputIds = inputs.map(tensorId);
  const knowing = (ids: readonly Hex[], results: NodeResults): Knowledge => ({
    ...{ model, chained: false, inputIds },
    outputIds: new Map(ids.entries()),
    trace: async () => results,
  });
  return {
    job: await deliverClaim(arena, model, inputs, claimedIds),
    descent: toUnit(claimedIds, unit),
    liar: playing(knowing(claimedIds, lie), "worker"),
    challenger: playing(knowing(outputIds, truth), "challenger"),
  };
}

/** One unit, and a lie that begins with a wrong number in the result of a node. */
export function lieAt(
  model: Model,
  input: Tensor,
  node: number,
): Pick<Lie, "model" | "truth" | "lie"> {
  const truth = new UnitTrace(model, input);
  for (let element = 0; ; element++) {
    const lie = falseTrace(model, input, node, (result) => raised(result, element));
    if (outputOf(lie) !== outputOf(truth)) return { model, truth, lie };
  }
}

/** The id of the result of the last node. */
export function outputOf({ ids }: NodeResults): Hex {
  return ids[ids.length - 1];
}

/** A result with one number that is as large as can be without leaving `i32` in the next sum. */
function raised(result: Tensor, element: number): Tensor {
  const data = result.data.slice();
  data[element] = dtypeMax(result.dtype) >> 1;
  return { ...result, data };
}

/** Plays a game to its verdict; batched, moves that a side can make together are one transaction. */
export async function playDispute(
  arena: Arena,
  { job, descent, liar, challenger: prover }: Dispute,
  batched: boolean,
): Promise<Played> {
  const { worker, challenger, stranger } = arena.players;
  const sent: Sent[] = [];
  const send = async (client: ErgonClient, moves: string, call: Call) => {
    const receipt = await sendCall(client, call);
    sent.push({ moves, receipt });
    return receipt;
  };
  const call = challengeJobCall(challenger.addresses, { job, descent, maxBond: MaxUint256 });
  const id = idOf(await send(challenger, "challenge", call));
  for (;;) {
    for (const side of [worker, challenger]) {
      const record = await getGame(stranger, { id });
      if (record.end !== undefined) return { game: record, sent };
      const turn = await (side === worker ? liar : prover)(arena, record);
      if (turn.length === 0) continue;
      const calls = await callsOf(side, await getBoard(side, record), turn, batched);
      const names = turn.map(({ name }) => name);
      if (batched && calls.length > 1) {
        await send(side, names.join("+"), gameBatchCall(side.addresses, calls));
        continue;
      }
      for (const [i, single] of calls.entries()) await send(side, names[i], single);
    }
  }
}

/** The calls of one turn; batched, a move that decides the game is followed by its resolution. */
async function callsOf(
  client: ErgonClient,
  board: Board,
  turn: readonly Move[],
  batched: boolean,
): Promise<Call[]> {
  const { game, trace } = board;
  const { job } = await getJob(client, { id: jobIdOf(game.id) });
  const calls = turn.map((move) => moveCall(client.addresses, { game, trace, job }, move));
  const [last] = turn.slice(-1);
  if (!batched || last.name !== "step") return calls;
  const decided = gameDecidedBy(game, last, await answeredAt(board), true);
  const resolve = { name: "resolve" } as const;
  return [...calls, moveCall(client.addresses, { game: decided, trace, job }, resolve)];
}

function idOf(receipt: TransactionReceipt): bigint {
  for (const log of receipt.logs) {
    const event = parseGameEvent(log);
    if (event !== undefined) return event.id;
  }
  throw new Error("no game began");
}
