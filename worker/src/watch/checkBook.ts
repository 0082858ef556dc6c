import type { Check } from "./check";
import type { Cursor } from "../chain/follow";
import { checkHeader } from "../journal/journal";
import type { KeyValueStore } from "../journal/store";
import { parse, stringify } from "../json";

const FORMAT = "watch 1";
const CHECK = "check/";
const CURSOR = "cursor/watch";

/** The checks of a watcher. Each is on disk when a call returns. */
export class CheckBook {
  private readonly checks = new Map<bigint, Check>();

  private constructor(private readonly store: KeyValueStore) {}

  /**
   * Reads the checks in `store`. `identity` names chain and account. Throws `JournalError` FORMAT or
   * CHAIN for a store of another kind, chain or account.
   */
  static async open(store: KeyValueStore, identity: string): Promise<CheckBook> {
    await checkHeader(store, "format", FORMAT, "FORMAT");
    await checkHeader(store, "identity", identity, "CHAIN");
    const book = new CheckBook(store);
    for (const [, value] of await store.entries(CHECK)) book.remember(parse(value) as Check);
    return book;
  }

  /** The check of a job. */
  get(jobId: bigint): Check | undefined {
    return this.checks.get(jobId);
  }

  /** All checks, ended ones included. */
  all(): readonly Check[] {
    return [...this.checks.values()];
  }

  /** Writes a check in the place of that of the same job. */
  async put(check: Check): Promise<void> {
    await this.store.batch([writeOf(check)]);
    this.remember(check);
  }

  /** Writes new checks and moves the cursor, all or none. */
  async advance(cursor: readonly Cursor[], checks: readonly Check[]): Promise<void> {
    await this.store.batch([...checks.map(writeOf), { key: CURSOR, value: stringify(cursor) }]);
    checks.forEach((check) => this.remember(check));
  }

  /** Blocks the chain was read up to, oldest first; empty before the first read. */
  async cursor(): Promise<readonly Cursor[]> {
    const value = await this.store.get(CURSOR);
    return value === undefined ? [] : (parse(value) as Cursor[]);
  }

  /** Removes the check of a job. */
  async forget(jobId: bigint): Promise<void> {
    await this.store.batch([{ key: `${CHECK}${jobId}` }]);
    this.checks.delete(jobId);
  }

  private remember(check: Check): void {
    this.checks.set(check.jobId, check);
  }
}

function writeOf(check: Check): { readonly key: string; readonly value: string } {
  return { key: `${CHECK}${check.jobId}`, value: stringify(check) };
}
