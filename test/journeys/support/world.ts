import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { bidOn, contestable } from "../../../scripts/demo/cast";
import type { Cast } from "../../../scripts/demo/cast";
import type { Claims } from "../../../scripts/demo/balances";
import { readParties } from "../../../scripts/demo/verdict";
import type { Party } from "../../../scripts/demo/verdict";
import { setUpWatcher } from "../../../scripts/demo/watcher";
import { setUpWorker } from "../../../scripts/demo/worker";
import type { BidStatus } from "../../../scripts/shared/workerApi";
import { signBid } from "../../../sdk/src/index";
import type { Bid } from "../../../sdk/src/index";
import { loadDigits } from "../../../tensor/train/dataset";
import { digitInput } from "../../../tensor/train/quantizeDigits";
import type { Hex, Tensor } from "../../../tensor/src/index";
import { Actor } from "./actor";
import { openStage } from "./stage";
import type { JourneyStage } from "./stage";
import { HeldChain } from "./heldChain";

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
  readonly claims: Claims<Party>;
}

/** Blocks, its own included, after which a block counts. */
export const CONFIRMATIONS = 2;
/** Slow on purpose, so that there is time to kill: the plain executor, one unit at a time. */
const EXECUTION = { executor: "reference", threads: 1, unitsPerStep: 1 };

/** Other values of fields of configurations. */
export interface WorldChanges {
  readonly worker?: object;
  /** Of those that only a watcher has. */
  readonly watch?: object;
}

/** A world for each test of the suite, with changes to its configurations. */
export function useWorld(changes: () => WorldChanges = () => ({})): () => World {
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

/** A worker, a client, a watcher, and a chain whose blocks the test mines. */
export class World {
  private constructor(
    readonly stage: JourneyStage,
    readonly chain: HeldChain,
    readonly worker: Actor,
    /** Has to be started. */
    readonly watcher: Actor,
    readonly beginning: Beginning,
    private readonly release: () => Promise<void>,
  ) {}

  /** Begins with empty folders. */
  static async begin(stage: JourneyStage, changes: WorldChanges): Promise<World> {
    const { cast, watcher, provider } = stage;
    const chain = new HeldChain(provider);
    const release = await chain.hold();
    const place = { ...stage, folder: await mkdtemp(join(stage.folder, "world-")), chain };
    const site = await setUpWorker(place, cast, {
      confirmations: CONFIRMATIONS,
      execution: EXECUTION,
      ...changes.worker,
    });
    const claims = await readParties(cast, watcher);
    const tower = await setUpWatcher(place, cast, watcher, site.api, {
      confirmations: CONFIRMATIONS,
      watch: {
        withdraw: [{ token: cast.token.address, threshold: 1n, keep: claims.watcher }],
        ...changes.watch,
      },
    });
    const worker = new Actor(place, site, cast.key, { command: "run" });
    const beginning = {
      block: await chain.height(),
      nonce: await worker.nonce(),
      claims,
    };
    const actor = new Actor(place, tower, watcher.key, { command: "watch" });
    return new World(stage, chain, worker, actor, beginning, release);
  }

  get cast(): Cast {
    return this.stage.cast;
  }

  /** What everybody has in the Ledger now. */
  claims(): Promise<Claims<Party>> {
    return readParties(this.cast, this.stage.watcher);
  }

  /** What worker and watcher wrote last. */
  lastWords(): string {
    return [this.worker, this.watcher].map((actor) => actor.lastWords()).join("\n");
  }

  /** Ends worker and watcher, and brings the chain back to where it was. */
  async end(): Promise<void> {
    await Promise.all([this.worker.kill(), this.watcher.kill()]);
    await this.release();
  }

  /** Offers the worker a bid on so many digits, which names a verifier. */
  async post(units: number): Promise<Posted> {
    const inputs = loadDigits().heldOut.slice(0, units).map(digitInput);
    const root = await this.worker.api.putInputs(inputs, () => undefined);
    return this.postFrom(`blob:${root}`, inputs);
  }

  /** Offers the worker a bid on inputs that lie elsewhere. */
  async postFrom(inputUri: string, inputs: readonly Tensor[]): Promise<Posted> {
    const bid = await bidOn(this.cast, inputs, inputUri, contestable(this.cast));
    const signature = await signBid(this.cast.client, bid);
    return { id: await this.worker.api.postBid(bid, signature, inputUri), bid, inputs };
  }

  /** What the worker says of a bid. */
  async status({ id }: Posted): Promise<BidStatus> {
    this.worker.requireRunning();
    return this.worker.api.bidStatus(id);
  }

  /** Mines block after block until what the worker says of a bid is so; gives what it said. */
  until(posted: Posted, what: string, is: (status: BidStatus) => boolean): Promise<BidStatus> {
    return this.chain.mineUntil(what, async () => {
      const status = await this.status(posted);
      return is(status) ? status : undefined;
    });
  }
}
