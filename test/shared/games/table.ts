import { time } from "@nomicfoundation/hardhat-network-helpers";
import { MaxUint256, concat, keccak256, toBeHex } from "ethers";
import { ethers, network } from "hardhat";
import {
  Stage,
  abi,
  answeredAt,
  applyEvent,
  applyGameEvent,
  asHex,
  challengeJobCall,
  isDecided,
  jobIdOf,
  moveCall,
  packJob,
  parseGameEvent,
  parseJobEvent,
  revealTopic,
  settleJobCall,
  turnOf,
  unfreezeJobCall,
} from "../../../sdk/src/index";
import { listRoot, modelId, tensorId } from "../../../tensor/src/index";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import type { Log } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type {
  Ask,
  Bid,
  Board,
  Call,
  Descent,
  GameRecord,
  JobRecord,
  Move,
  Reveal,
  Side,
  TraceCommitment,
} from "../../../sdk/src/index";
import { WINDOWS } from "../jobs";
import { askOf, bidOf, signAsk } from "../market";
import type { Arena } from "../arena";
import type { Claim, Truth } from "./claims";
import type { Play } from "./players";

const GAS = "0x1000000";
const MOST_TURNS = 1_000;

/** A game and those who play it. */
export interface Seat {
  readonly id: bigint;
  readonly worker: Play;
  readonly challenger: Play;
  /** Sides whose moves may revert, which is as if they had made none. */
  readonly clumsy?: readonly Side[];
}

/** What happens in a game if nothing happens before, and when, in seconds. */
interface Later {
  readonly at: bigint;
  readonly act: () => Promise<void>;
}

/**
 * Jobs and games of an arena, followed from the receipts of their transactions and kept in memory, so
 * that a move costs one transaction and no search through the chain.
 */
export class Table {
  private readonly jobs = new Map<bigint, JobRecord>();
  private readonly games = new Map<bigint, GameRecord>();
  /** Of each game the way to its unit, and on to its node. */
  private readonly claims = new Map<bigint, Descent>();
  private readonly leaves = new Map<bigint, Descent>();
  private readonly traces = new Map<string, TraceCommitment>();
  private readonly reveals = new Map<string, Reveal>();
  private readonly asks = new Map<string, { readonly ask: Ask; readonly signature: Hex }>();
  /** Events that were followed: without one, nothing happened. */
  private events = 0;

  constructor(readonly arena: Arena) {}

  job(id: bigint): JobRecord {
    return found(this.jobs.get(id), `job ${id}`);
  }

  game(id: bigint): GameRecord {
    return found(this.games.get(id), `game ${id}`);
  }

  /** What a player sees of a game. */
  board(id: bigint): Board {
    const { game } = this.game(id);
    return {
      game,
      trace: this.traces.get(traceKey(jobIdOf(id), game.unit)),
      claim: async () => this.claims.get(id),
      leaf: async () => this.leaves.get(id),
      revealedAt: async (key) => this.reveals.get(revealTopic(key))?.at,
      reveal: async (key) => this.reveals.get(revealTopic(key)),
    };
  }

  /** Opens a job and delivers a claim; returns the job's id. */
  async deliver(
    { model, inputs, chained }: Truth,
    { units, outputs }: Claim,
    changes: Partial<Ask & Bid> = {},
  ): Promise<bigint> {
    const { arena } = this;
    const inputIds = inputs.map(tensorId);
    const terms = {
      modelId: modelId(model.program),
      verifier: arena.addresses.optimisticVerifier,
      ...changes,
    };
    const { ask, signature } = await this.ask(terms);
    const bid = bidOf(arena, {
      inputRoot: chained ? inputIds[0] : listRoot(inputIds),
      units: BigInt(outputs.length),
      chained,
      ...terms,
      nonce: 0n,
    });
    const { jobEscrow } = arena.addresses;
    const fill = abi.jobEscrow.encodeFunctionData("fill", [ask, signature, bid, "0x"]);
    await this.send(arena.client, { to: jobEscrow, data: asHex(fill) });
    const { id, job } = newest(this.jobs);
    const deliver = abi.jobEscrow.encodeFunctionData("deliver", [
      id,
      packJob(job),
      units.root,
      outputs.length,
      "0x",
    ]);
    await this.send(arena.worker, { to: jobEscrow, data: asHex(deliver) });
    return id;
  }

