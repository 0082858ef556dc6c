import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Chunks } from "../../sdk/src/index";

const OWNER_ONLY = 0o600;
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/**
 * Writes a file that only its owner may read beside its place, syncs it and puts it there, so that a reader sees all
 * of it or nothing, also after a crash. `place` says where, once everything is written.
 */
export async function writeDurably(
  beside: string,
  chunks: Chunks,
  place: () => string = () => beside,
): Promise<void> {
  const temporary = `${beside}.${randomUUID()}${UNFINISHED}`;
  try {
    await writeNew(temporary, chunks);
    await rename(temporary, place());
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(beside));
}

/** How the names of files end that were not finished. */
export const UNFINISHED = ".tmp";

/** Writes a file that only its owner may read, which must not exist, and syncs it. */
export async function writeNew(path: string, chunks: Chunks): Promise<void> {
  const file = await open(path, NEW, OWNER_ONLY);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The bytes of a file, if it is there. */
export async function readIfAny(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether a file is there. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether `error` says that a file is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Has the names of a directory on disk when it returns. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
