import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Intake } from "./intake";
import { BidError } from "./policy";
import { errorCode, errorMessage, isRetryable } from "../errors";
import type { Fetcher } from "../fetch/fetcher";
import type { Logger } from "../log";

/** What watching boards needs. */
export interface BoardContext {
  readonly intake: Pick<Intake, "submit">;
  readonly fetcher: Pick<Fetcher, "resolve" | "fetch">;
  readonly log: Logger;
}

/** Offers of one board that are looked at, at most. */
export const MAX_OFFERS = 1_000;
/** Offers whose answer is remembered; beyond, the oldest are looked at again. */
const MAX_SEEN = 10_000;

/**
 * Places where clients leave offers: a JSON file with one offer or a list of them, by `file:` or
 * `http(s):`, or a directory of such files, by a `file:` URI that ends with a slash.
 */
export class BidBoards {
  private readonly seen = new Set<string>();

  constructor(
    private readonly uris: readonly string[],
    private readonly context: BoardContext,
  ) {}

  /** Hands new offers to the intake. What is wrong with one board or offer spoils no other. */
  async poll(signal: AbortSignal): Promise<void> {
    for (const uri of this.uris) {
      const files = await this.guarded(uri, signal, () => this.filesOf(uri));
      for (const file of files ?? []) {
        await this.guarded(file, signal, () => this.readOffers(file, signal));
      }
    }
  }

  private async guarded<Result>(
    board: string,
    signal: AbortSignal,
    read: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await read();
    } catch (error) {
      if (signal.aborted) return undefined;
      const [code, reason] = [errorCode(error), errorMessage(error)];
      this.context.log.warn({ board, code, reason }, "board not read");
      return undefined;
    }
  }

  private async filesOf(uri: string): Promise<readonly string[]> {
    const source = this.context.fetcher.resolve(uri);
    if (source.kind !== "file" || !source.url.pathname.endsWith("/")) return [uri];
    const names = await readdir(fileURLToPath(source.url));
    return names
      .filter((name) => name.endsWith(".json"))
      .sort()
      .slice(0, MAX_OFFERS)
      .map((name) => new URL(encodeURIComponent(name), source.url).href);
  }

  private async readOffers(uri: string, signal: AbortSignal): Promise<void> {
    const bytes = await this.context.fetcher.fetch(uri, signal);
    const content: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    const offers: unknown[] = Array.isArray(content) ? content : [content];
    for (const offer of offers.slice(0, MAX_OFFERS)) {
      if (signal.aborted) return;
      await this.submit(offer);
    }
  }

  private async submit(offer: unknown): Promise<void> {
    const key = createHash("sha256").update(JSON.stringify(offer)).digest("base64");
    if (this.seen.has(key)) return;
    try {
      await this.context.intake.submit(offer);
    } catch (error) {
      if (isRetryable(error)) return;
      if (!(error instanceof BidError)) throw error;
      this.context.log.info({ code: error.code, reason: error.message }, "offer not taken");
    }
    this.remember(key);
  }

  private remember(key: string): void {
    this.seen.add(key);
    if (this.seen.size <= MAX_SEEN) return;
    const [oldest] = this.seen;
    this.seen.delete(oldest);
  }
}
