import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Block } from "./chain/node";
import { GameMetrics } from "./games/metrics";
import type { Task } from "./tasks/task";
import { jobOf } from "./tasks/task";
import { JobStatus } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";

/** Figures of one process in Prometheus form, under names that begin alike. */
export class MetricSet {
  private readonly registry = new Registry();
  private readonly requests: Histogram;

  constructor(private readonly prefix: string) {
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Histogram({
      name: `${prefix}http_seconds`,
      help: "Seconds to answer a request, by route and status",
      labelNames: ["route", "status"],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers: [this.registry],
    });
  }

  /** A figure that only grows. */
  counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({
      name: `${this.prefix}${name}`,
      help,
      labelNames,
      registers: [this.registry],
    });
  }

  /** A figure that comes and goes. */
  gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({
      name: `${this.prefix}${name}`,
      help,
      labelNames,
      registers: [this.registry],
    });
  }

  /** Records an answered request. */
  requestServed(route: string, status: number, seconds: number): void {
    this.requests.observe({ route, status: String(status) }, seconds);
  }

  /** All figures as text, and the type of that text. */
  async render(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }
}

/** What the worker counts. */
export class Metrics {
  readonly set = new MetricSet("ergon_worker_");
  readonly games = new GameMetrics(this.set);
  private readonly units = this.set.counter("units_total", "Units run", ["model"]);
  private readonly seconds = this.set.counter("run_seconds_total", "Seconds spent running", [
    "model",
  ]);
  private readonly bids = this.set.counter("bids_total", "Bids seen, by answer", ["answer"]);
  private readonly tasks = this.set.gauge("tasks", "Bids taken, by state", ["state"]);
  private readonly block = this.set.gauge("head_block", "Newest block");
  private readonly flight = this.set.gauge("transactions_in_flight", "Transactions under way");

  /** Counts units that were run in `ms` milliseconds. */
  unitsRun(model: Hex, count: number, ms: number): void {
    this.units.inc({ model }, count);
    this.seconds.inc({ model }, ms / 1000);
  }

  /** Counts a bid: `accepted`, `known`, or the code of the refusal. */
  bidSeen(answer: string): void {
    this.bids.inc({ answer });
  }

  /** Records the state after a turn. */
  observe(head: Block, tasks: readonly Task[], inFlight: number): void {
    this.block.set(head.number);
    this.flight.set(inFlight);
    this.tasks.reset();
    for (const task of tasks) this.tasks.inc({ state: stateOf(task) });
  }
}

/** One word for where a bid stands: `taken`, `open`, `delivered`, or its ending. */
export function stateOf(task: Task): string {
  if (task.ending !== undefined) return task.ending;
  const record = jobOf(task);
  if (record === undefined) return "taken";
  return record.job.status === JobStatus.Open ? "open" : "delivered";
}
