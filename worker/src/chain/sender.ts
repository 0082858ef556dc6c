import PQueue from "p-queue";
import { ChainError } from "./errors";
import { gasOf } from "./gas";
import { bumpedFees, newFees } from "./fees";
import type { FeePolicy } from "./fees";
import type { Block, Call, ChainNode, Fees, Receipt } from "./node";
import { TxBook } from "./txBook";
import type { Attempt, TxOutcome, TxRecord } from "./txBook";
import type { Clock } from "../clock";
import type { KeyValueStore } from "../journal/store";
import type { Logger } from "../log";
import { finalBlock } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Where a transaction stands: not yet ended, refused before it was sent, or ended. */
export type TxStatus =
  { readonly kind: "pending" } | { readonly kind: "refused"; readonly reason: string } | TxOutcome;

/** Bounds of the sender. */
export interface SenderOptions {
  /** Blocks, its own included, after which a transaction counts as final. */
  readonly confirmations: number;
  readonly fees: FeePolicy;
  /** Transactions that may be under way at once. */
  readonly maxInFlight: number;
  /** Milliseconds after which a transaction is sent once more at higher fees. */
  readonly stuckMs: number;
  /** Milliseconds between two broadcasts of the same bytes. */
  readonly rebroadcastMs: number;
}

const CANCEL_GAS = 21_000n;
const PENDING: TxStatus = { kind: "pending" };

/**
 * The one place that owns nonces and fees. A transaction has a key; all its attempts share one
 * nonce, so at most one of them is ever mined, and each is on disk before it is broadcast, so a
 * crash at any point is made up for by sending the same bytes again.
 */
export class TransactionSender {
  private readonly queue = new PQueue({ concurrency: 1 });
  private readonly live = new Map<string, TxRecord>();
  /** Keys of ended transactions by nonce, in case the chain drops them. */
  private readonly ended = new Map<number, string>();
  private readonly broadcastAt = new Map<string, number>();
  /** Nonces that the chain had used at the last look. */
  private used = 0;

  private constructor(
    private readonly node: ChainNode,
    private readonly book: TxBook,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly options: SenderOptions,
  ) {}

  /** Opens a sender with the transactions that were under way when the last one stopped. */
  static async open(
    node: ChainNode,
    store: KeyValueStore,
    clock: Clock,
    log: Logger,
    options: SenderOptions,
  ): Promise<TransactionSender> {
    const book = new TxBook(store);
    const sender = new TransactionSender(node, book, clock, log, options);
    for (const record of await book.all()) {
      if (record.outcome === undefined) sender.live.set(record.key, record);
      else sender.ended.set(record.nonce, record.key);
    }
    return sender;
  }

  /**
   * Sends `call` under `key`, or says what became of it: a key is sent at most once, however often
   * it is submitted. The call is simulated first and not sent if it would revert; one whose `gas` is
   * given was simulated before. Throws retryable `ChainError`s of the node; nothing was sent then.
   */
  submit(key: string, call: Call, gas?: bigint): Promise<TxStatus> {
    return this.queue.add(async () => {
      const known = await this.status(key);
      if (known !== undefined) return known;
      if (this.live.size >= this.options.maxInFlight) return PENDING;
      return this.start(key, call, gas);
    });
  }

  /** What became of the transaction under `key`; undefined if none was made. */
  async status(key: string): Promise<TxStatus | undefined> {
    if (this.live.has(key)) return PENDING;
    const record = await this.book.get(key);
    return record && (record.outcome ?? PENDING);
  }

  /** Key of the transaction with this hash, if the sender made it. */
  keyOf(hash: Hex): Promise<string | undefined> {
    return this.book.keyOf(hash);
  }

  /** Looks after transactions under way: finds receipts, sends again, raises fees. */
  tick(head: Block): Promise<void> {
    return this.queue.add(async () => {
      const used = await this.node.nonce("latest");
      // the chain dropped blocks: nobody else may hold the bytes of what is under way any more
      if (used < this.used) this.broadcastAt.clear();
      this.used = used;
      await this.revive(used);
      await this.fillGaps(used);
      const records = [...this.live.values()].sort((a, b) => a.nonce - b.nonce);
      for (const record of records) await this.advance(record, head);
    });
  }

  /** Keys of the transactions under way that start with `prefix`. */
  inFlight(prefix = ""): readonly string[] {
    return [...this.live.keys()].filter((key) => key.startsWith(prefix));
  }

  /** Forgets ended transactions whose key starts with `prefix`. */
  async forget(prefix: string): Promise<void> {
    const records = await this.book.all(prefix);
    await this.book.forget(records.filter(({ key }) => !this.live.has(key)));
  }

  /** Takes up again what the chain dropped although it was final: nonces it has not used any more. */
  private async revive(used: number): Promise<void> {
    const taken = this.takenNonces();
    for (const [nonce, key] of this.ended) {
      if (nonce < used) continue;
      this.ended.delete(nonce);
      const known = await this.book.get(key);
      if (known === undefined) continue;
      const { outcome, ...record } = known;
      if (outcome?.kind === "lost") continue;
      this.log.warn(
        { key, nonce, outcome: outcome?.kind },
        "the chain dropped a final transaction",
      );
      const lost = taken.has(nonce);
      await this.book.put(lost ? { ...record, outcome: { kind: "lost" } } : record);
      if (!lost) this.live.set(key, record);
    }
  }