  /** Challenges a job from `descent` on; returns the game's id. */
  async challenge(
    jobId: bigint,
    descent: Descent,
    sender: HardhatEthersSigner = this.arena.challenger,
  ): Promise<bigint> {
    const parameters = { job: this.job(jobId), descent, maxBond: MaxUint256 };
    await this.send(sender, challengeJobCall(this.arena.addresses, parameters));
    const { id } = newest(this.games);
    this.claims.set(id, descent);
    return id;
  }

  /** Makes a move in a game. */
  async move(id: bigint, move: Move, sender: HardhatEthersSigner): Promise<void> {
    const { stage } = this.game(id).game;
    await this.send(sender, this.call(id, move));
    if (!("descent" in move) || stage === Stage.Tensor) return;
    const ways = move.name === "pick" ? this.claims : this.leaves;
    ways.set(id, joined(ways.get(id), move.descent));
  }

  /** The call of a move. */
  call(id: bigint, move: Move, signature?: Hex): Call {
    const { game, trace } = this.board(id);
    const { job } = this.job(jobIdOf(id));
    return moveCall(this.arena.addresses, { game, trace, job }, move, signature);
  }

  /** Plays a game to its end; a side that is silent in its turn runs out of time. */
  async playOut(seat: Seat): Promise<GameRecord> {
    const [record] = await this.playAll([seat]);
    return record;
  }

