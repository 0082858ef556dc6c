import { sha256 } from "@noble/hashes/sha256";
import { bytesToHex } from "@noble/hashes/utils";
import { HostError } from "../errors/errors";
import { pause } from "../poll";
import type { Chunks } from "./ageFiles";
import type { HostSession } from "./hostSession";
import type { HostedFile } from "./manifest";

/** Which file, and how. */
export interface DownloadParameters {
  readonly file: HostedFile;
  /** The first bytes of it, of an earlier attempt; none unless given. */
  readonly have?: Chunks;
  /** Told how many bytes of the file there are now. */
  readonly onProgress?: (bytes: number) => void;
  readonly signal?: AbortSignal;
  /** Failures in a row, without a byte between them, after which it gives up; 5 unless given. */
  readonly attempts?: number;
  /** Milliseconds before it tries again; 1,000 unless given. */
  readonly retryMs?: number;
}

const [ATTEMPTS, RETRY_MS] = [5, 1_000];
const PARTIAL = 206;

/**
 * Downloads what is missing of an encrypted file, and gives it chunk after chunk. After a broken connection it goes on
 * where that broke. The file is what the manifest says once this ended without an error, and not before. Throws
 * `HostError` CHECKSUM if it is another one, MALFORMED for an answer that does not fit, and like `HostSession`; throws
 * the signal's reason as soon as that is aborted.
 *
 * @example
 * for await (const chunk of decryptFile(key, downloadFile(session, { file }))) out.write(chunk);
 */
export async function* downloadFile(
  session: HostSession,
  parameters: DownloadParameters,
): AsyncGenerator<Uint8Array> {
  const { file, have = [], onProgress, signal, retryMs = RETRY_MS } = parameters;
  const hash = sha256.create();
  let at = 0;
  const take = (chunk: Uint8Array): void => {
    hash.update(chunk);
    at += chunk.length;
    onProgress?.(at);
  };
  for await (const chunk of have) take(chunk);
  let left = parameters.attempts ?? ATTEMPTS;
  while (at < file.bytes) {
    try {
      for await (const chunk of rest(session, file, at, signal)) {
        if (chunk.length === 0) continue;
        take(chunk);
        left = parameters.attempts ?? ATTEMPTS;
        yield chunk;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof HostError && error.retryable) || --left <= 0) throw error;
      await pause(retryMs, signal);
    }
  }
  if (at === file.bytes && bytesToHex(hash.digest()) === file.sha256) return;
  throw new HostError("CHECKSUM", `${file.name} is not what the host's list says`, false);
}

/** What comes of the file after its first `at` bytes, up to the end or until the connection breaks. */
async function* rest(
  session: HostSession,
  file: HostedFile,
  at: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const headers = { range: `bytes=${at}-`, "if-range": `"${file.sha256}"` };
  const response = await session.get(`/files/${file.name}`, { headers, signal });
  const range = `bytes ${at}-${file.bytes - 1}/${file.bytes}`;
  if (response.status !== PARTIAL || response.headers.get("content-range") !== range) {
    await response.body?.cancel();
    throw new HostError("CHECKSUM", `the host has another ${file.name} by now`, false);
  }
  const reader = response.body?.getReader();
  let left = file.bytes - at;
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (chunk?.value === undefined) break;
      left -= chunk.value.length;
      if (left < 0) throw new HostError("MALFORMED", "the host sent too much", false);
      yield chunk.value;
    }
  } catch (cause) {
    if (cause instanceof HostError) throw cause;
    throw broken(cause);
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
  if (left > 0) throw broken();
}

function broken(cause?: unknown): HostError {
  return new HostError("UNREACHABLE", "the connection broke", true, { cause });
}
