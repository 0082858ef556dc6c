import { KnowledgeBase } from "./knowledge";
import type { TraceOf } from "./knowledge";
import { GAME_KEYS } from "./player";
import type { GamePlayer, Seat } from "./player";
import { BlobError } from "../blobs/store";
import type { Disputes } from "../chain/disputes";
import type { Block } from "../chain/node";
import type { TransactionSender } from "../chain/sender";
import type { Context } from "../engine/context";
import { jobOf } from "../tasks/task";
import type { Task } from "../tasks/task";
import { JobStatus, contestableUntil, finalBlock, sameHex } from "../../../sdk/src/index";
import type { JobRecord, Knowledge } from "../../../sdk/src/index";

/** Prefix of the keys of transactions that unfreeze jobs. */
const UNFREEZE_KEYS = `${GAME_KEYS}unfreeze/`;
/** Jobs that one transaction unfreezes, at most. */
const MOST_UNFROZEN = 50;

/** What the defence needs. */
export interface DefenceContext extends Pick<Context, "journal" | "models" | "tensors" | "log"> {
  readonly disputes: Disputes;
  readonly player: Pick<GamePlayer, "turn">;
  readonly sender: Pick<TransactionSender, "submit" | "inFlight">;
  readonly traceOf: TraceOf;
  /** Blocks, its own included, after which a block counts as final. */
  readonly confirmations: number;
}

/** A task whose job was delivered and has not ended. */
interface Claim {
  readonly task: Task;
  readonly record: JobRecord;
}

/** Answers the games about the jobs that this worker delivered. */
export class Defence {
  private readonly knowledge: KnowledgeBase;

  constructor(private readonly context: DefenceContext) {
    this.knowledge = new KnowledgeBase(context.tensors, context.traceOf);
  }

  /**
   * Plays what is due, and unfreezes jobs that no game is about any more; `now` is in seconds since
   * 1970. Throws retryable `ChainError`s.
   */
  async turn(head: Block, now: number): Promise<void> {
    const { disputes, player } = this.context;
    const seats: Seat[] = [];
    const claims = await this.contested(head);
    for (const claim of claims) {
      const knowledge = this.knowledgeOf(claim);
      if (knowledge === undefined) continue;
      const query = { job: claim.record.id, from: deliveredIn(claim.task), to: head.number };
      const ids = await disputes.games(query);
      seats.push(...ids.map((id) => ({ id, knowledge })));
    }
    await player.turn(seats, head, now);
    // games have deadlines, and a thaw has none
    await this.unfreeze(claims, head, now);
  }

  /** A job that was challenged stays frozen to the end of its window, though all games be over before. */
  private async unfreeze(claims: readonly Claim[], head: Block, now: number): Promise<void> {
    const { disputes, sender, confirmations, log } = this.context;
    if (sender.inFlight(UNFREEZE_KEYS).length > 0) return;
    const final = finalBlock(head.number, confirmations);
    const calm: JobRecord[] = [];
    for (const { record } of claims) {
      if (calm.length === MOST_UNFROZEN) break;
      if (!record.job.frozen || BigInt(now) <= contestableUntil(record.job)) continue;
      if ((await disputes.liveGames(record.id, final)) === 0) calm.push(record);
    }
    if (calm.length === 0) return;
    const calls = calm.map((record) => disputes.unfreeze(record));
    const call = calls.length === 1 ? calls[0] : disputes.batch(calls);
    const { kind } = await sender.submit(`${UNFREEZE_KEYS}${head.number}`, call);
    log.info({ jobs: calm.map(({ id }) => id.toString()), status: kind }, "all games are over");
  }

  /** Jobs that are frozen, or challenged in blocks that are not final. */
  private async contested(head: Block): Promise<readonly Claim[]> {
    const { journal, disputes, confirmations } = this.context;
    const claims = journal.all().flatMap((task): Claim[] => {
      const record = task.ending === undefined ? jobOf(task) : undefined;
      if (record?.job.status !== JobStatus.Delivered || record.end !== undefined) return [];
      return sameHex(record.job.verifier, disputes.address) ? [{ task, record }] : [];
    });
    const [from, to] = [finalBlock(head.number, confirmations) + 1, head.number];
    const calm = claims.filter(({ record }) => !record.job.frozen).map(({ record }) => record.id);
    const fresh = from > to || calm.length === 0 ? [] : await disputes.challenged(calm, from, to);
    return claims.filter(({ record }) => record.job.frozen || fresh.includes(record.id));
  }

  /** What the worker holds for true; undefined while inputs or outputs have to be made again. */
  private knowledgeOf({ task, record: { job } }: Claim): Knowledge | undefined {
    const model = this.context.models.get(job.modelId)?.model;
    const { inputs, outputs } = task;
    if (model === undefined || inputs === undefined || BigInt(outputs.length) < job.units) {
      this.context.log.warn(
        { bid: task.id },
        "a challenged job lacks its model, inputs or outputs",
      );
      return undefined;
    }
    const { trace, ...facts } = this.knowledge.of({
      model,
      chained: job.chained,
      inputIds: inputs,
      outputIds: new Map(outputs.entries()),
    });
    return { ...facts, trace: (unit) => trace(unit).catch((error) => this.lost(task, error)) };
  }

  /** Has a tensor made again that is not there any more. */
  private async lost(task: Task, error: unknown): Promise<never> {
    if (error instanceof BlobError)
      await this.context.journal.append(task.id, { type: "blobsLost" });
    throw error;
  }
}

function deliveredIn({ history }: Task): number {
  return history.find(({ name }) => name === "JobDelivered")?.at.blockNumber ?? 0;
}
