import type { Block, ChainNode } from "../chain/node";
import type { TransactionSender } from "../chain/sender";
import type { Clock } from "../clock";

/** What taking turns needs. */
export interface TurnContext {
  readonly node: Pick<ChainNode, "head">;
  readonly sender: Pick<TransactionSender, "tick">;
  readonly clock: Pick<Clock, "now">;
}

/** Looks at each new block, and works on beside that, on one thing at a time for each key. */
export abstract class TurnTaker<Key> {
  private readonly running = new Map<Key, Promise<void>>();
  private head: Block | undefined;
  private failure: unknown;

  constructor(private readonly turns: TurnContext) {}

  /** The newest block, once one was read. */
  get newest(): Block | undefined {
    return this.head;
  }

  /** Seconds since 1970: the machine's, or the chain's if that is ahead. */
  now(): number {
    return Math.max(Math.floor(this.turns.clock.now() / 1000), this.head?.timestamp ?? 0);
  }

  /**
   * Reads the newest block, looks after transactions, then does what is to be done. Throws retryable
   * `ChainError`s of the node, and the final error of what was started in an earlier turn.
   */
  async turn(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    const head = await this.turns.node.head();
    this.head = head;
    await this.turns.sender.tick(head);
    await this.act(head);
  }

  /** Ends when all that was started has ended; throws the first final error. */
  async settled(): Promise<void> {
    await Promise.all(this.running.values());
  }

  /** Forgets what is not needed any more. */
  abstract clean(): Promise<void>;

  /** What is to be done as of a block. */
  protected abstract act(head: Block): Promise<void>;

  /** Whether what was started for a key has not ended. */
  protected isRunning(key: Key): boolean {
    return this.running.has(key);
  }

  /** Starts work that goes on beside the turns, unless some for the same key has not ended. */
  protected start(key: Key, work: () => Promise<void>): void {
    if (this.running.has(key)) return;
    const running = work().finally(() => this.running.delete(key));
    running.catch((error: unknown) => (this.failure ??= error));
    this.running.set(key, running);
  }
}
