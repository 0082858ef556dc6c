import type { BaseWallet } from "ethers";
import { NAMES, startOn } from "../../../scripts/demo/site";
import type { Role, Running, Site } from "../../../scripts/demo/site";
import type { WorkerApi } from "../../../scripts/shared/workerApi";
import { waitFor } from "../../../scripts/shared/wait";
import type { Hex } from "../../../tensor/src/index";
import { PATIENCE } from "./heldChain";
import type { HeldChain } from "./heldChain";
import type { JourneyStage } from "./stage";

/** What of a stage an actor needs. */
export type ActorStage = Pick<JourneyStage, "helpers" | "provider"> & { readonly chain: HeldChain };

/** A worker or watcher that is started, killed and started again on what is in its folder. */
export class Actor {
  private running: Running | undefined;

  constructor(
    private readonly stage: ActorStage,
    private readonly site: Site,
    readonly key: BaseWallet,
    private role: Role,
  ) {}

  /** Its account. */
  get account(): string {
    return this.key.address.toLowerCase();
  }

  /** Its HTTP interface. */
  get api(): WorkerApi {
    return this.site.api;
  }

  /** Starts it on what is in its folder; from then on in another role if one is given. */
  async start(role: Role = this.role): Promise<void> {
    this.role = role;
    this.running = await startOn(this.stage.helpers, this.site, role);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.running?.process.kill();
  }

  /** Throws `ScriptError` STOPPED if it has ended by itself. */
  requireRunning(): void {
    this.running?.process.requireRunning();
  }

  /** What it wrote last. */
  lastWords(): string {
    return this.running?.process.tail() ?? "";
  }

  /** Number of its transactions that were mined. */
  nonce(): Promise<number> {
    return this.stage.provider.getTransactionCount(this.account);
  }

  /** Waits, without mining, until its next transaction is in the pool; gives its hash. */
  async sent(): Promise<Hex> {
    return waitFor({ what: `a transaction of the ${this.name}`, ...PATIENCE }, async () => {
      this.requireRunning();
      return (await this.stage.chain.waiting(this.account))[String(await this.nonce())];
    });
  }

  /** Waits until it has acted upon the newest block. */
  async seen(): Promise<void> {
    const { chain } = this.stage;
    const height = await chain.height();
    await waitFor({ what: `the ${this.name}'s turn at block ${height}`, ...PATIENCE }, async () => {
      this.requireRunning();
      const metrics = await (await fetch(new URL("/metrics", this.api.url))).text();
      const [, block] = /^ergon_\w+_head_block (\d+)$/m.exec(metrics) ?? [];
      return Number(block) >= height ? true : undefined;
    });
  }

  private get name(): string {
    return NAMES[this.role.command];
  }
}