  /** Plays games side by side to their ends. */
  async playAll(seats: readonly Seat[]): Promise<GameRecord[]> {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const live = seats.filter(({ id }) => this.game(id).end === undefined);
      if (live.length === 0) return seats.map(({ id }) => this.game(id));
      const waiting: Later[] = [];
      for (const seat of live) waiting.push(...(await this.take(seat)));
      if (waiting.length < live.length) continue;
      const [next] = waiting.sort((a, b) => Number(a.at - b.at));
      if (next.at > (await now())) await time.setNextBlockTimestamp(next.at);
      await next.act();
    }
    throw new Error(`games ${seats.map(({ id }) => id).join(", ")} do not end`);
  }

  /** Settles a job about which no game is live, as soon as it can be. */
  async settle(id: bigint): Promise<void> {
    const { job } = this.job(id);
    const from = job.deliveredAt + WINDOWS[Number(job.termsClass)] + 1n;
    if (from > (await now())) await time.setNextBlockTimestamp(from);
    const { addresses, stranger } = this.arena;
    if (job.frozen) await this.send(stranger, unfreezeJobCall(addresses, { job: this.job(id) }));
    await this.send(stranger, settleJobCall(addresses, { job: this.job(id) }));
  }

  /** Sends a call and follows what its receipt says. Throws if it reverts. */
  async send(sender: HardhatEthersSigner, call: Call): Promise<void> {
    const transaction = { from: sender.address, gas: GAS, ...call };
    const hash = await network.provider.send("eth_sendTransaction", [transaction]);
    const receipt = found(await ethers.provider.getTransactionReceipt(hash), hash);
    const at = await now();
    for (const log of receipt.logs) this.follow(log, call, at);
    this.events += receipt.logs.length;
  }

  /** Lets both sides do what they do at once; if that is nothing, returns what happens later. */
  private async take(seat: Seat): Promise<Later[]> {
    const { id, clumsy = [] } = seat;
    const { arena, events } = this;
    if (isDecided(this.game(id).game)) {
      await this.move(id, { name: "resolve" }, arena.stranger);
      return [];
    }
    const board = this.board(id);
    const { until } = turnOf(board.game, await answeredAt(board));
    const later: Later[] = [];
    for (const side of ["worker", "challenger"] as const) {
      if (this.game(id).end !== undefined) continue;
      const { moves, margin } = await seat[side](this.board(id), await now());
      const act = () => this.makeAll(id, moves, arena[side], clumsy.includes(side));
      if (margin === undefined) await act();
      else if (moves.length > 0) later.push({ at: until - margin - BigInt(moves.length - 1), act });
    }
    if (this.events > events) return [];
    const timeOut = () => this.move(id, { name: "resolve" }, arena.stranger);
    return later.length > 0 ? later.slice(0, 1) : [{ at: until + 1n, act: timeOut }];
  }

  /** Makes the moves of a turn; those of a clumsy player may revert. */
  private async makeAll(
    id: bigint,
    moves: readonly Move[],
    sender: HardhatEthersSigner,
    clumsy: boolean,
  ): Promise<void> {
    for (const move of moves) {
      try {
        await this.move(id, move, sender);
      } catch (error) {
        if (!clumsy) throw error;
      }
    }
  }

  private async ask(terms: Partial<Ask & Bid>): Promise<{ ask: Ask; signature: Hex }> {
    const key = Object.entries(terms).join();
    const known = this.asks.get(key);
    if (known !== undefined) return known;
    const nonce = BigInt(this.asks.size) + 1n;
    const ask = askOf(this.arena, { maxUnits: 2n ** 60n, ...terms, nonce });
    const signed = { ask, signature: await signAsk(this.arena, ask) };
    this.asks.set(key, signed);
    return signed;
  }

  private follow(log: Log, call: Call, at: bigint): void {
    const job = parseJobEvent(log);
    if (job !== undefined) {
      this.jobs.set(job.id, applyEvent(this.jobs.get(job.id), job));
      return;
    }
    const event = parseGameEvent(log);
    if (event !== undefined) {
      this.games.set(event.id, applyGameEvent(this.games.get(event.id), event));
      return;
    }
    const { name, args } = abi.optimisticVerifier.parseLog(log) ?? {};
    if (name === "TraceCommitted") {
      const { id, unit, root, programRoot, nodes, committedAt } = found(args, name);
      this.traces.set(traceKey(id, unit), { root, programRoot, nodes, committedAt });
    } else if (name === "Revealed") {
      const { key } = found(args, name);
      const children = found(shownIn(call.data).get(key), name);
      this.reveals.set(key, { children, at });
    }
  }
}

/** The way down that `above` begins and `below` goes on. */
function joined(above: Descent | undefined, below: Descent): Descent {
  return { ...below, siblings: [...below.siblings, ...(above?.siblings ?? [])] };
}

function traceKey(job: bigint, unit: bigint): string {
  return `${job} ${unit}`;
}

/** What a call of the verifier reveals, those in a batch too, by the topics of the events. */
function shownIn(data: Hex): Map<string, readonly Hex[]> {
  const call = abi.optimisticVerifier.parseTransaction({ data });
  if (call?.name === "batch") {
    const inner = call.args.calls.map((item: string) => [...shownIn(asHex(item))]);
    return new Map(inner.flat());
  }
  if (call?.name !== "reveal") return new Map();
  const { header } = call.args;
  const children: Hex[] = call.args.children.map(asHex);
  const root = listRoot(children);
  const node = header === 0n ? root : asHex(keccak256(concat([toBeHex(header, 32), root])));
  return new Map([[revealTopic({ node, header, count: children.length }), children]]);
}

/** The entry that was added last. */
function newest<T>(entries: ReadonlyMap<bigint, T>): T {
  return found([...entries.values()].at(-1), "entry");
}

async function now(): Promise<bigint> {
  return BigInt(await time.latest());
}

function found<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`there is no ${what}`);
  return value;
}
