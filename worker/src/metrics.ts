import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Block } from "./chain/node";
import type { Task } from "./tasks/task";
import { jobOf } from "./tasks/task";
import { JobStatus } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";

/** What the worker counts, in Prometheus form. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly units = this.counter("units_total", "Units run", ["model"]);
  private readonly seconds = this.counter("run_seconds_total", "Seconds spent running", ["model"]);
  private readonly bids = this.counter("bids_total", "Bids seen, by answer", ["answer"]);
  private readonly tasks = this.gauge("tasks", "Bids taken, by state", ["state"]);
  private readonly block = this.gauge("head_block", "Newest block", []);
  private readonly flight = this.gauge("transactions_in_flight", "Transactions under way", []);
  private readonly requests = new Histogram({
    name: "ergon_worker_http_seconds",
    help: "Seconds to answer a request, by route and status",
    labelNames: ["route", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

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

  /** Records an answered request. */
  requestServed(route: string, status: number, seconds: number): void {
    this.requests.observe({ route, status: String(status) }, seconds);
  }

  /** All figures as text, and the type of that text. */
  async render(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }

  private counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({
      name: `ergon_worker_${name}`,
      help,
      labelNames,
      registers: [this.registry],
    });
  }

  private gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new Gauge({
      name: `ergon_worker_${name}`,
      help,
      labelNames,
      registers: [this.registry],
    });
  }
}

/** One word for where a bid stands: `taken`, `open`, `delivered`, or its ending. */
export function stateOf(task: Task): string {
  if (task.ending !== undefined) return task.ending;
  const record = jobOf(task);
  if (record === undefined) return "taken";
  return record.job.status === JobStatus.Open ? "open" : "delivered";
}
