import { keccak256, toUtf8Bytes } from "ethers";
import { aJob, address, word } from "./fixtures";
import { ChainError } from "../../../worker/src/chain/errors";
import type { Market } from "../../../worker/src/chain/market";
import type {
  Block,
  Call,
  ChainNode,
  FeeSuggestion,
  Receipt,
  UnsignedTransaction,
} from "../../../worker/src/chain/node";
import { parse, stringify } from "../../../worker/src/json";
import {
  DemandKind,
  JobStatus,
  applyEvent,
  contestableUntil,
  deadlineOf,
} from "../../../sdk/src/index";
import type { Ask, Bid, Job, JobChange, JobEvent, JobRecord } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

const ESCROW = address("e");
const WORKER = address("b");

type Transaction = UnsignedTransaction & { readonly hash: Hex };

/** What the fake contracts hold; found by replaying the blocks, so that blocks can be dropped. */
interface State {
  nonce: number;
  claims: bigint;
  withdrawn: bigint;
  readonly filled: Set<bigint>;
  readonly jobs: Map<bigint, JobRecord>;
  readonly events: JobEvent[];
  readonly receipts: Map<Hex, Receipt>;
  readonly executed: string[];
}

interface MinedBlock extends Block {
  readonly transactions: readonly Transaction[];
  /** Jobs of which a piece is demanded in this block. */
  readonly demands: bigint[];
}

/** One account on a chain of its own with a toy escrow: fill, deliver, settle after a window. */
export class FakeChain implements ChainNode {
  readonly address = WORKER;
  readonly mempool = new Map<number, Transaction>();
  readonly broadcasts: Hex[] = [];
  baseFee = 10n;
  tip = 1n;
  /** Thrown by the next broadcast. */
  broadcastError: ChainError | undefined;
  private blocks: MinedBlock[] = [];
  private forks = 0;
  private state = emptyState();

  constructor() {
    this.mine(0);
  }

  /** Adds a block after `seconds` with the transactions that are next in order. */
  mine(seconds = 10, most = Infinity): void {
    const last = this.blocks.at(-1);
    const number = this.blocks.length;
    const transactions: Transaction[] = [];
    for (let nonce = this.state.nonce; transactions.length < most; nonce++) {
      const next = this.mempool.get(nonce);
      if (next === undefined || next.maxFeePerGas < this.baseFee) break;
      transactions.push(next);
      this.mempool.delete(nonce);
    }
    const timestamp = (last?.timestamp ?? 0) + seconds;
    const hash = hashOf(`${this.forks}/${number}/${timestamp}`);
    const block = { number, timestamp, hash, transactions, demands: [] };
    this.blocks.push(block);
    execute(this.state, block);
  }

  /** Drops the last `depth` blocks; their transactions wait again unless `lose`. */
  reorganise(depth: number, lose = false): void {
    const dropped = this.blocks.splice(Math.max(this.blocks.length - depth, 1));
    this.forks++;
    this.replay();
    if (lose) return;
    for (const { transactions } of dropped) {
      for (const transaction of transactions) this.mempool.set(transaction.nonce, transaction);
    }
  }

