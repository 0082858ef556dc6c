import type { Context } from "./context";
import { CALLS, LOCAL_HANDLERS } from "./handlers";
import { payOut } from "./payouts";
import { syncChain } from "./sync";
import { TurnTaker } from "./turnTaker";
import type { Block } from "../chain/node";
import type { TxStatus } from "../chain/sender";
import { BlobError } from "../blobs/store";
import type { Defence } from "../games/defence";
import { GAME_KEYS } from "../games/player";
import { RunError } from "../run/errors";
import { errorCode, errorMessage, isRetryable } from "../errors";
import { nextAction } from "../tasks/nextAction";
import type { Action } from "../tasks/nextAction";
import type { LocalAction, Task, TaskEvent, TxAction } from "../tasks/task";
import { finalBlock } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/**
 * Moves every task on: reads the chain, looks after transactions, plays games, then does the next
 * action of each task, one at a time per task. All state is in the journal.
 */
export class Engine extends TurnTaker<Hex> {
  constructor(
    private readonly context: Context,
    private readonly defence: Pick<Defence, "turn">,
    private readonly signal: AbortSignal,
  ) {
    super(context);
  }

  /** Forgets tasks that ended long ago, and blobs that nothing needs. */
  async clean(): Promise<void> {
    const { journal, sender, tensors, lists, options, clock } = this.context;
    const before = clock.now() - options.retentionMs;
    for (const { id, endedAt } of journal.all()) {
      if (endedAt === undefined || endedAt >= before) continue;
      await journal.forget(id);
      await sender.forget(`task/${id}/`);
    }
    await sender.forget(GAME_KEYS);
    const used = new Set<Hex>(
      journal.all().flatMap(({ inputs = [], outputs }) => [...inputs, ...outputs]),
    );
    await tensors.sweep(before, (id) => used.has(id));
    await lists.sweep(before, () => false);
  }

  protected async act(head: Block): Promise<void> {
    const { journal, sender, metrics, options } = this.context;
    await syncChain(this.context, head);
    await this.defence.turn(head, this.now());
    const final = finalBlock(head.number, options.confirmations);
    await payOut(this.context, options.withdraw, final);
    for (const { id, ending } of journal.all()) {
      if (ending === undefined) this.start(id, () => this.drive(id));
    }
    metrics.observe(head, journal.all(), sender.inFlight().length);
  }

  private async drive(id: Hex): Promise<void> {
    const { journal, options } = this.context;
    while (!this.signal.aborted) {
      const task = journal.get(id);
      if (task === undefined) return;
      const action = nextAction(task, this.now(), options.deliverReserve);
      const events = await this.perform(task, action);
      if (events.length === 0) return;
      await journal.append(id, ...events);
    }
  }

  private async perform(task: Task, action: Action): Promise<readonly TaskEvent[]> {
    switch (action.kind) {
      case "none":
      case "wait":
        return [];
      case "finish":
        this.context.log.info({ bid: task.id, ending: action.ending }, "done with bid");
        return [{ type: "finished", ending: action.ending, at: this.context.clock.now() }];
      case "fetchInputs":
      case "run":
      case "publish":
        return this.performLocal(task, action.kind);
      default:
        return this.performTransaction(task, action.kind);
    }
  }

  private async performLocal(task: Task, action: LocalAction): Promise<readonly TaskEvent[]> {
    const { clock, log } = this.context;
    try {
      return await LOCAL_HANDLERS[action](task, this.context, this.signal);
    } catch (error) {
      if (this.signal.aborted) return [];
      const [code, retryable] = [errorCode(error), isRetryable(error)];
      log.warn({ bid: task.id, action, code, reason: errorMessage(error) }, "action failed");
      return [{ type: "failed", action, code, retryable, at: clock.now() }];
    }
  }

  private async performTransaction(task: Task, action: TxAction): Promise<readonly TaskEvent[]> {
    const { clock, log, sender } = this.context;
    const key = `task/${task.id}/${task.attempts}/${action}`;
    let status: TxStatus;
    try {
      status = (await sender.status(key)) ?? (await this.submit(key, task, action));
    } catch (error) {
      return this.notSubmitted(task, action, error);
    }
    if (status.kind === "pending") return [];
    log.info({ bid: task.id, action, result: status.kind }, "transaction of bid ended");
    const result = status.kind === "refused" ? { ...status, at: clock.now() } : status;
    return [{ type: "attempted", action, result }];
  }

  private async submit(key: string, task: Task, action: TxAction): Promise<TxStatus> {
    const call = await CALLS[action](task, this.context);
    if (task.intent === undefined)
      await this.context.journal.append(task.id, { type: "intent", action });
    return this.context.sender.submit(key, call);
  }

  /** A call that cannot be made now; the intent ends, so that the next action is decided anew. */
  private notSubmitted(task: Task, action: TxAction, error: unknown): readonly TaskEvent[] {
    const { clock, log } = this.context;
    const reason = errorMessage(error);
    if (isRetryable(error)) {
      log.warn({ bid: task.id, action, reason }, "chain not reached");
      return [];
    }
    if (!(error instanceof RunError || error instanceof BlobError)) throw error;
    log.warn({ bid: task.id, action, reason }, "call not made");
    const result = { kind: "refused", reason, at: clock.now() } as const;
    const lost = error instanceof BlobError ? [{ type: "blobsLost" } as const] : [];
    return [...lost, { type: "attempted", action, result }];
  }
}
