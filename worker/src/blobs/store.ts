import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { exists, readIfAny, syncDirectory, writeNew } from "../disk";
import { WorkerError } from "../errors";
import { isHex } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

/** What is wrong with a stored blob, or why one is not taken. */
export type BlobErrorCode = "ID" | "CORRUPT" | "FULL";

/** A blob that cannot be stored or read. */
export class BlobError extends WorkerError<BlobErrorCode> {
  override readonly name = "BlobError";

  constructor(code: BlobErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, false, options);
  }
}

/** Who may read a blob: only this worker, or anyone over HTTP. */
export type Visibility = "private" | "public";

/** Blobs by content id. That the bytes have the id is checked by whoever puts them. */
export interface Blobs {
  /** Stores the blob with this id; again changes nothing. Throws `BlobError` ID or FULL. */
  put(id: Hex, bytes: Uint8Array, visibility: Visibility): Promise<void>;
  /** Bytes of a blob, if it is there; `public` sees public blobs only. Throws `BlobError` CORRUPT. */
  get(id: Hex, visibility?: Visibility): Promise<Uint8Array | undefined>;
  /** Whether a blob is there, damaged or not. */
  has(id: Hex): Promise<boolean>;
  /** Lets anyone read a blob; again changes nothing. Throws `BlobError` ID if it is not there. */
  publish(id: Hex): Promise<void>;
  /** Removes blobs last written before `before` (milliseconds since 1970) that `keep` denies. */
  sweep(before: number, keep: (id: Hex) => boolean): Promise<number>;
}

const DIGEST_BYTES = 32;
const VISIBILITIES: readonly Visibility[] = ["public", "private"];

/**
 * Blobs on disk. A blob is written beside its place, synced and renamed, so a reader sees all of it
 * or nothing. Each file ends with a SHA-256 digest over id and bytes, checked on the way out; a
 * damaged file is moved away, so that the blob can be stored again.
 */
export class BlobStore implements Blobs {
  private readonly writing = new Map<string, Promise<void>>();

  private constructor(
    private readonly directory: string,
    private readonly maxBytes: number,
    private used: number,
  ) {}

  /**
   * Opens the store in `directory`, made if missing; leftovers of interrupted writes are removed.
   * `maxBytes` bounds the public blobs.
   */
  static async open(directory: string, maxBytes: number): Promise<BlobStore> {
    for (const visibility of VISIBILITIES) {
      await mkdir(join(directory, visibility), { recursive: true });
    }
    await rm(join(directory, "tmp"), { recursive: true, force: true });
    await mkdir(join(directory, "tmp"));
    const used = await directorySize(join(directory, "public"));
    return new BlobStore(directory, maxBytes, used);
  }

  async put(id: Hex, bytes: Uint8Array, visibility: Visibility): Promise<void> {
    const path = this.path(id, visibility);
    const running = this.writing.get(path);
    if (running !== undefined) return running;
    const writing = this.write(id, bytes, visibility).finally(() => this.writing.delete(path));
    this.writing.set(path, writing);
    return writing;
  }

  async get(id: Hex, visibility: Visibility = "private"): Promise<Uint8Array | undefined> {
    for (const each of visibility === "public" ? (["public"] as const) : VISIBILITIES) {
      const path = this.path(id, each);
      const file = await readIfAny(path);
      if (file === undefined) continue;
      const bytes = file.subarray(0, Math.max(file.length - DIGEST_BYTES, 0));
      if (digest(id, bytes).equals(file.subarray(bytes.length))) return bytes;
      await rename(path, join(this.directory, "tmp", `${id}.corrupt.${randomUUID()}`));
      if (each === "public") this.used -= file.length;
      throw new BlobError("CORRUPT", `stored blob ${id} is damaged`);
    }
    return undefined;
  }

  async has(id: Hex): Promise<boolean> {
    return (await exists(this.path(id, "public"))) || (await exists(this.path(id, "private")));
  }

  async publish(id: Hex): Promise<void> {
    try {
      await link(this.path(id, "private"), this.path(id, "public"));
    } catch (cause) {
      if (await exists(this.path(id, "public"))) return;
      throw new BlobError("ID", `there is no blob ${id} to publish`, { cause });
    }
    await syncDirectory(join(this.directory, "public"));
    this.used += (await stat(this.path(id, "public"))).size;
  }

  async sweep(before: number, keep: (id: Hex) => boolean): Promise<number> {
    let removed = 0;
    for (const visibility of VISIBILITIES) {
      for (const name of await readdir(join(this.directory, visibility))) {
        const path = join(this.directory, visibility, name);
        const { mtimeMs, size } = await stat(path);
        if (mtimeMs >= before || (isHex(name, 32) && keep(name))) continue;
        await rm(path);
        if (visibility === "public") this.used -= size;
        removed++;
      }
    }
    return removed;
  }

  /** Bytes of public blobs on disk. */
  get publicBytes(): number {
    return this.used;
  }

  private path(id: Hex, visibility: Visibility): string {
    if (!isHex(id, 32)) throw new BlobError("ID", `${String(id)} is not the id of a blob`);
    return join(this.directory, visibility, id.toLowerCase());
  }

  /** Makes a blob young again, so that it is not swept while it is still wanted. */
  private async refresh(path: string): Promise<boolean> {
    if (!(await exists(path))) return false;
    const now = new Date();
    await utimes(path, now, now);
    return true;
  }

  private async write(id: Hex, bytes: Uint8Array, visibility: Visibility): Promise<void> {
    if (await this.refresh(this.path(id, visibility))) return;
    if (visibility === "private") return this.writeFile(id, bytes, visibility);
    const size = bytes.length + DIGEST_BYTES;
    if (this.used + size > this.maxBytes) {
      throw new BlobError("FULL", `the store holds ${this.used} of ${this.maxBytes} bytes`);
    }
    this.used += size;
    try {
      await this.writeFile(id, bytes, visibility);
    } catch (error) {
      this.used -= size;
      throw error;
    }
  }

  private async writeFile(id: Hex, bytes: Uint8Array, visibility: Visibility): Promise<void> {
    const temporary = join(this.directory, "tmp", randomUUID());
    await writeNew(temporary, [bytes, digest(id, bytes)]);
    await rename(temporary, this.path(id, visibility));
    await syncDirectory(join(this.directory, visibility));
  }
}

function digest(id: Hex, bytes: Uint8Array): Buffer {
  return createHash("sha256").update(id.toLowerCase()).update(bytes).digest();
}

async function directorySize(directory: string): Promise<number> {
  let size = 0;
  for (const name of await readdir(directory)) size += (await stat(join(directory, name))).size;
  return size;
}
