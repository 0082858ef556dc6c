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

/** Thrown where the process is killed. */
export class Killed extends Error {}

const URI = "https://data.example/inputs";
const metrics = new Metrics();

/** A worker that lives until it is killed. */
export interface Incarnation {
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
  async boot(): Promise<Incarnation> {
    const guard = this.guard();
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
    return { engine, intake, journal };
  }

  /** One turn of the worker, to the end of all it starts. */
  async turn({ engine }: Incarnation): Promise<void> {
    await engine.turn();
    await engine.settled();
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
   * effect. At a step of `kills` the worker dies, and nothing it does afterwards has any effect.
   */
  private guard(): <Target extends object>(target: Target) => Target {
    let dead = false;
    const step = (): void => {
      if (!dead) dead = this.kills.has(this.steps++);
      if (dead) throw new Killed();
    };
    return (target) =>
      new Proxy(target, {
        get: (inner, name) => {
          const member: unknown = Reflect.get(inner, name, inner);
          if (typeof member !== "function") return member;
          return (...args: unknown[]): unknown => {
            step();
            const result: unknown = Reflect.apply(member, inner, args);
            if (!(result instanceof Promise)) return result;
            return result.then((value: unknown) => {
              step();
              return value;
            });
          };
        },
      });
  }
}

function uriHash(): Hex {
  return keccak256(Buffer.from(URI)) as Hex;
}
