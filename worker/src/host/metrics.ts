import type { Block } from "../chain/node";
import { MetricSet } from "../metrics";

/** What a data host knows after a turn. */
export interface HostFigures {
  readonly head: Block;
  readonly keyEpoch: number;
  /** Purchases that can still be granted. */
  readonly pending: number;
  readonly sessions: number;
}

/** What a data host counts. */
export class HostMetrics {
  readonly set = new MetricSet("ergon_host_");
  private readonly grants = this.set.counter("grants_total", "Grants sent");
  private readonly entries = this.set.counter("sessions_total", "Sessions asked for, by answer", [
    "answer",
  ]);
  private readonly bytes = this.set.counter("sent_bytes_total", "Bytes of files sent");
  private readonly sessions = this.set.gauge("sessions", "Sessions that go on");
  private readonly pending = this.set.gauge("purchases_pending", "Purchases to be granted");
  private readonly epoch = this.set.gauge("key_epoch", "Epoch of the key");
  private readonly block = this.set.gauge("head_block", "Newest block");

  /** Counts a grant that was sent. */
  granted(): void {
    this.grants.inc();
  }

  /** Counts a request for a session: `begun`, or the code of the refusal. */
  entered(answer: string): void {
    this.entries.inc({ answer });
  }

  /** Counts bytes that were sent. */
  sent(bytes: number): void {
    this.bytes.inc(bytes);
  }

  /** Records the state after a turn. */
  observe({ head, keyEpoch, pending, sessions }: HostFigures): void {
    this.block.set(head.number);
    this.epoch.set(keyEpoch);
    this.pending.set(pending);
    this.sessions.set(sessions);
  }
}
