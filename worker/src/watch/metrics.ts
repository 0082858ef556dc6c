import type { CheckResult } from "./check";
import type { Passed } from "./policy";
import type { Block } from "../chain/node";
import { GameMetrics } from "../games/metrics";
import { MetricSet } from "../metrics";
import type { Address } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Claims for bonds in one token, in payment-token units. */
export interface BondFigures {
  readonly token: Address;
  /** That may be posted. */
  readonly bondable: bigint;
  /** In live challenges. */
  readonly posted: bigint;
  /** Whether one more challenge may be too much. */
  readonly low: boolean;
}

/** What a watcher counts. */
export class WatchMetrics {
  readonly set = new MetricSet("ergon_watch_");
  readonly games = new GameMetrics(this.set);
  private readonly seen = this.set.counter(
    "deliveries_total",
    "Deliveries seen: chosen, or why not",
    ["choice"],
  );
  private readonly results = this.set.counter("checked_jobs_total", "Checks ended, by result", [
    "result",
  ]);
  private readonly found = this.set.counter("differences_total", "Jobs found to be false");
  private readonly units = this.set.counter("units_total", "Units run", ["model"]);
  private readonly open = this.set.gauge("checks_open", "Checks that go on");
  private readonly block = this.set.gauge("head_block", "Newest block");
  private readonly bondable = this.set.gauge("bondable", "Claims that may be posted", ["token"]);
  private readonly posted = this.set.gauge("bonds_posted", "Bonds of live challenges", ["token"]);
  private readonly low = this.set.gauge("claims_low", "1: not enough for the highest bond", [
    "token",
  ]);

  /** Counts a delivery. */
  delivered(choice: "chosen" | Passed): void {
    this.seen.inc({ choice });
  }

  /** Counts units that were run. */
  unitsRun(model: Hex, count: number): void {
    this.units.inc({ model }, count);
  }

  /** Counts a job that is not what was run. */
  differed(): void {
    this.found.inc();
  }

  /** Counts a check that ended. */
  checked(result: CheckResult): void {
    this.results.inc({ result });
  }

  /** Records the state after a turn. */
  observe(head: Block, open: number): void {
    this.block.set(head.number);
    this.open.set(open);
  }

  /** Records what there is for bonds. */
  bonds({ token, bondable, posted, low }: BondFigures): void {
    this.bondable.set({ token }, Number(bondable));
    this.posted.set({ token }, Number(posted));
    this.low.set({ token }, low ? 1 : 0);
  }
}
