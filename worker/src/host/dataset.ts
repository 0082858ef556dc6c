import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { ReadStream } from "node:fs";
import { lstat, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Wallet } from "ethers";
import { DatasetError } from "./errors";
import { KeyFolder } from "./keys";
import { UNFINISHED, isMissing, readIfAny, writeDurably } from "../disk";
import { errorMessage } from "../errors";
import { openAlone } from "../journal/store";
import { decryptFile, encryptFile, isHostedName, parseManifest } from "../../../sdk/src/index";
import type { Chunks, HostManifest, HostedFile } from "../../../sdk/src/index";

/** First and last byte of a part of a file. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Where a dataset lies, and its bounds. */
export interface DatasetOptions {
  readonly dataDir: string;
  /** Of a plain file. */
  readonly maxFileBytes: number;
}

const [KEYS, FILES, LOCK, MANIFEST] = ["keys", "files", "lock", "manifest.json"];
const OWNER_ONLY = 0o700;

/**
 * The files of a dataset, encrypted for the key of an epoch, in a folder for each epoch. A file lies under the hash of its
 * bytes, and the manifest, which is written last, says what they are called: a folder with a manifest is complete. All that
 * is ever lost by a crash is the encryption under way.
 */
export class Dataset {
  private constructor(
    private readonly options: DatasetOptions,
    private readonly keys: KeyFolder,
  ) {}

  /** Opens the dataset in `dataDir`, made if it is missing. */
  static async open(
    options: DatasetOptions,
    wallet: Pick<Wallet, "privateKey" | "address">,
  ): Promise<Dataset> {
    await mkdir(join(options.dataDir, FILES), { recursive: true, mode: OWNER_ONLY });
    return new Dataset(options, await KeyFolder.open(join(options.dataDir, KEYS), wallet));
  }

  /** The key of an epoch, if it was made. Throws `DatasetError` KEY. */
  key(epoch: number): Promise<string | undefined> {
    return this.keys.get(epoch);
  }

  /** What there is of an epoch; undefined until it is complete. Throws `DatasetError` CORRUPT. */
  async manifest(epoch: number): Promise<HostManifest | undefined> {
    const path = join(this.folder(epoch), MANIFEST);
    const bytes = await readIfAny(path);
    if (bytes === undefined) return undefined;
    const manifest = parseManifest(jsonOf(bytes));
    if (manifest?.keyEpoch === epoch) return manifest;
    throw new DatasetError("CORRUPT", `${path} is damaged`);
  }

  /** The newest epoch that is complete. */
  async newest(): Promise<number | undefined> {
    const names = await readdir(join(this.options.dataDir, FILES));
    const epochs = names.map(Number).filter(Number.isSafeInteger);
    for (const epoch of epochs.sort((a, b) => b - a)) {
      if ((await this.manifest(epoch)) !== undefined) return epoch;
    }
    return undefined;
  }

