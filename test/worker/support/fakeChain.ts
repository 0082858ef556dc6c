import { keccak256, toUtf8Bytes } from "ethers";
import { aBid, address, word } from "./fixtures";
import { ChainError } from "../../../worker/src/chain/errors";
import type { BlockEvent, Job, JobEvent, Market } from "../../../worker/src/chain/market";
import type {
  Block,
  Call,
  ChainNode,
  FeeSuggestion,
  Receipt,
  UnsignedTransaction,
} from "../../../worker/src/chain/node";
import { parse, stringify } from "../../../worker/src/json";
import type { Hex } from "../../../tensor/src/index";

const ESCROW = address("e");
const WORKER = address("a");
const WINDOW = 100;

type Transaction = UnsignedTransaction & { readonly hash: Hex };

/** What the fake contracts hold; found by replaying the blocks, so that blocks can be dropped. */
interface State {
  nonce: number;
  claims: bigint;
  withdrawn: bigint;
  readonly filled: Map<string, number>;
  readonly jobs: Map<Hex, { job: Job; status: string; contestableUntil: number; paid: bigint }>;
  readonly events: BlockEvent[];
  readonly receipts: Map<Hex, Receipt>;
  readonly executed: string[];
}

interface MinedBlock extends Block {
  readonly transactions: readonly Transaction[];
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
    const block = { number, timestamp, hash, transactions };
    this.blocks.push(block);
    execute(this.state, block);
  }

  /** Drops the last `depth` blocks; their transactions wait again unless `lose`. */
  reorganise(depth: number, lose = false): void {
    const dropped = this.blocks.splice(Math.max(this.blocks.length - depth, 1));
    this.forks++;
    this.state = emptyState();
    for (const block of this.blocks) execute(this.state, block);
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

  /** Adds claims, as of the next replay too. */
  earn(amount: bigint): void {
    this.state.claims += amount;
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
    const { timestamp, number } = this.blocks[this.blocks.length - 1];
    const reason = apply(trial, call, number + 1, timestamp + 1);
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

  /** The market on this chain. */
  get market(): Market {
    return {
      bidDigest: (bid) => hashOf(stringify(bid)),
      isRegistered: async () => true,
      bondable: async () => 10n ** 12n,
      leastUnitBond: async (bid) => bid.maxUnitPrice,
      claims: async (_token, block) => this.stateAt(block).claims,
      events: async (from, to) =>
        this.state.events.filter(({ block }) => block >= from && block <= to),
      fill: ({ bid }, ask) => call("fill", { bid, price: ask.unitPrice * bid.units }),
      deliver: (job, outputRoot, units) => call("deliver", { id: job.id, outputRoot, units }),
      handBack: (job) => call("handBack", { id: job.id }),
      expire: (job) => call("expire", { id: job.id }),
      settle: (job) => call("settle", { id: job.id }),
      withdraw: (_token, amount) => call("withdraw", { amount }),
    };
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
    filled: new Map(),
    jobs: new Map(),
    events: [],
    receipts: new Map(),
    executed: [],
  };
}

function execute(state: State, { number, timestamp, transactions }: MinedBlock): void {
  for (const transaction of transactions) {
    state.nonce++;
    const reason = apply(state, transaction, number, timestamp);
    const success = reason === undefined;
    state.receipts.set(transaction.hash, { success, block: number, cost: 1n });
    state.executed.push(success ? decode(transaction.data).name : `reverted ${reason}`);
  }
}

interface Arguments {
  readonly bid?: ReturnType<typeof aBid>;
  readonly price?: bigint;
  readonly id?: Hex;
  readonly units?: bigint;
  readonly amount?: bigint;
}

/** Executes a call, or returns why it reverts and changes nothing. */
function apply(state: State, { data }: Call, block: number, now: number): string | undefined {
  const { name, args } = decode(data);
  const emit = (event: JobEvent): void => void state.events.push({ block, event });
  if (name === "fill") return fill(state, args, now, emit);
  if (name === "withdraw") return withdraw(state, args.amount ?? 0n);
  if (name === "cancel" || name === "other") return undefined;
  const entry = state.jobs.get(args.id ?? "0x");
  if (entry === undefined) return "JobEscrowUnknownJob";
  if (name === "settle") {
    if (entry.status !== "delivered") return "JobEscrowNotDelivered";
    if (now <= entry.contestableUntil) return "JobEscrowStillContestable";
    state.claims += entry.paid;
    entry.status = "settled";
    emit({ kind: "settled", jobId: entry.job.id });
    return undefined;
  }
  if (entry.status !== "open") return "JobEscrowNotOpen";
  if (name === "deliver") {
    if (BigInt(now) > entry.job.deadline) return "JobEscrowLate";
    const contestableUntil = now + WINDOW;
    Object.assign(entry, { status: "delivered", contestableUntil });
    const { job } = entry;
    const [units, end] = [args.units ?? 0n, BigInt(contestableUntil)];
    emit({ kind: "delivered", jobId: job.id, job, units, contestableUntil: end });
    return undefined;
  }
  entry.status = "closed";
  emit({ kind: "closed", jobId: entry.job.id });
  return undefined;
}

function fill(
  state: State,
  { bid = aBid(), price = 0n }: Arguments,
  now: number,
  emit: (event: JobEvent) => void,
): string | undefined {
  const key = `${bid.client}/${bid.nonce}`;
  if (state.filled.has(key)) return "JobEscrowNonceUsed";
  if (BigInt(now) > bid.expiry) return "JobEscrowExpired";
  state.filled.set(key, now);
  const id = word(1000 + state.jobs.size);
  const job = { id, units: bid.units, deadline: BigInt(now) + bid.maxTurnaround, raw: null };
  state.jobs.set(id, { job, status: "open", contestableUntil: 0, paid: price });
  emit({ kind: "filled", jobId: id, client: bid.client, nonce: bid.nonce, job });
  return undefined;
}

function withdraw(state: State, amount: bigint): string | undefined {
  if (amount > state.claims) return "LedgerInsufficient";
  state.claims -= amount;
  state.withdrawn += amount;
  return undefined;
}

function call(name: string, args: Arguments & { readonly outputRoot?: Hex }): Call {
  return { to: ESCROW, data: encode(name, args) };
}

function encode(name: string, args: object): Hex {
  return `0x${Buffer.from(stringify({ name, args })).toString("hex")}`;
}

function decode(data: Hex): { readonly name: string; readonly args: Arguments } {
  if (data === "0x") return { name: "cancel", args: {} };
  return parse(Buffer.from(data.slice(2), "hex").toString()) as never;
}

function hashOf(text: string): Hex {
  return keccak256(toUtf8Bytes(text)) as Hex;
}
