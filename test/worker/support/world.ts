import { keccak256 } from "ethers";
import { FakeChain } from "./fakeChain";
import { PROVIDER, TOKEN, WORKER, aBid, address } from "./fixtures";
import { memoryLog } from "./log";
import { ManualClock, MemoryStore, memoryBlobs } from "./memory";
import { INCREMENT, INCREMENT_ID, inlineRunner, inputsOf } from "./model";
import { Intake } from "../../../worker/src/bids/intake";
import { TransactionSender } from "../../../worker/src/chain/sender";
import type { SenderOptions } from "../../../worker/src/chain/sender";
import type { Context } from "../../../worker/src/engine/context";
import { Engine } from "../../../worker/src/engine/engine";
import { Journal } from "../../../worker/src/journal/journal";
import { Metrics } from "../../../worker/src/metrics";
import { ZERO_ADDRESS } from "../../../sdk/src/index";
import { inputHeader } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Thrown to who waits for a worker that was killed. */
export class Killed extends Error {}

/** The death of one worker. */
class Death {
  came = false;
  private strike: (reason: Killed) => void = () => undefined;
  private readonly blow = new Promise<never>((_, reject) => (this.strike = reject));

  constructor() {
    this.blow.catch(() => undefined);
  }

  /** Ends the worker. */
  come(): void {
    this.came = true;
    this.strike(new Killed());
  }

  /** What `life` gives, unless death comes first. */
  before<Result>(life: Promise<Result>): Promise<Result> {
    return Promise.race([life, this.blow]);
  }
}

type Member = (...args: unknown[]) => unknown;

const NEVER = new Promise<never>(() => undefined);

const URI = "https://data.example/inputs";
const metrics = new Metrics();

/** A worker that lives until it is killed. */
export interface Incarnation {
  readonly death: Death;
  readonly engine: Engine;
  readonly intake: Intake;
  readonly journal: Journal;
}

/** Everything that outlives a killed worker: the chain, the disk and the servers of inputs. */
export class World {
  readonly chain = new FakeChain();
  readonly store = new MemoryStore();
  readonly tensors = memoryBlobs();
  readonly lists = memoryBlobs();
  readonly clock = new ManualClock();
  readonly log = memoryLog();
  /** Documents at the input URI; undefined: the server is down. */
  document: Uint8Array | undefined;
  /** Steps after which the worker is killed, counted over all incarnations. */
  readonly kills = new Set<number>();
  steps = 0;

  constructor(
    private readonly units = 4,
    private readonly confirmations = 2,
  ) {
    this.document = inputsOf(units).document;
  }

  /** An offer for the units of this world. */
  offer(nonce: bigint, chained = false): object {
    const count = chained ? 1 : this.units;
    const change = { nonce, chained, modelId: INCREMENT_ID, inputRoot: inputsOf(count).root };
    const bid = aBid({
      ...change,
      units: BigInt(this.units),
      inputUriHash: uriHash(),
      expiry: 100_000n,
    });
    const values = Object.entries({ ...bid, maxTurnaround: 50_000n });
    const json = values.map(([key, value]) => [
      key,
      typeof value === "bigint" ? `${value}` : value,
    ]);
    return { bid: Object.fromEntries(json), signature: "0x00", inputUri: URI };
  }

  /** Starts a worker on what is on disk. */
  boot(): Promise<Incarnation> {
    const death = new Death();
    return death.before(this.assemble(death));
  }

  /** Waits for what a worker does, or throws if it is killed. */
  turn({ death, engine }: Incarnation): Promise<void> {
    const life = async (): Promise<void> => {
      await engine.turn();
      await engine.settled();
    };
    return death.before(life());
  }

  private async assemble(death: Death): Promise<Incarnation> {
    const guard = this.guard(death);
    const { clock, log } = this;
    const [store, node, tensors, lists, runner] = [
      guard(this.store),
      guard(this.chain as FakeChain),
      guard(this.tensors),
      guard(this.lists),
      guard(inlineRunner()),
    ];
    const fetcher = guard({
      resolve: () => ({ kind: "http", url: new URL(URI) }) as const,
      fetch: () => this.fetch(),
    });
    const sender = await TransactionSender.open(node, store, clock, log, this.senderOptions());
    const journal = await Journal.open(store, "1/0xb");
    const market = guard(this.chain.market);
    const context: Context = {
      ...{ node, market, sender, journal, tensors, lists, fetcher, runner, clock, log, metrics },
      options: {
        confirmations: this.confirmations,
        deliverReserve: 100,
        unitsPerStep: 3,
        retentionMs: 10 ** 9,
        withdraw: [{ token: TOKEN, threshold: 1n, keep: 0n, to: address("f") }],
      },
      models: new Map([
        [
          INCREMENT_ID,
          { id: INCREMENT_ID, model: INCREMENT, input: inputHeader(INCREMENT.program) },
        ],
      ]),
    };
    const peace = { turn: async () => undefined };
    const engine = new Engine(context, peace, new AbortController().signal);
    const policy = {
      provider: PROVIDER,
      worker: WORKER,
      gpuId: 0n,
      cancelShareBps: 10_000n,
      models: new Map([
        [
          INCREMENT_ID,
          { prices: new Map([[TOKEN, 1n]]), maxUnits: 10n, chainable: true, unitSeconds: 1 },
        ],
      ]),
      verifiers: [ZERO_ADDRESS],
      maxOpenJobs: 10,
      turnaroundFactor: 1,
      minSecondsToExpiry: 0,
    };
    const now = (): number => engine.now();
    const intake = new Intake({ policy, market, node, journal, fetcher, metrics, log, now });
    return { death, engine, intake, journal };
  }

  private async fetch(): Promise<Uint8Array> {
    if (this.document === undefined) throw new Error("no document");
    return this.document;
  }

  private senderOptions(): SenderOptions {
    return {
      confirmations: this.confirmations,
      fees: { maxFeePerGas: 10n ** 6n, minTip: 1n },
      maxInFlight: 4,
      stuckMs: 60_000,
      rebroadcastMs: 5_000,
    };
  }

  /**
   * Wraps what the worker acts through: each call counts two steps, before and after it takes
   * effect. At a step of `kills` the worker dies: nothing it does afterwards has any effect, and
   * nothing it waits for ever comes.
   */
  private guard(death: Death): <Target extends object>(target: Target) => Target {
    const step = (): void => {
      if (!death.came && this.kills.has(this.steps++)) death.come();
    };
    const apply = (member: Member, inner: object, args: unknown[]): unknown => {
      step();
      if (death.came) return NEVER;
      const result: unknown = Reflect.apply(member, inner, args);
      if (!(result instanceof Promise)) return result;
      return result.then((value: unknown) => {
        step();
        return death.came ? NEVER : value;
      });
    };
    return (target) =>
      new Proxy(target, {
        get: (inner, name) => {
          const member: unknown = Reflect.get(inner, name, inner);
          if (typeof member !== "function") return member;
          return (...args: unknown[]): unknown => apply(member as Member, inner, args);
        },
      });
  }
}

function uriHash(): Hex {
  return keccak256(Buffer.from(URI)) as Hex;
}
