import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { bidOn } from "../../../scripts/demo/cast";
import type { Cast } from "../../../scripts/demo/cast";
import { readBalances } from "../../../scripts/demo/balances";
import type { Claims } from "../../../scripts/demo/balances";
import { setUpWorker, startWorker } from "../../../scripts/demo/worker";
import type { RunningWorker, WorkerSite } from "../../../scripts/demo/worker";
import type { BidStatus, WorkerApi } from "../../../scripts/shared/workerApi";
import { waitFor } from "../../../scripts/shared/wait";
import { TermsClass, ZERO_ADDRESS, signBid } from "../../../sdk/src/index";
import type { Bid } from "../../../sdk/src/index";
import { loadDigits } from "../../../tensor/train/dataset";
import { digitInput } from "../../../tensor/train/quantizeDigits";
import type { Hex, Tensor } from "../../../tensor/src/index";
import { openStage } from "./stage";
import type { JourneyStage } from "./stage";
import { HeldChain, PATIENCE } from "./heldChain";

/** A bid that a worker took. */
export interface Posted {
  readonly id: Hex;
  readonly bid: Bid;
  readonly inputs: readonly Tensor[];
}

/** How things stood when a journey began. */
export interface Beginning {
  readonly block: number;
  /** Transactions that the worker had sent. */
  readonly nonce: number;
  readonly claims: Claims;
}

/** Slow on purpose, so that there is time to kill: the plain executor, one unit at a time. */
const EXECUTION = { executor: "reference", threads: 1, unitsPerStep: 1 };

/** A world for each test of the suite; `changes` are to the worker's configuration. */
export function useWorld(changes: () => object = () => ({})): () => World {
  let world: World | undefined;
  const current = (): World => {
    if (world === undefined) throw new Error("there is a world in tests only");
    return world;
  };
  before(openStage);
  beforeEach(async () => {
    world = await World.begin(await openStage(), changes());
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.error(world?.lastWords());
    await world?.end();
    world = undefined;
  });
  return current;
}

/** A worker, a client, and a chain whose blocks the test mines. */
export class World {
  private worker: RunningWorker | undefined;

  private constructor(
    readonly stage: JourneyStage,
    readonly chain: HeldChain,
    readonly beginning: Beginning,
    private readonly site: WorkerSite,
    private readonly release: () => Promise<void>,
  ) {}

  /** Begins with an empty worker's folder; `changes` are to its configuration. */
  static async begin(stage: JourneyStage, changes: object): Promise<World> {
    const { cast, verifier, provider } = stage;
    const chain = new HeldChain(provider);
    const release = await chain.hold();
    const folder = await mkdtemp(join(stage.folder, "worker-"));
    const site = await setUpWorker({ ...stage, folder }, cast, {
      policy: { verifiers: [ZERO_ADDRESS, verifier] },
      confirmations: 2,
      execution: EXECUTION,
      ...changes,
    });
    const beginning = {
      block: await chain.height(),
      nonce: await provider.getTransactionCount(cast.key.address),
      claims: await readBalances(cast),
    };
    return new World(stage, chain, beginning, site, release);
  }

  get cast(): Cast {
    return this.stage.cast;
  }

  /** The worker's account. */
  get account(): string {
    return this.cast.key.address.toLowerCase();
  }

  /** The worker's HTTP interface. */
  get api(): WorkerApi {
    return this.site.api;
  }

  /** Starts the worker on what is in its folder. */
  async start(): Promise<void> {
    this.worker = await startWorker(this.stage.helpers, this.site);
  }

  /** Ends the worker as a crash would. */
  async kill(): Promise<void> {
    await this.worker?.process.kill();
  }

  /** What the worker wrote last. */
  lastWords(): string {
    return this.worker?.process.tail() ?? "";
  }

  /** Ends the worker and brings the chain back to where it was. */
  async end(): Promise<void> {
    await this.kill();
    await this.release();
  }

  /** Offers the worker a bid on so many digits, which names a verifier. */
  async post(units: number): Promise<Posted> {
    const inputs = loadDigits().heldOut.slice(0, units).map(digitInput);
    const root = await this.api.putInputs(inputs, () => undefined);
    return this.postFrom(`blob:${root}`, inputs);
  }

  /** Offers the worker a bid on inputs that lie elsewhere. */
  async postFrom(inputUri: string, inputs: readonly Tensor[]): Promise<Posted> {
    const terms = { verifier: this.stage.verifier, termsClass: TermsClass.Fast };
    const bid = await bidOn(this.cast, inputs, inputUri, terms);
    const signature = await signBid(this.cast.client, bid);
    return { id: await this.api.postBid(bid, signature, inputUri), bid, inputs };
  }

  /** What the worker says of a bid. */
  async status({ id }: Posted): Promise<BidStatus> {
    this.worker?.process.requireRunning();
    return this.api.bidStatus(id);
  }

  /** Mines block after block until what the worker says of a bid is so; gives what it said. */
  until(posted: Posted, what: string, is: (status: BidStatus) => boolean): Promise<BidStatus> {
    return this.chain.mineUntil(what, async () => {
      const status = await this.status(posted);
      return is(status) ? status : undefined;
    });
  }

  /** Waits, without mining, until the worker's next transaction is in the pool; gives its hash. */
  async sent(): Promise<Hex> {
    const { provider, cast } = this.stage;
    return waitFor({ what: "a transaction of the worker", ...PATIENCE }, async () => {
      this.worker?.process.requireRunning();
      const nonce = await provider.getTransactionCount(cast.key.address);
      return (await this.chain.waiting(this.account))[String(nonce)];
    });
  }

  /** Waits until the worker has acted upon the newest block. */
  async seen(): Promise<void> {
    const height = await this.chain.height();
    await waitFor({ what: `the worker's turn at block ${height}`, ...PATIENCE }, async () => {
      this.worker?.process.requireRunning();
      const metrics = await (await fetch(new URL("/metrics", this.api.url))).text();
      const [, block] = /^ergon_worker_head_block (\d+)$/m.exec(metrics) ?? [];
      return Number(block) >= height ? true : undefined;
    });
  }
}