  /** Uses up the next nonce with a transaction that the worker did not make. */
  useNonce(): void {
    const nonce = this.state.nonce;
    const data = encode("other", {});
    const content = { to: ESCROW, data, nonce, gasLimit: 1n };
    const fees = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n };
    const hash = hashOf(`foreign ${nonce} ${this.forks}`);
    this.mempool.set(nonce, { ...content, ...fees, hash });
  }

  /** Names of the calls that were executed with success, in order. */
  get executed(): readonly string[] {
    return this.state.executed;
  }

  get withdrawn(): bigint {
    return this.state.withdrawn;
  }

  async head(): Promise<Block> {
    return this.blocks[this.blocks.length - 1];
  }

  async block(number: number): Promise<Block | undefined> {
    return this.blocks[number];
  }

  async nonce(at: number | "latest"): Promise<number> {
    return at === "latest" ? this.state.nonce : this.stateAt(at).nonce;
  }

  async estimateGas(call: Call): Promise<bigint> {
    const trial = this.stateAt(this.blocks.length - 1);
    const last = this.blocks[this.blocks.length - 1];
    const next = { number: last.number + 1, timestamp: last.timestamp + 1, hash: word(0) };
    const reason = apply(trial, call, { ...next, transactionHash: word(0) });
    if (reason !== undefined) throw new ChainError("REVERT", reason);
    return 50_000n;
  }

  async fees(): Promise<FeeSuggestion> {
    return { baseFee: this.baseFee, tip: this.tip };
  }

  async sign(transaction: UnsignedTransaction): Promise<{ hash: Hex; raw: Hex }> {
    const raw: Hex = `0x${Buffer.from(stringify(transaction)).toString("hex")}`;
    return { raw, hash: hashOf(raw) };
  }

  async broadcast(raw: Hex): Promise<void> {
    const hash = hashOf(raw);
    this.broadcasts.push(hash);
    const error = this.broadcastError;
    this.broadcastError = undefined;
    if (error !== undefined) throw error;
    const content = Buffer.from(raw.slice(2), "hex").toString();
    const transaction = { ...(parse(content) as UnsignedTransaction), hash };
    if (transaction.nonce < this.state.nonce)
      throw new ChainError("NONCE_TOO_LOW", "nonce too low");
    const rival = this.mempool.get(transaction.nonce);
    if (rival?.hash === hash) throw new ChainError("ALREADY_KNOWN", "already known");
    if (rival !== undefined && !outbids(transaction, rival)) {
      throw new ChainError("UNDERPRICED", "replacement transaction underpriced");
    }
    this.mempool.set(transaction.nonce, transaction);
  }

  async receipt(hash: Hex): Promise<Receipt | undefined> {
    return this.state.receipts.get(hash);
  }

  /** Whether a piece of the job's output can be demanded: it is delivered, and its window not over. */
  canDemand(id: bigint): boolean {
    const record = this.state.jobs.get(id);
    if (record === undefined || record.end !== undefined) return false;
    const { job } = record;
    const now = BigInt(this.blocks[this.blocks.length - 1].timestamp);
    return job.status === JobStatus.Delivered && job.demands === 0n && now <= contestableUntil(job);
  }

  /** Jobs with a demand that was not answered. */
  get unanswered(): readonly bigint[] {
    return [...this.state.jobs.values()]
      .filter(({ job }) => job.demands !== 0n)
      .map(({ id }) => id);
  }

  /** What was delivered for a job. */
  outputRoot(id: bigint): Hex | undefined {
    return this.state.jobs.get(id)?.job.outputRoot;
  }

  /** The client asks to see the first word of unit 0, in a block of its own. */
  demand(id: bigint): void {
    this.mine(0);
    this.blocks.at(-1)?.demands.push(id);
    this.replay();
  }

  /** The market on this chain. */
  get market(): Market {
    return {
      bidDigest: (bid) => hashOf(stringify(bid)),
      isRegistered: async () => true,
      weightsUri: async () => "",
      bondable: async () => 10n ** 12n,
      leastBond: async (bid) => bid.maxUnitPrice * bid.units,
      claims: async (_token, block) => this.stateAt(block).claims,
      events: async (from, to, jobs) => this.eventsIn(from, to, jobs),
      fill: (ask, { bid }) => call("fill", { ask, bid }),
      deliver: ({ id }, outputRoot, units) => call("deliver", { id, outputRoot, units }),
      showOutput: ({ id }, kind) => call("showOutput", { id, kind }),
      lapseDemand: ({ id }, kind) => call("lapseDemand", { id, kind }),
      handBack: ({ id }) => call("handBack", { id }),
      expire: ({ id }) => call("expire", { id }),
      settle: ({ id }) => call("settle", { id }),
      withdraw: (_token, amount) => call("withdraw", { amount }),
    };
  }

  private eventsIn(from: number, to: number, jobs: readonly bigint[]): JobEvent[] {
    const all = this.state.events.filter(
      ({ at: { blockNumber } }) => blockNumber >= from && blockNumber <= to,
    );
    const opened = all.filter(({ name }) => name === "JobOpened").map(({ id }) => id);
    return all.filter(({ id }) => jobs.includes(id) || opened.includes(id));
  }

  private replay(): void {
    this.state = emptyState();
    for (const block of this.blocks) execute(this.state, block);
  }

  private stateAt(number: number): State {
    const state = emptyState();
    for (const block of this.blocks.slice(0, number + 1)) execute(state, block);
    return state;
  }
}

function outbids(transaction: Transaction, rival: Transaction): boolean {
  return (
    transaction.maxFeePerGas * 10n >= rival.maxFeePerGas * 11n &&
    transaction.maxPriorityFeePerGas * 10n >= rival.maxPriorityFeePerGas * 11n
  );
}

function emptyState(): State {
  return {
    nonce: 0,
    claims: 0n,
    withdrawn: 0n,
    filled: new Set(),
    jobs: new Map(),
    events: [],
    receipts: new Map(),
    executed: [],
  };
}

