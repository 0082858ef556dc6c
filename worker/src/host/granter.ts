import type { Dataset } from "./dataset";
import type { HostMetrics } from "./metrics";
import type { LicenceMarket } from "../chain/licenceMarket";
import type { Block, ChainNode } from "../chain/node";
import type { TransactionSender } from "../chain/sender";
import type { Clock } from "../clock";
import { TurnTaker } from "../engine/turnTaker";
import { errorMessage, isRetryable } from "../errors";
import type { Logger } from "../log";
import { PurchaseStatus, finalBlock, sameHex, sealKey } from "../../../sdk/src/index";
import type { AccessMarketState, Licence } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** What grants licences. */
export interface GranterContext {
  readonly node: Pick<ChainNode, "address" | "head" | "block">;
  readonly market: Pick<LicenceMarket, "state" | "purchase" | "buyerKey" | "grant" | "rotate">;
  readonly sender: Pick<TransactionSender, "submit" | "inFlight" | "tick" | "forget">;
  readonly dataset: Pick<Dataset, "key" | "manifest" | "newest" | "prepare" | "forget">;
  readonly sessions: () => number;
  readonly clock: Clock;
  readonly metrics: HostMetrics;
  readonly log: Logger;
  readonly options: GranterOptions;
}

/** Numbers that steer it. */
export interface GranterOptions {
  /** Blocks, its own included, after which a block counts as final. */
  readonly confirmations: number;
  /** Seconds before a purchase's deadline from which on no grant is sent any more. */
  readonly reserve: number;
}

const [GRANT, ROTATE, PREPARE] = ["grant/", "rotate/", "prepare"];

/**
 * Grants purchases with the key of the running epoch, keeps the files in line with that epoch, and tells the chain of a new
 * one once its files are complete. What it knows of purchases it reads from the chain in each turn, at the last final block.
 */
export class Granter extends TurnTaker<string> {
  /** Purchases that were granted or refunded, up to the final block `seen`. */
  private readonly ended = new Set<bigint>();
  private seen: Block | undefined;
  /** Public keys by purchase. */
  private readonly keys = new Map<bigint, Hex>();
  private named: boolean | undefined;
  private epoch: number | undefined;
  /** Why a purchase's grant would be refused, as it was last said. */
  private readonly refusals = new Map<bigint, string>();

  constructor(private readonly context: GranterContext) {
    super(context);
  }

  /** The epoch of the key, as of the newest block; undefined before the first turn. */
  get keyEpoch(): number | undefined {
    return this.epoch;
  }

  /** Whether the market's terms name this account, as of the newest block. */
  get isHost(): boolean {
    return this.named === true;
  }

  /** Forgets transactions that ended, and files of epochs that are over. */
  async clean(): Promise<void> {
    const { sender, dataset, market } = this.context;
    await sender.forget(GRANT);
    await sender.forget(ROTATE);
    if (this.seen === undefined) return;
    const { keyEpoch } = await market.state(this.seen.number);
    if ((await dataset.manifest(Number(keyEpoch))) !== undefined) {
      await dataset.forget(Math.min(Number(keyEpoch), this.epoch ?? 0));
    }
  }

  protected async act(head: Block): Promise<void> {
    const { market, metrics, options, sessions } = this.context;
    const state = await market.state(head.number);
    this.observeHost(state);
    this.epoch = Number(state.keyEpoch);
    await this.prepare(this.epoch);
    const pending = await this.pending(finalBlock(head.number, options.confirmations));
    if (this.isHost && !(await this.rotate(this.epoch, head))) {
      await this.grantAll(pending, this.epoch, head);
    }
    const figures = { keyEpoch: this.epoch, pending: pending.length, sessions: sessions() };
    metrics.observe({ head, ...figures });
  }

  private observeHost({ terms }: AccessMarketState): void {
    const { node, log } = this.context;
    const named = sameHex(terms.host, node.address);
    if (named === this.named) return;
    this.named = named;
    const facts = { host: terms.host, account: node.address };
    if (named) log.info(facts, "the market names this account as its host");
    else log.error(facts, "the market names another host: nothing is granted");
  }

