import type { TurnTaker } from "./turnTaker";
import type { BidBoards } from "../bids/board";
import type { Clock } from "../clock";
import { errorMessage, isRetryable } from "../errors";
import type { Logger } from "../log";

/** What the loops drive. */
export interface LoopContext {
  readonly engine: Pick<TurnTaker<unknown>, "turn" | "settled" | "clean">;
  /** None where no bids are taken. */
  readonly boards?: Pick<BidBoards, "poll">;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds between two turns. */
  readonly pollMs: number;
}

const CLEAN_EVERY_MS = 3_600_000;
const HEALTHY_TURNS = 5;
const HEALTHY_MS = 30_000;

/** Turns the engine and watches the boards, again and again. */
export class Loops {
  private turnedAt: number | undefined;
  private cleanedAt: number | undefined;

  constructor(private readonly context: LoopContext) {}

  /** Whether the last turn that reached the chain is recent. */
  get healthy(): boolean {
    const { clock, pollMs } = this.context;
    const since = clock.now() - (this.turnedAt ?? Number.NEGATIVE_INFINITY);
    return since <= HEALTHY_TURNS * pollMs + HEALTHY_MS;
  }

  /**
   * Runs until `signal` is aborted, then waits for the actions under way. Throws the first final
   * error; errors that may pass are logged.
   */
  async run(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    try {
      await Promise.all([this.turn(either), this.watch(either)]);
    } finally {
      stop.abort();
    }
    await this.context.engine.settled();
  }

  private async turn(signal: AbortSignal): Promise<void> {
    const { engine, clock, pollMs } = this.context;
    while (!signal.aborted) {
      await this.passing("chain not reached", async () => {
        await engine.turn();
        this.turnedAt = clock.now();
        await this.cleanSometimes();
      });
      await clock.sleep(pollMs, signal);
    }
  }

  private async watch(signal: AbortSignal): Promise<void> {
    const { boards, clock, pollMs } = this.context;
    while (!signal.aborted) {
      await boards?.poll(signal);
      await clock.sleep(pollMs, signal);
    }
  }

  private async cleanSometimes(): Promise<void> {
    const now = this.context.clock.now();
    if (this.cleanedAt !== undefined && now - this.cleanedAt < CLEAN_EVERY_MS) return;
    this.cleanedAt = now;
    await this.context.engine.clean();
  }

  private async passing(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      this.context.log.warn({ reason: errorMessage(error) }, what);
    }
  }
}
