import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import { FetchError } from "./errors";
import { collect } from "./http";
import type { UriPolicy } from "./uri";

/** Where files may lie. */
export type FilePolicy = Pick<UriPolicy, "section" | "fileRoots">;

/**
 * Reads a regular file below one of the policy's roots, links resolved. Throws `FetchError` PATH (outside of
 * the roots, or no regular file), NOT_FOUND or TOO_LARGE.
 */
export async function readFileUrl(
  url: URL,
  policy: FilePolicy,
  maxBytes: number,
): Promise<Uint8Array> {
  const file = await openBelow(pathOf(url), policy);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new FetchError("PATH", `${url.pathname} is not a regular file`);
    return await collect(file.createReadStream({ autoClose: false }), maxBytes);
  } finally {
    await file.close();
  }
}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new FetchError("PATH", `${url.href} is not a path of this machine`, { cause });
  }
}

async function openBelow(path: string, { section, fileRoots }: FilePolicy): Promise<FileHandle> {
  const real = await readable(path, () => realpath(path));
  const allowed = await Promise.all(fileRoots.map((root) => readable(root, () => realpath(root))));
  if (!allowed.some((root) => real.startsWith(root.endsWith(sep) ? root : root + sep))) {
    throw new FetchError("PATH", `${path} is not below a directory of ${section}.fileRoots`);
  }
  // NONBLOCK: opening a pipe must not wait for its writer
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  return readable(path, () => open(real, flags));
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new FetchError("NOT_FOUND", `${path} cannot be read`, { cause });
  }
}
