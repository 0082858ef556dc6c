/** A file of a dataset as a host serves it: encrypted, in the age format. */
export interface HostedFile {
  /** Its plain name and `.age`. */
  readonly name: string;
  /** Of the encrypted file. */
  readonly bytes: number;
  /** Of the encrypted file, 64 hexadecimal digits in lower case. */
  readonly sha256: string;
}

/** What a host serves. */
export interface HostManifest {
  /** The epoch of the key that the files are encrypted for. */
  readonly keyEpoch: number;
  /** By name. */
  readonly files: readonly HostedFile[];
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}\.age$/;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Whether a file of a dataset may have this name: letters, digits, `.`, `_` and `-`, at the end `.age`, at most 204
 * characters, so that it names no other folder anywhere.
 */
export function isHostedName(name: string): boolean {
  return NAME.test(name);
}

/** Reads a manifest; undefined if `value` is none. */
export function parseManifest(value: unknown): HostManifest | undefined {
  const { keyEpoch, files } = asRecord(value);
  if (!isCount(keyEpoch) || !Array.isArray(files)) return undefined;
  const read = files.map(parseFile).filter((file) => file !== undefined);
  const names = new Set(read.map(({ name }) => name));
  return names.size === files.length ? { keyEpoch, files: read } : undefined;
}

function parseFile(value: unknown): HostedFile | undefined {
  const { name, bytes, sha256 } = asRecord(value);
  if (typeof name !== "string" || !isHostedName(name) || !isCount(bytes)) return undefined;
  if (typeof sha256 !== "string" || !SHA256.test(sha256)) return undefined;
  return { name, bytes, sha256 };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