function execute(state: State, block: MinedBlock): void {
  for (const transaction of block.transactions) {
    state.nonce++;
    const reason = apply(state, transaction, { ...block, transactionHash: transaction.hash });
    const success = reason === undefined;
    state.receipts.set(transaction.hash, { success, block: block.number, cost: 1n });
    state.executed.push(success ? decode(transaction.data).name : `reverted ${reason}`);
  }
  for (const id of block.demands) {
    const piece = { unit: 0n, firstWord: 0n, wordsLog2: 0n };
    const rest = { demander: ESCROW, piece, payment: 1n };
    const answerBy = BigInt(block.timestamp) + 1_800n;
    const kind = DemandKind.Client;
    const position = { ...block, transactionHash: word(0) };
    emit(state, position, id, { name: "OutputDemanded", kind, ...rest, answerBy });
  }
}

interface Arguments {
  readonly ask?: Ask;
  readonly bid?: Bid;
  readonly id?: bigint;
  readonly kind?: DemandKind;
  readonly outputRoot?: Hex;
  readonly units?: bigint;
  readonly amount?: bigint;
}

type Position = Block & { readonly transactionHash: Hex };

/** Executes a call, or returns why it reverts and changes nothing. */
function apply(state: State, { data }: Call, position: Position): string | undefined {
  const { name, args } = decode(data);
  if (name === "cancel" || name === "other") return undefined;
  if (name === "fill") return fill(state, args, position);
  if (name === "withdraw") return withdraw(state, args);
  const record = state.jobs.get(args.id ?? 0n);
  if (record === undefined || record.end !== undefined) return "JobsStale";
  const change = changeOf(name, args, record.job, BigInt(position.timestamp));
  if (typeof change === "string") return change;
  if (change.name === "JobSettled") state.claims += change.paid;
  emit(state, position, record.id, change);
  return undefined;
}

/** What a call does to a job, or why it reverts. */
function changeOf(name: string, args: Arguments, job: Job, now: bigint): JobChange | string {
  const { kind = DemandKind.Client, outputRoot = word(0), units = 0n } = args;
  if (name === "settle") {
    if (job.status !== JobStatus.Delivered) return "JobsWrongStatus";
    if (job.demands !== 0n) return "DemandsPending";
    if (now <= contestableUntil(job)) return "JobEscrowContestable";
    return { name: "JobSettled", paid: job.unitPrice * job.units, fee: 0n };
  }
  if (name === "showOutput") {
    if (job.demands === 0n) return "DemandsNotPending";
    return { name: "OutputShown", kind, header: 0n, words: [] };
  }
  if (job.status !== JobStatus.Open) return "JobsWrongStatus";
  const late = now > deadlineOf(job);
  if (name === "expire") return late ? { name: "JobExpired", penalty: 0n } : "JobEscrowNotExpired";
  if (late) return "JobEscrowTooLate";
  if (name === "handBack") return { name: "JobHandedBack", share: 0n };
  return { name: "JobDelivered", outputRoot, units, deliveredAt: now };
}

function fill(state: State, { ask, bid }: Arguments, position: Position): string | undefined {
  if (ask === undefined || bid === undefined) return "Panic";
  if (state.filled.has(bid.nonce)) return "OrdersNonceUsed";
  if (BigInt(position.timestamp) > bid.expiry) return "OrdersExpired";
  state.filled.add(bid.nonce);
  const job = aJob(ask, bid, BigInt(position.timestamp));
  const id = BigInt(state.jobs.size + 1);
  emit(state, position, id, { name: "JobOpened", job });
  return undefined;
}

function withdraw(state: State, { amount = 0n }: Arguments): string | undefined {
  if (amount > state.claims) return "LedgerInsufficient";
  state.claims -= amount;
  state.withdrawn += amount;
  return undefined;
}

function emit(state: State, position: Position, id: bigint, change: JobChange): void {
  const { number: blockNumber, hash: blockHash, transactionHash } = position;
  const logIndex = state.events.length;
  const event = { ...change, id, at: { blockNumber, blockHash, transactionHash, logIndex } };
  state.events.push(event);
  state.jobs.set(id, applyEvent(state.jobs.get(id), event));
}

function call(name: string, args: Arguments): Call {
  return { to: ESCROW, data: encode(name, args) };
}

function encode(name: string, args: Arguments): Hex {
  return `0x${Buffer.from(stringify({ name, args })).toString("hex")}`;
}

function decode(data: Hex): { readonly name: string; readonly args: Arguments } {
  if (data === "0x") return { name: "cancel", args: {} };
  return parse(Buffer.from(data.slice(2), "hex").toString()) as never;
}

function hashOf(text: string): Hex {
  return keccak256(toUtf8Bytes(text)) as Hex;
}