  /** Bytes of a file of an epoch; undefined if it is gone. */
  async read(epoch: number, file: HostedFile, range: ByteRange): Promise<ReadStream | undefined> {
    try {
      const handle = await open(this.path(epoch, file));
      return handle.createReadStream(range);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /**
   * Makes an epoch complete: its key, then all files of the newest epoch, encrypted again. Does nothing if it is.
   * Throws `DatasetError` BUSY (retryable), KEY or CORRUPT.
   */
  async prepare(epoch: number): Promise<void> {
    await this.alone(() => this.complete(epoch));
  }

  /**
   * Encrypts all files of a folder for the newest epoch, `first` if there is none, in the place of those of the same
   * names; returns the whole manifest. Throws `DatasetError` FOLDER, NAME, SIZE or KEY, or BUSY (retryable).
   */
  async add(folder: string, first: number): Promise<HostManifest> {
    const names = await this.checked(folder);
    return this.alone(async () => {
      const epoch = (await this.newest()) ?? first;
      const { files } = await this.complete(epoch);
      const key = await this.keys.make(epoch);
      const added: HostedFile[] = [];
      for (const name of names) {
        const plain = createReadStream(join(folder, name));
        added.push(await this.put(epoch, `${name}.age`, encryptFile(key, plain)));
      }
      const kept = files.filter(({ name }) => !added.some((file) => file.name === name));
      return this.publish(epoch, [...kept, ...added]);
    });
  }

  /** Removes the files of epochs below `epoch`; keys stay. Leaves what another process works on. */
  async forget(epoch: number): Promise<void> {
    for (const name of await readdir(join(this.options.dataDir, FILES))) {
      if (Number(name) < epoch) {
        await rm(join(this.options.dataDir, FILES, name), { recursive: true });
      }
    }
  }

  private async complete(epoch: number): Promise<HostManifest> {
    const known = await this.manifest(epoch);
    if (known !== undefined) return known;
    const from = await this.newest();
    await mkdir(this.folder(epoch), { recursive: true, mode: OWNER_ONLY });
    const key = await this.keys.make(epoch);
    return this.publish(epoch, from === undefined ? [] : await this.encryptAgain(from, epoch, key));
  }

  private async encryptAgain(from: number, to: number, key: string): Promise<HostedFile[]> {
    const files: HostedFile[] = [];
    for (const file of (await this.manifest(from))?.files ?? []) {
      files.push(await this.put(to, file.name, encryptFile(key, this.plain(from, file))));
    }
    return files;
  }

  private async *plain(epoch: number, file: HostedFile): AsyncGenerator<Uint8Array> {
    const key = await this.keys.get(epoch);
    if (key === undefined)
      throw new DatasetError(
        "KEY",
        `the key of epoch ${epoch} is gone from ${this.options.dataDir}: restore it`,
      );
    try {
      yield* decryptFile(key, createReadStream(this.path(epoch, file)));
    } catch (cause) {
      const message = `${file.name} of key epoch ${epoch}: ${errorMessage(cause)}`;
      throw new DatasetError("CORRUPT", message, { cause });
    }
  }

  private async put(epoch: number, name: string, encrypted: Chunks): Promise<HostedFile> {
    const hash = createHash("sha256");
    let [bytes, sha256] = [0, ""];
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of encrypted) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
      sha256 = hash.digest("hex");
    };
    const folder = this.folder(epoch);
    await writeDurably(join(folder, "file"), counted(), () => join(folder, sha256));
    return { name, bytes, sha256 };
  }

  /** Writes the manifest, then removes what it does not name. */
  private async publish(epoch: number, unsorted: readonly HostedFile[]): Promise<HostManifest> {
    const files = unsorted.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const manifest = { keyEpoch: epoch, files };
    const folder = this.folder(epoch);
    await writeDurably(join(folder, MANIFEST), [Buffer.from(JSON.stringify(manifest, null, 2))]);
    const named = new Set([MANIFEST, ...files.map(({ sha256 }) => sha256)]);
    for (const name of await readdir(folder)) {
      if (!named.has(name)) await rm(join(folder, name));
    }
    return manifest;
  }

  /** Names of the files in a folder, each of which can be served. */
  private async checked(folder: string): Promise<string[]> {
    const names = (await namesIn(folder)).sort();
    for (const name of names) {
      const status = await lstat(join(folder, name));
      if (!status.isFile()) {
        throw new DatasetError("NAME", `${name} is no file: pack what belongs together`);
      }
      if (!isHostedName(`${name}.age`) || name.endsWith(UNFINISHED)) {
        const message = `${name}: names have letters, digits, ".", "_" and "-", at most 200 of them`;
        throw new DatasetError("NAME", message);
      }
      if (status.size > this.options.maxFileBytes) {
        const message = `${name} has ${status.size} bytes, maxFileBytes is ${this.options.maxFileBytes}`;
        throw new DatasetError("SIZE", message);
      }
    }
    return names;
  }

  private async alone<Result>(act: () => Promise<Result>): Promise<Result> {
    const lock = await openAlone(join(this.options.dataDir, LOCK), (cause) => {
      const message = "another process changes the files; wait until it is done";
      return new DatasetError("BUSY", message, { cause });
    });
    try {
      return await act();
    } finally {
      await lock.close();
    }
  }

  private folder(epoch: number): string {
    return join(this.options.dataDir, FILES, String(epoch));
  }

  private path(epoch: number, { sha256 }: HostedFile): string {
    return join(this.folder(epoch), sha256);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const message = `${folder} is no folder that can be read; check its path`;
    throw new DatasetError("FOLDER", message, { cause });
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
