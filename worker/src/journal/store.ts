import { Level } from "level";
import { causesOf, errorCode } from "../errors";

/** One write of a batch; without a value the key is deleted. */
export interface Write {
  readonly key: string;
  readonly value?: string;
}

/** Ordered keys and values that survive a crash. */
export interface KeyValueStore {
  /** Value of `key`, if any. */
  get(key: string): Promise<string | undefined>;
  /** Applies all of `writes` or none; on disk when it returns. */
  batch(writes: readonly Write[]): Promise<void>;
  /** Entries whose keys start with `prefix`, in the order of their keys. */
  entries(prefix: string): Promise<readonly (readonly [string, string])[]>;
  /** Closes the store. */
  close(): Promise<void>;
}

/** Opens, or makes, a LevelDB store in `directory`. One process at a time may hold it. */
export async function openLevelStore(directory: string): Promise<KeyValueStore> {
  const level = new Level<string, string>(directory);
  await level.open();
  return {
    get: (key) => level.get(key),
    batch: (writes) =>
      level.batch(
        writes.map(({ key, value }) =>
          value === undefined ? { type: "del", key } : { type: "put", key, value },
        ),
        { sync: true },
      ),
    entries: (prefix) => level.iterator({ gte: prefix, lt: prefix + "\uffff" }).all(),
    close: () => level.close(),
  };
}

/** The same. Throws what `refusal` makes of the reason if another process holds the store. */
export async function openAlone(
  directory: string,
  refusal: (cause: unknown) => Error,
): Promise<KeyValueStore> {
  try {
    return await openLevelStore(directory);
  } catch (error) {
    if (causesOf(error).some((cause) => errorCode(cause) === "LEVEL_LOCKED")) throw refusal(error);
    throw error;
  }
}
