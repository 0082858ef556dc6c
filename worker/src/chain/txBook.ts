import type { Call, Fees, SignedTransaction } from "./node";
import type { KeyValueStore } from "../journal/store";
import { parse, stringify } from "../json";
import type { Hex } from "../../../tensor/src/index";

/** How a transaction ended. */
export type TxOutcome =
  | {
      readonly kind: "confirmed" | "reverted" | "cancelled";
      readonly block: number;
      readonly cost: bigint;
    }
  /** Its nonce was used by a transaction that the sender did not make. */
  | { readonly kind: "lost" };

/** A signed transaction for a key, and when it was made, in milliseconds since 1970. */
export interface Attempt extends SignedTransaction, Fees {
  readonly at: number;
  /** An empty transaction that takes the nonce away from the call. */
  readonly cancel: boolean;
}

/** All that was done for a key. */
export interface TxRecord {
  readonly key: string;
  readonly call: Call;
  readonly nonce: number;
  readonly gasLimit: bigint;
  readonly attempts: readonly Attempt[];
  readonly outcome?: TxOutcome;
}

const PREFIX = "tx/";
const BY_HASH = "hash/";

/** The transactions of a sender. Each is on disk when a call returns. */
export class TxBook {
  constructor(private readonly store: KeyValueStore) {}

  /** All records whose keys start with `prefix`. */
  async all(prefix = ""): Promise<readonly TxRecord[]> {
    const entries = await this.store.entries(PREFIX + prefix);
    return entries.map(([, value]) => parse(value) as TxRecord);
  }

  /** The record of a key. */
  async get(key: string): Promise<TxRecord | undefined> {
    const value = await this.store.get(PREFIX + key);
    return value === undefined ? undefined : (parse(value) as TxRecord);
  }

  /** Key of the transaction with this hash. */
  keyOf(hash: Hex): Promise<string | undefined> {
    return this.store.get(BY_HASH + hash);
  }

  /** Writes a record in the place of that of the same key. */
  async put(record: TxRecord): Promise<void> {
    const hashes = record.attempts.map(({ hash }) => ({ key: BY_HASH + hash, value: record.key }));
    await this.store.batch([{ key: PREFIX + record.key, value: stringify(record) }, ...hashes]);
  }

  /** Removes records, all or none. */
  async forget(records: readonly TxRecord[]): Promise<void> {
    const keys = records.flatMap(({ key, attempts }) => [
      PREFIX + key,
      ...attempts.map(({ hash }) => BY_HASH + hash),
    ]);
    await this.store.batch(keys.map((key) => ({ key })));
  }
}