  /** Has the files of an epoch made, beside the turns, if they are not there. */
  private async prepare(epoch: number): Promise<void> {
    const { dataset, log } = this.context;
    if ((await dataset.manifest(epoch)) !== undefined) return;
    this.start(PREPARE, async () => {
      try {
        await dataset.prepare(epoch);
        log.info({ epoch }, "files are complete");
      } catch (error) {
        if (!isRetryable(error)) throw error;
        log.warn({ epoch, reason: errorMessage(error) }, "files are not complete yet");
      }
    });
  }

  /** Whether a new key is on its way, so that no grant may be: one would carry the old key. */
  private async rotate(epoch: number, head: Block): Promise<boolean> {
    const { dataset, sender, market, log } = this.context;
    if (sender.inFlight(ROTATE).length > 0) return true;
    const newest = await dataset.newest();
    if (newest === undefined || newest <= epoch) return false;
    if (sender.inFlight(GRANT).length > 0) return true;
    const status = await sender.submit(`${ROTATE}${head.number}`, market.rotate());
    if (status.kind !== "refused") return true;
    log.warn({ epoch: epoch + 1, reason: status.reason }, "new key epoch not sent");
    return false;
  }

  /** Purchases of a final block that can still be granted, the most urgent first. */
  private async pending(final: number): Promise<readonly Licence[]> {
    const { market, options } = this.context;
    await this.checkSeen(final);
    const { bought, pending } = await market.state(final);
    const found: Licence[] = [];
    for (let id = bought; id > 0n && BigInt(found.length) < pending; id--) {
      if (this.ended.has(id)) continue;
      const purchase = await market.purchase(id, final);
      if (purchase.status === PurchaseStatus.Pending) found.push(purchase);
      else this.end(id);
    }
    return found
      .filter(({ deadline }) => this.now() + options.reserve <= Number(deadline))
      .sort((a, b) => Number(a.deadline - b.deadline));
  }

  /** Forgets what it knows of purchases if the chain dropped a final block. */
  private async checkSeen(final: number): Promise<void> {
    const { node, log } = this.context;
    const { seen } = this;
    if (seen !== undefined && (await node.block(seen.number))?.hash !== seen.hash) {
      log.warn({ block: seen.number }, "the chain dropped blocks");
      this.ended.clear();
      this.keys.clear();
    }
    this.seen = await node.block(final);
  }

  private end(id: bigint): void {
    this.ended.add(id);
    this.keys.delete(id);
    this.refusals.delete(id);
  }

  /** Grants purchases in this order, or none before the key is there. */
  private async grantAll(purchases: readonly Licence[], epoch: number, head: Block): Promise<void> {
    const key = await this.context.dataset.key(epoch);
    if (key === undefined) return;
    for (const { id } of purchases) await this.grant(id, { epoch, key }, head);
  }

  private async grant(
    id: bigint,
    { epoch, key }: { readonly epoch: number; readonly key: string },
    head: Block,
  ): Promise<void> {
    const { sender, market, metrics, log } = this.context;
    const prefix = `${GRANT}${id}/`;
    if (sender.inFlight(prefix).length > 0) return;
    const publicKey = await this.keyOf(id, head);
    const call = market.grant(id, sealKey(publicKey, key));
    const status = await sender.submit(`${prefix}${head.number}`, call);
    if (status.kind === "refused") {
      this.observeRefusal(id, status.reason);
      return;
    }
    this.refusals.delete(id);
    if (status.kind !== "pending") return;
    metrics.granted();
    log.info({ purchase: id.toString(), epoch }, "grant sent");
  }

  private observeRefusal(id: bigint, reason: string): void {
    if (reason === this.refusals.get(id)) return;
    this.refusals.set(id, reason);
    const facts = { purchase: id.toString(), reason };
    this.context.log.warn(facts, "grant not sent: it would be refused");
  }

  /** What a purchase's key is sealed to. */
  private async keyOf(id: bigint, head: Block): Promise<Hex> {
    const known = this.keys.get(id);
    if (known !== undefined) return known;
    const key = await this.context.market.buyerKey(id, head.number);
    this.keys.set(id, key);
    return key;
  }
}
