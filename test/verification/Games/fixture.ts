import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { Contract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { ProgramBuilder, encodeNode, tensor } from "../../../tensor/src/index";
import { isDecided, moveCall } from "../../../sdk/src/index";
import type { Hex, Model, Tensor } from "../../../tensor/src/index";
import type { Ask, Bid, Descent, Game, Job, Move, TraceCommitment } from "../../../sdk/src/index";
import { deployArena, registerModel } from "../../shared/arena";
import type { Arena } from "../../shared/arena";
import {
  descentTo,
  knowledgeOf,
  mistakenAbout,
  trueClaim,
  truthOf,
} from "../../shared/games/claims";
import { ForgedTree } from "../../shared/games/forgedTree";
import { byKnowledge } from "../../shared/games/players";
import { bytesToWords } from "../../shared/programs";
import { Table } from "../../shared/games/table";

/** Nodes of the model: sums of the input and a constant, their totals, and what follows from those. */
export const NODE = { input: 0, constant: 1, sum: 2, total: 3 } as const;
export const [UNITS, NODES] = [5, 70];
export const NOISE: Hex = `0x${"55".repeat(32)}`;

const [ROWS, COLS] = [64, 70];

/** The truth of five units: two rounds of trace, and two of the tensor of a sum. */
export const TRUTH = truthOf(buildModel(), [1, 2, 3, 4, 5].map(inputOf), UNITS, false);
export const CLAIM = trueClaim(TRUTH);
export const OUTPUT_ROOT: Descent = descentTo(CLAIM, 0, CLAIM.units.depth);

/** What a call about a game carries, and who sends it. */
export interface GameCall {
  readonly game: Game;
  readonly trace?: TraceCommitment;
  readonly job: Job;
  readonly move: Move;
  readonly signature?: Hex;
  readonly sender: HardhatEthersSigner;
}

export type Dispute = Awaited<ReturnType<typeof disputeIn>>;
export type GamesFixture = Awaited<ReturnType<typeof gamesFixture>>;

/**
 * Games about the first unit of one job whose challenger is wrong about a sum, each answered and with the
 * challenger's next move: at the root, at the unit, in the trace, at the top of the tensor, inside it, and
 * refuted; and one in the trace whose challenger is wrong about the input.
 */
export async function gamesFixture() {
  const the = await disputeIn(await deployRegistered());
  const games = {
    root: await the.bring(0),
    unit: await the.bring(1),
    trace: await the.bring(2),
    tensor: await the.bring(3),
    inTensor: await the.bring(4),
    refuted: await the.bring(5),
    input: await the.bring(2, NODE.input),
  };
  return { ...the, games };
}

/** A job that is right in all units, delivered on a fresh chain. */
export async function freshDispute(changes: Partial<Ask & Bid> = {}): Promise<Dispute> {
  return disputeIn(await loadFixture(deployRegistered), changes);
}

async function deployRegistered(): Promise<Arena> {
  const arena = await deployArena();
  await registerModel(arena, TRUTH.model);
  return arena;
}

async function disputeIn(arena: Arena, changes?: Partial<Ask & Bid>) {
  const table = new Table(arena);
  const jobId = await table.deliver(TRUTH, CLAIM, changes);
  const worker = byKnowledge(knowledgeOf(TRUTH), "worker");

  /** What the worker has to do in a game. */
  const answersTo = async (id: bigint) => (await worker(table.board(id), 0n)).moves;
  const answer = async (id: bigint) => {
    for (const move of await answersTo(id)) await table.move(id, move, arena.worker);
  };
  /** The move of a challenger that is wrong about a node. */
  const moveIn = async (id: bigint, node: number = NODE.sum): Promise<Move> => {
    const challenger = byKnowledge(mistakenAbout(TRUTH, node), "challenger");
    const [move] = (await challenger(table.board(id), 0n)).moves;
    return move;
  };
  /** A game that waits for the worker after so many moves. */
  const begin = async (turns: number, node?: number, job = jobId): Promise<bigint> => {
    const id = await table.challenge(job, OUTPUT_ROOT);
    for (let turn = 0; turn < turns; turn++) {
      await answer(id);
      await table.move(id, await moveIn(id, node), arena.challenger);
    }
    return id;
  };
  /** The call of the challenger's next move in a game, which the worker answered. */
  const callOf = async (id: bigint, node?: number): Promise<GameCall> => {
    const { game, trace } = table.board(id);
    const { job } = table.job(id >> 32n);
    return { game, trace, job, move: await moveIn(id, node), sender: arena.challenger };
  };
  /** The same of a new game, after so many moves. */
  const bring = async (turns: number, node?: number): Promise<GameCall> => {
    const id = await begin(turns, node);
    if (!isDecided(table.game(id).game)) await answer(id);
    return callOf(id, node);
  };
  const { optimisticVerifier: verifier } = arena;

  const send = async ({ sender, move, signature, ...position }: GameCall) =>
    sender.sendTransaction(moveCall(arena.addresses, position, move, signature));

  const errors = new Contract(arena.addresses.optimisticVerifier, [
    ...verifier.interface.fragments,
    ...arena.tensorStep.interface.fragments,
    ...arena.ledger.interface.fragments,
  ]);

  /** Expects a call to revert, and to leave its game as it is. */
  const expectRefused = async (call: GameCall, error: string, ...args: unknown[]) => {
    const { id } = call.game;
    const before = await verifier.gameHash(id);
    await expect(send(call), call.move.name)
      .to.be.revertedWithCustomError(errors, error)
      .withArgs(...args);
    expect(await verifier.gameHash(id)).to.equal(before);
  };
  const play = { answersTo, answer, begin, callOf, bring, send, expectRefused };
  return { ...arena, errors, table, jobId, ...play };
}

/** The move with its way down changed. */
export function descending({ move, ...call }: GameCall, changes: Partial<Descent>): GameCall {
  if (!("descent" in move)) throw new TypeError(`${move.name} leads nowhere`);
  return { ...call, move: { ...move, descent: { ...move.descent, ...changes } } };
}

/** The call with its move changed. */
export function moving<Name extends Move["name"]>(
  { move, ...call }: GameCall,
  name: Name,
  changes: Partial<Extract<Move, { name: Name }>>,
): GameCall {
  if (move.name !== name) throw new TypeError(`${move.name} is no ${name}`);
  return { ...call, move: { ...move, ...changes } };
}

/** The words of a node of the program. */
export function wordsOf(node: number): Hex[] {
  return bytesToWords(encodeNode(TRUTH.model.program.nodes[node]))[0];
}

/** The way down to a node of a unit's trace, from its root. */
export function placeInTrace(height: number, index: number, unit = 0): Descent {
  const tree = new ForgedTree(TRUTH.traces[unit].ids);
  const [node, siblings] = [tree.node(height, index), tree.siblings({ height, index })];
  return { height: BigInt(height), index: BigInt(index), node, siblings };
}

function buildModel(): Model {
  const builder = new ProgramBuilder();
  const x = builder.input("x", "i8", ROWS, COLS);
  const constant = builder.constant("constant", inputOf(6));
  const sum = builder.map.add("sum", x, constant, { dtype: "i8" });
  const total = builder.reduce("total", "sum", sum);
  let last = total;
  for (let node = NODE.total + 1; node < NODES; node++) {
    last = builder.map.add(`node ${node}`, last, total);
  }
  return builder.build();
}

function inputOf(seed: number): Tensor {
  const data = Array.from({ length: ROWS * COLS }, (_, i) => 1 + ((i + seed) % 50));
  return tensor("i8", ROWS, COLS, data);
}
