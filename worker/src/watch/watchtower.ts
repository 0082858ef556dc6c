import { Bonds } from "./bonds";
import { openCheck, ownOutputs } from "./check";
import type { Challenge, Check, CheckResult } from "./check";
import type { WatchContext } from "./context";
import type { Delivery } from "./deliveries";
import { isSame, nextStep } from "./nextStep";
import type { Step } from "./nextStep";
import { choose } from "./policy";
import { fetchClaims, fetchInputs, run } from "./steps";
import type { LocalStep } from "./steps";
import { viewOf } from "./view";
import type { Blocks, WatchView } from "./view";
import { followChain } from "../chain/follow";
import type { Block, Call } from "../chain/node";
import { payOut } from "../engine/payouts";
import { TurnTaker } from "../engine/turnTaker";
import { errorCode, errorMessage, isRetryable } from "../errors";
import { KnowledgeBase } from "../games/knowledge";
import { GAME_KEYS } from "../games/player";
import type { Seat } from "../games/player";
import { backoff } from "../tasks/task";
import { atOutputRoot, contestableUntil, finalBlock, toUnit } from "../../../sdk/src/index";
import type { JobRecord, Knowledge } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

type LocalKind = "fetchInputs" | "run" | "fetchClaims";

const LOCAL: Record<LocalKind, LocalStep> = { fetchInputs, run, fetchClaims };
/** Prefix of the keys of challenges and demands. */
const CHECK_KEYS = "check/";
/** A piece of up to 4 KiB: all of a small output. */
const PIECE = { firstWord: 0n, wordsLog2: 7n } as const;

/**
 * Looks at what is delivered, runs a part of it again, and challenges what is false. What it knows of
 * a check is on disk before it acts on it; games are read from the chain.
 */
export class Watchtower extends TurnTaker<bigint> {
  private readonly knowledge: KnowledgeBase;
  private readonly bonds: Bonds;

  constructor(
    private readonly context: WatchContext,
    private readonly signal: AbortSignal,
  ) {
    super(context);
    this.knowledge = new KnowledgeBase(context.tensors, context.traceOf);
    this.bonds = new Bonds(context);
  }

  /** Forgets checks that ended long ago, and blobs that nothing needs. */
  async clean(): Promise<void> {
    const { book, sender, tensors, options, clock } = this.context;
    const before = clock.now() - options.retentionMs;
    for (const { jobId, endedAt } of book.all()) {
      if (endedAt === undefined || endedAt >= before) continue;
      await book.forget(jobId);
      await sender.forget(`${CHECK_KEYS}${jobId}/`);
    }
    await sender.forget(GAME_KEYS);
    const used = new Set<Hex>(
      book.all().flatMap(({ inputs = [], outputs }) => [...inputs, ...outputs]),
    );
    await tensors.sweep(before, (id) => used.has(id));
  }

  protected async act(head: Block): Promise<void> {
    const { player, metrics, options } = this.context;
    const blocks = {
      head: head.number,
      final: finalBlock(head.number, options.confirmations),
    };
    await this.follow(blocks);
    const views = new Map<Check, WatchView>();
    for (const check of this.open()) {
      await this.guarded(check.jobId, async () => {
        views.set(check, await viewOf(check, blocks, this.context));
      });
    }
    await this.bonds.observe([...views.values()].flatMap(({ seats }) => seats));
    await player.turn(this.seatsOf(views), head, this.now());
    for (const [check, view] of views) {
      await this.guarded(check.jobId, () => this.advance(check, view, blocks));
    }
    await payOut(this.context, options.withdraw, blocks.final);
    metrics.observe(head, this.open().length);
  }

  private open(): readonly Check[] {
    return this.context.book.all().filter(({ result }) => result === undefined);
  }

  /** Opens checks of what was delivered. */
  private async follow({ final }: Blocks): Promise<void> {
    const { book, deliveries, disputes } = this.context;
    await followChain<Check>(this.context, final, {
      cursor: () => book.cursor(),
      advance: (cursor, checks) => book.advance(cursor, checks),
      read: async (from, to) => {
        const checks: Check[] = [];
        for (const delivery of await deliveries.delivered(from, to)) {
          if (book.get(delivery.jobId)?.outputRoot === delivery.outputRoot) continue;
          await this.guarded(delivery.jobId, async () => {
            const record = await disputes.job(delivery.jobId, final);
            if (record !== undefined) checks.push(...this.chosen(delivery, record));
          });
        }
        return checks;
      },
      // a check looks by itself whether its job is what it was
      rolledBack: () => [],
    });
  }