  /** Uses up nonces below those under way that nobody uses, since they hold up the rest. */
  private async fillGaps(used: number): Promise<void> {
    const taken = this.takenNonces();
    const last = Math.max(...taken);
    for (let nonce = used; nonce < last; nonce++) {
      if (taken.has(nonce)) continue;
      const fees = newFees(await this.node.fees(), this.options.fees);
      if (fees === undefined) return;
      const call = { to: this.node.address, data: "0x" } as const;
      const record = { key: `gap/${nonce}`, call, nonce, gasLimit: CANCEL_GAS, attempts: [] };
      await this.attempt(record, fees, true);
    }
  }

  private async start(key: string, call: Call, gas?: bigint): Promise<TxStatus> {
    let estimate: bigint;
    try {
      estimate = gas ?? (await gasOf(this.node, call));
    } catch (error) {
      if (!(error instanceof ChainError && error.code === "REVERT")) throw error;
      return { kind: "refused", reason: error.message };
    }
    const fees = newFees(await this.node.fees(), this.options.fees);
    if (fees === undefined) {
      this.log.warn({ key }, "gas costs more than fees.maxFeePerGasGwei; waiting");
      return PENDING;
    }
    const nonce = await this.freeNonce();
    const gasLimit = estimate + estimate / 4n;
    await this.attempt({ key, call, nonce, gasLimit, attempts: [] }, fees, false);
    return PENDING;
  }

  private async freeNonce(): Promise<number> {
    const taken = this.takenNonces();
    let nonce = await this.node.nonce("latest");
    while (taken.has(nonce)) nonce++;
    return nonce;
  }

  private takenNonces(): ReadonlySet<number> {
    return new Set([...this.live.values()].map(({ nonce }) => nonce));
  }

  private async attempt(record: TxRecord, fees: Fees, cancel: boolean): Promise<void> {
    const { call, nonce } = record;
    const content = cancel
      ? { to: this.node.address, data: "0x" as const, gasLimit: CANCEL_GAS }
      : { ...call, gasLimit: record.gasLimit };
    const signed = await this.node.sign({ ...content, ...fees, nonce });
    const attempt = { ...signed, ...fees, at: this.clock.now(), cancel };
    const next = { ...record, attempts: [...record.attempts, attempt] };
    await this.book.put(next);
    this.live.set(record.key, next);
    await this.broadcast(next);
  }

  private async broadcast(record: TxRecord): Promise<void> {
    const last = record.attempts[record.attempts.length - 1];
    const context = { key: record.key, nonce: record.nonce, hash: last.hash };
    this.broadcastAt.set(record.key, this.clock.now());
    try {
      await this.node.broadcast(last.raw);
      this.log.info(context, "transaction sent");
    } catch (error) {
      // the bytes are on disk and the nonce is theirs, so whatever happened they are sent again
      if (!(error instanceof ChainError)) throw error;
      if (error.code === "ALREADY_KNOWN") return;
      this.log.warn(
        { ...context, code: error.code, reason: error.message },
        "not sent; will retry",
      );
    }
  }

  private async advance(record: TxRecord, head: Block): Promise<void> {
    const final = finalBlock(head.number, this.options.confirmations);
    const mined = await this.findReceipt(record);
    if (mined !== undefined) {
      if (mined.receipt.block <= final)
        await this.finish(record, outcomeOf(mined.receipt, mined.attempt));
      return;
    }
    if ((await this.node.nonce("latest")) > record.nonce) {
      if ((await this.node.nonce(final)) > record.nonce)
        await this.finish(record, { kind: "lost" });
      return;
    }
    await this.push(record);
  }

  private async findReceipt(
    record: TxRecord,
  ): Promise<{ receipt: Receipt; attempt: Attempt } | undefined> {
    for (const attempt of record.attempts) {
      const receipt = await this.node.receipt(attempt.hash);
      if (receipt !== undefined) return { receipt, attempt };
    }
    return undefined;
  }

  private async push(record: TxRecord): Promise<void> {
    const now = this.clock.now();
    const last = record.attempts[record.attempts.length - 1];
    if (now - last.at >= this.options.stuckMs) {
      const fees = bumpedFees(last, await this.node.fees(), this.options.fees);
      if (fees !== undefined) {
        const cancel = last.cancel || (await this.wouldRevert(record.call));
        return this.attempt(record, fees, cancel);
      }
    }
    const sentAt = this.broadcastAt.get(record.key);
    if (sentAt === undefined || now - sentAt >= this.options.rebroadcastMs) {
      await this.broadcast(record);
    }
  }

  private async wouldRevert(call: Call): Promise<boolean> {
    try {
      await this.node.estimateGas(call, "latest");
      return false;
    } catch (error) {
      if (error instanceof ChainError && error.code === "REVERT") return true;
      throw error;
    }
  }

  private async finish(record: TxRecord, outcome: TxOutcome): Promise<void> {
    await this.book.put({ ...record, outcome });
    this.live.delete(record.key);
    this.ended.set(record.nonce, record.key);
    this.broadcastAt.delete(record.key);
    this.log.info(
      { key: record.key, nonce: record.nonce, outcome: outcome.kind },
      "transaction ended",
    );
  }
}

function outcomeOf({ success, block, cost }: Receipt, { cancel }: Attempt): TxOutcome {
  const kind = cancel ? "cancelled" : success ? "confirmed" : "reverted";
  return { kind, block, cost };
}
