import { MaxUint256 } from "ethers";
import {
  WasmExecutor,
  dtypeMax,
  evaluateOnWasm,
  operandsOf,
  tensorId,
} from "../../tensor/src/index";
import {
  answeredAt,
  atOutputRoot,
  challengeJobCall,
  gameBatchCall,
  gameDecidedBy,
  getBoard,
  getGame,
  getJob,
  jobIdOf,
  moveCall,
  nextMoves,
  parseGameEvent,
  sendCall,
  toUnit,
} from "../../sdk/src/index";
import type { TransactionReceipt } from "ethers";
import type { Hex, Model, NodeResults, Tensor } from "../../tensor/src/index";
import type { Board, Call, Descent, ErgonClient, JobRecord, Move } from "../../sdk/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { loadDigitModel } from "../../tensor/train/files";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { challengeClaim, deliverClaim, deployArena, knowing } from "../shared/arena";
import { registerModel, resultsOf } from "../shared/arena";
import type { Arena, Strategy } from "../shared/arena";
import { gasOf, sum } from "./measure";
import type { Gas } from "./measure";
import { largeProgram, stepProgram } from "./programs";
import type { DisputedModel } from "./programs";

/** What each transaction of a game cost, in order, by the moves in it. */
type Moves = readonly (readonly [moves: string, gas: Gas])[];

/** A job with a false output, and how its game is played. */
interface Case {
  readonly job: JobRecord;
  readonly descent: Descent;
  readonly liar: Strategy;
  readonly challenger: Strategy;
}

const STEPS = ["dot256", "dot1024", "dot4096", "map", "reduce1024", "view", "take"] as const;
const DIGITS = 100;

/** Measures moves and whole games. */
export async function measureDisputes(): Promise<Map<string, Gas>> {
  const arena = await warmArena();
  const steps = stepProgram();
  await registerModel(arena, steps.model);
  const measured = new Map<string, Gas>();
  for (const name of STEPS) {
    const moves = await play(arena, await oneUnit(arena, steps, name), false);
    measured.set(`step.${name}`, costOf(moves, "step"));
    if (name === "dot1024") measured.set("dispute.pick", costOf(moves, "pick"));
  }
  const digits = await digitsCase(arena, 37);
  const single = await play(arena, digits, false);
  measured.set("dispute.challenge", costOf(single, "challenge"));
  measured.set("dispute.trace", costOf(single, "commitTrace"));
  measured.set("dispute.reveal64", await reveal64(arena));
  measured.set("dispute.digits", total(await play(arena, await digitsCase(arena, 58), true)));
  const large = largeProgram();
  await registerModel(arena, large.model);
  measured.set("dispute.1e9", total(await play(arena, await oneUnit(arena, large, "dot3"), true)));
  return measured;
}

/** An arena in use: a game is live, so that every account and counter was written before. */
async function warmArena(): Promise<Arena> {
  const arena = await deployArena();
  await registerModel(arena, loadDigitModel());
  const { job } = await digitsCase(arena, 12);
  await challengeClaim(arena, job, atOutputRoot(job.job), arena.players.stranger);
  return arena;
}

/** A hundred digits, one of which has a wrong number in the result of its largest product. */
async function digitsCase(arena: Arena, digit: number): Promise<Case> {
  const model = loadDigitModel();
  const inputs = loadDigits().heldOut.slice(0, DIGITS).map(digitInput);
  const honest = inputs.map((input) => resultsOf(new WasmExecutor().trace(model, input)));
  const sizes = model.program.nodes.map(({ op, rows, cols }) => (op === "dot" ? rows * cols : 0));
  const liar = [...honest];
  liar[digit] = falsified(model, honest[digit], sizes.indexOf(Math.max(...sizes)));
  return caseOf(arena, model, inputs, honest, liar, digit);
}

/** One unit with a wrong number in the result of the node of this name. */
async function oneUnit(
  arena: Arena,
  { model, input, nodeOf }: DisputedModel,
  name: string,
): Promise<Case> {
  const honest = resultsOf(new WasmExecutor().trace(model, input));
  const liar = falsified(model, honest, nodeOf.get(name) ?? -1);
  return caseOf(arena, model, [input], [honest], [liar], 0);
}