  /** What goes wrong for good about one job holds up no other. Throws what may pass. */
  private async guarded(jobId: bigint, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (isRetryable(error)) throw error;
      const [code, reason] = [errorCode(error), errorMessage(error)];
      this.context.log.error({ job: jobId.toString(), code, reason }, "job held up");
    }
  }

  /** The check of a delivery, if it is chosen. */
  private chosen(delivery: Delivery, { job, end }: JobRecord): Check[] {
    const { metrics, log, options, random } = this.context;
    const over = end !== undefined || BigInt(this.now()) > contestableUntil(job);
    const choice = choose(job, over, options.choice, random);
    metrics.delivered("passed" in choice ? choice.passed : "chosen");
    if ("passed" in choice) return [];
    const check = openCheck(delivery, choice.units, choice.sample);
    log.info({ ...nameOf(check), units: choice.units.length }, "checking job");
    return [check];
  }

  private seatsOf(views: ReadonlyMap<Check, WatchView>): Seat[] {
    return [...views].flatMap(([check, { record, seats }]) => {
      const knowledge = seats.length === 0 ? undefined : this.knowledgeOf(check, record);
      return knowledge === undefined ? [] : seats.map(({ id }) => ({ id, knowledge }));
    });
  }

  /** What the watcher holds for true; undefined while it must be made again. */
  private knowledgeOf(check: Check, record: JobRecord | undefined): Knowledge | undefined {
    const { inputs, outputs, units, sample, challenge } = check;
    if (record === undefined) return undefined;
    const model = this.context.models.get(record.job.modelId)?.model;
    if (model === undefined || inputs === undefined || outputs.length < units.length)
      return undefined;
    const { chained } = record.job;
    const own = ownOutputs(check);
    // a game about a sample must not come to another unit, but a chain is known from its beginning
    const narrow = challenge?.sampled === true && !chained;
    const outputIds = narrow ? new Map([...own].filter(([unit]) => unit === sample)) : own;
    return this.knowledge.of({ model, chained, inputIds: inputs, outputIds });
  }

  private async advance(check: Check, view: WatchView, blocks: Blocks): Promise<void> {
    if (this.isRunning(check.jobId)) return;
    const step = nextStep(check, view, this.now(), this.context.options);
    if (step.kind === "wait") return;
    if (step.kind === "finish") return this.finish(check, step.result);
    if (this.context.clock.now() < check.retryAt || view.record === undefined) return;
    const { record } = view;
    if (isLocal(step)) {
      return this.start(check.jobId, () => this.perform(check, record, step.kind));
    }
    await this.send(check, view, step, blocks);
  }

  private async finish(check: Check, result: CheckResult): Promise<void> {
    const { book, clock, metrics, log } = this.context;
    await book.put({ ...check, result, endedAt: clock.now() });
    metrics.checked(result);
    log.info({ ...nameOf(check), result }, "checked job");
  }

  private async perform(check: Check, { job }: JobRecord, kind: LocalKind): Promise<void> {
    const { book, metrics } = this.context;
    try {
      const change = await LOCAL[kind](check, job, this.context, this.signal);
      if (change === undefined) return await this.fail(check, kind, "NOT_FOUND", "not to be had");
      const ran = (change.outputs?.length ?? 0) - check.outputs.length;
      if (ran > 0) metrics.unitsRun(job.modelId, ran);
      await book.put({ ...check, failures: 0, retryAt: 0, ...change });
    } catch (error) {
      if (this.signal.aborted) return;
      await this.fail(check, kind, errorCode(error), errorMessage(error));
    }
  }

  /** `most` is the longest that trying again may wait, in milliseconds. */
  private async fail(
    check: Check,
    step: string,
    code: string,
    reason: string,
    most = Infinity,
  ): Promise<void> {
    const { book, clock, log } = this.context;
    const known = book.get(check.jobId) ?? check;
    const failures = known.failures + 1;
    const retryAt = clock.now() + Math.min(backoff(failures), most);
    await book.put({ ...known, failures, retryAt });
    log.warn({ ...nameOf(check), step, code, reason }, "step of check failed");
  }

  private async send(
    check: Check,
    view: WatchView,
    step: Exclude<Step, { kind: LocalKind | "finish" | "wait" }>,
    { head }: Blocks,
  ): Promise<void> {
    const { sender, deliveries, disputes, clock, log } = this.context;
    const prefix = `${CHECK_KEYS}${check.jobId}/`;
    if (sender.inFlight(prefix).length > 0) return;
    // what is decided by a final block is sent about the job as it is now, or it would be stale
    const record = await disputes.job(check.jobId, head);
    if (record === undefined || !isSame(check, record)) return;
    let call: Call | undefined;
    if (step.kind === "challenge") call = await this.challenge(check, record, step.challenge);
    if (step.kind === "demand") {
      call = deliveries.demand(record, { ...PIECE, unit: BigInt(check.sample) });
    }
    if (step.kind === "lapse" && view.demanded !== undefined) {
      call = deliveries.lapse(record, view.demanded.kind);
    }
    if (call === undefined) return;
    const status = await sender.submit(`${prefix}${head}/${step.kind}`, call);
    log.info({ ...nameOf(check), step: step.kind, status: status.kind }, "step of check sent");
    if (status.kind !== "refused") return;
    const left = Number(contestableUntil(record.job)) * 1_000 - clock.now();
    await this.fail(check, step.kind, "REFUSED", status.reason, left > 0 ? left / 4 : undefined);
  }

  /** The call of a challenge, which is written down first; undefined if it must wait. */
  private async challenge(
    check: Check,
    record: JobRecord,
    challenge: Challenge,
  ): Promise<Call | undefined> {
    const { book, disputes, metrics, log, sender } = this.context;
    if (check.challenge === undefined) {
      await book.put({ ...check, challenge });
      if (!challenge.sampled) metrics.differed();
      log.warn({ ...nameOf(check), ...challenge }, "what was delivered is in doubt");
    }
    // one at a time, so that bonds add up to what they are thought to
    if (sender.inFlight(CHECK_KEYS).some((key) => key.endsWith("/challenge"))) return undefined;
    const allowance = await this.bonds.allowanceFor(record);
    if ("refused" in allowance) {
      log.warn({ ...nameOf(check), limit: allowance.refused }, "no bond for a challenge");
      return undefined;
    }
    const { unit } = challenge;
    const { claims } = check;
    const known = unit !== undefined && claims !== undefined;
    const descent = known ? toUnit(claims, unit) : atOutputRoot(record.job);
    return disputes.challenge(record, descent, allowance.most);
  }
}

function isLocal(step: Step): step is { readonly kind: LocalKind } {
  return step.kind in LOCAL;
}

function nameOf({ jobId }: Check): { readonly job: string } {
  return { job: jobId.toString() };
}
