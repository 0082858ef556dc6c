import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { InputError } from "../errors/errors";

/** Bytes that come chunk after chunk. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const IDENTITY = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/;

/** A new key of a dataset: an age identity, `AGE-SECRET-KEY-1…`. */
export function createDatasetKey(): Promise<string> {
  return generateX25519Identity();
}

/** Gives `key` back. Throws `InputError`, without the key, if it is no age identity. */
export function requireDatasetKey(key: string): string {
  if (IDENTITY.test(key)) return key;
  throw new InputError("the key of a dataset is an age identity, AGE-SECRET-KEY-1…");
}

/**
 * Encrypts a file for a dataset's key, in the age format. Throws `InputError` if `key` is none, and what `plain`
 * throws.
 *
 * @example
 * for await (const chunk of encryptFile(key, createReadStream("images.bin"))) out.write(chunk);
 */
export async function* encryptFile(key: string, plain: Chunks): AsyncGenerator<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await recipientOf(key));
  const source = new Source(plain);
  try {
    yield* chunksOf(await encrypter.encrypt(source.stream));
  } finally {
    await source.release();
  }
}

/**
 * Decrypts a file in the age format. What comes is authentic up to there, but the file is whole only once it ended
 * without an error. Throws `InputError` if the key is none, or does not open the file, or if that is damaged or cut
 * short, and what `encrypted` throws.
 *
 * @example
 * for await (const chunk of decryptFile(key, downloadFile(session, { file }))) out.write(chunk);
 */
export async function* decryptFile(key: string, encrypted: Chunks): AsyncGenerator<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(await checked(key));
  const source = new Source(encrypted);
  try {
    yield* chunksOf(await decrypter.decrypt(source.stream));
  } catch (cause) {
    if (source.failed) throw cause;
    throw new InputError("the file is damaged, or encrypted for another key", { cause });
  } finally {
    await source.release();
  }
}

/** Chunks as a stream: browsers make none of an iterable, and not all of them iterate over one. */
class Source {
  readonly stream: ReadableStream<Uint8Array>;
  /** Whether it was the source that failed. */
  failed = false;
  private readonly iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;

  constructor(chunks: Chunks) {
    const isAsync = Symbol.asyncIterator in chunks;
    this.iterator = isAsync ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    this.stream = new ReadableStream({ pull: (controller) => this.pull(controller) });
  }

  /** Lets go of what the chunks come from, if not all were taken. */
  async release(): Promise<void> {
    await this.iterator.return?.();
  }

  private async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const { done, value } = await this.iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }
}

async function checked(key: string): Promise<string> {
  await recipientOf(key);
  return key;
}

async function recipientOf(key: string): Promise<string> {
  requireDatasetKey(key);
  try {
    return await identityToRecipient(key);
  } catch {
    throw new InputError("the key of a dataset has a mistake: its checksum is wrong");
  }
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