async function caseOf(
  arena: Arena,
  model: Model,
  inputs: readonly Tensor[],
  honest: readonly NodeResults[],
  lies: readonly NodeResults[],
  unit: number,
): Promise<Case> {
  const claimed = lies.map(({ ids }) => ids[ids.length - 1]);
  const job = await deliverClaim(arena, model, inputs, claimed);
  const strategy = (traces: readonly NodeResults[], side: "worker" | "challenger"): Strategy => {
    const knowledge = knowing(model, inputs, traces);
    return async ({ players }, record) => {
      const board = await getBoard(players[side], record);
      return nextMoves(board, knowledge, side, record.game.movedAt + 1n);
    };
  };
  return {
    job,
    descent: toUnit(claimed, unit),
    liar: strategy(lies, "worker"),
    challenger: strategy(honest, "challenger"),
  };
}

/** The results that follow from the first wrong number of a node's result that changes the output. */
function falsified(model: Model, honest: NodeResults, wrong: number): NodeResults {
  for (let element = 0; ; element++) {
    const lie = resultsOf(resultsAfter(model, honest, wrong, element));
    if (lie.ids[lie.ids.length - 1] !== honest.ids[honest.ids.length - 1]) return lie;
  }
}

function resultsAfter(
  { program }: Model,
  honest: NodeResults,
  wrong: number,
  element: number,
): Tensor[] {
  const results: Tensor[] = [];
  program.nodes.forEach((node, index) => {
    const operands = operandsOf(node);
    const touched = operands.some((operand) => results[operand] !== honest.result(operand));
    let result = honest.result(index);
    if (touched && node.op !== "input" && node.op !== "const") {
      result = evaluateOnWasm(
        node,
        operands.map((operand) => results[operand]),
      );
    }
    if (index === wrong) {
      result = { ...result, data: result.data.slice() };
      result.data[element] ^= dtypeMax(result.dtype);
    }
    results.push(result);
  });
  return results;
}

/** Plays a game to its verdict; batched, moves that a side can make together are one transaction. */
async function play(arena: Arena, game: Case, batched: boolean): Promise<Moves> {
  const { worker, challenger, stranger } = arena.players;
  const moves: [string, Gas][] = [];
  const send = async (client: ErgonClient, name: string, call: Call) => {
    const receipt = await sendCall(client, call);
    moves.push([name, await gasOf(receipt)]);
    return receipt;
  };
  const { job, descent } = game;
  const call = challengeJobCall(challenger.addresses, { job, descent, maxBond: MaxUint256 });
  const id = idOf(await send(challenger, "challenge", call));
  for (;;) {
    for (const side of [worker, challenger]) {
      const record = await getGame(stranger, { id });
      if (record.end !== undefined) return moves;
      const turn = await (side === worker ? game.liar : game.challenger)(arena, record);
      if (turn.length === 0) continue;
      const board = await getBoard(side, record);
      const calls = await callsOf(side, board, turn, batched);
      if (batched && calls.length > 1) {
        await send(
          side,
          turn.map(({ name }) => name).join("+"),
          gameBatchCall(side.addresses, calls),
        );
        continue;
      }
      for (const [i, single] of calls.entries()) await send(side, turn[i].name, single);
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

async function reveal64({ players: { worker } }: Arena): Promise<Gas> {
  const children = Array.from({ length: 64 }, (_, i) =>
    tensorId({ dtype: "i8", rows: 1, cols: 1, data: Int8Array.of(i) }),
  );
  const data = worker.optimisticVerifier.interface.encodeFunctionData("reveal", [0n, children]);
  const to = worker.addresses.optimisticVerifier;
  return gasOf(await sendCall(worker, { to, data: data as Hex }));
}

function idOf(receipt: TransactionReceipt): bigint {
  for (const log of receipt.logs) {
    const event = parseGameEvent(log);
    if (event !== undefined) return event.id;
  }
  throw new Error("no game began");
}

function costOf(moves: Moves, name: string): Gas {
  const found = moves.find(([moveName]) => moveName === name);
  if (found === undefined) throw new Error(`no ${name} was played`);
  return found[1];
}

function total(moves: Moves): Gas {
  return sum(...moves.map(([, gas]) => gas));
}
