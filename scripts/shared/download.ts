import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { HostError, InputError, decryptFile, downloadFile } from "../../sdk/src/index";
import type { HostSession, HostedFile } from "../../sdk/src/index";
import { plainName } from "./access";
import { isThere } from "./files";
import { ScriptError } from "./errors";
import { showProgress } from "./progress";

const OWNER_ONLY = 0o600;

/** What is downloaded, with which key, and where to. */
export interface DownloadOptions {
  readonly session: HostSession;
  readonly key: string;
  readonly folder: string;
  /** Whether to show no progress. */
  readonly silent: boolean;
}

/**
 * Downloads a file into a folder and decrypts it there, in the place of a file of its name. What an interrupted download
 * left is gone on with. Throws `ScriptError` FILE, `HostError` and `InputError`.
 */
export async function downloadTo(options: DownloadOptions, file: HostedFile): Promise<void> {
  const { folder, key } = options;
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new ScriptError("FILE", `${folder} is no folder, and none can be made`, { cause });
  });
  const encrypted = join(folder, `${file.name}.part`);
  await complete(options, file, encrypted);
  const plain = join(folder, plainName(file.name));
  const unfinished = `${plain}.part`;
  try {
    const decrypted = decryptFile(key, createReadStream(encrypted));
    const out = createWriteStream(unfinished, { mode: OWNER_ONLY });
    await pipeline(Readable.from(decrypted), out);
  } catch (error) {
    await rm(unfinished, { force: true });
    // it is what the host's list says: to download it again would change nothing
    if (error instanceof InputError) await rm(encrypted);
    throw error;
  }
  await rename(unfinished, plain);
  await rm(encrypted);
}

/** Downloads what is missing, from the beginning if what is there is of another file. */
async function complete(options: DownloadOptions, file: HostedFile, path: string): Promise<void> {
  try {
    await append(options, file, path);
  } catch (error) {
    if (!(error instanceof HostError && error.reason === "CHECKSUM")) throw error;
    await rm(path);
    await append(options, file, path).catch(async (again: unknown) => {
      await rm(path, { force: true });
      throw again;
    });
  }
}

async function append(
  { session, silent }: DownloadOptions,
  file: HostedFile,
  path: string,
): Promise<void> {
  const bar = showProgress(file.name, file.bytes, silent);
  const have = (await isThere(path)) ? createReadStream(path) : [];
  const onProgress = (bytes: number): void => bar.update(bytes);
  try {
    const chunks = downloadFile(session, { file, have, onProgress });
    const out = createWriteStream(path, { flags: "a", mode: OWNER_ONLY });
    await pipeline(Readable.from(chunks), out);
  } finally {
    bar.stop();
  }
}
