import type { Clock } from "../../../worker/src/clock";
import type { KeyValueStore, Write } from "../../../worker/src/journal/store";
import { BlobError } from "../../../worker/src/blobs/store";
import type { Blobs } from "../../../worker/src/blobs/store";
import type { Hex } from "../../../tensor/src/index";

/** Keys and values in memory that outlive the worker under test. */
export class MemoryStore implements KeyValueStore {
  readonly data = new Map<string, string>();

  async get(key: string): Promise<string | undefined> {
    return this.data.get(key);
  }

  async batch(writes: readonly Write[]): Promise<void> {
    for (const { key, value } of writes) {
      if (value === undefined) this.data.delete(key);
      else this.data.set(key, value);
    }
  }

  async entries(prefix: string): Promise<readonly (readonly [string, string])[]> {
    return [...this.data]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  async close(): Promise<void> {
    return undefined;
  }
}

/** Blobs in memory. */
export function memoryBlobs(): Blobs & { readonly published: ReadonlySet<Hex> } {
  const data = new Map<Hex, Uint8Array>();
  const published = new Set<Hex>();
  return {
    published,
    put: async (id, bytes, visibility) => {
      data.set(id, bytes);
      if (visibility === "public") published.add(id);
    },
    get: async (id, visibility) =>
      visibility === "public" && !published.has(id) ? undefined : data.get(id),
    has: async (id) => data.has(id),
    publish: async (id) => {
      if (!data.has(id)) throw new BlobError("ID", `there is no ${id}`);
      published.add(id);
    },
    sweep: async () => 0,
  };
}

/** A clock that stands until it is moved. */
export class ManualClock implements Clock {
  constructor(private ms = 0) {}

  now(): number {
    return this.ms;
  }

  /** Moves on by `ms` milliseconds. */
  advance(ms: number): void {
    this.ms += ms;
  }

  async sleep(ms: number): Promise<void> {
    this.advance(ms);
  }
}
