import { lookup as dnsLookup } from "node:dns";
import type { LookupAddress } from "node:dns";
import { isIP } from "node:net";
import type { LookupFunction, Socket } from "node:net";
import { Agent, buildConnector, request } from "undici";
import { isAddressAllowed } from "./addresses";
import { FetchError } from "./errors";
import type { UriPolicy } from "./uri";
import { isAbort } from "../errors";

/** Bounds of one fetch. */
export interface FetchLimits {
  /** Most bytes of a document. */
  readonly maxBytes: number;
  /** Milliseconds for the whole fetch: resolving, connecting, headers and body. */
  readonly timeoutMs: number;
}

/** Which addresses may be connected to. */
export type AddressPolicy = Pick<UriPolicy, "section" | "networks">;

/** Resolves a host name to all its addresses. */
export type Resolver = (host: string) => Promise<readonly LookupAddress[]>;

const systemResolver: Resolver = (host) =>
  new Promise((resolve, reject) => {
    dnsLookup(host, { all: true, verbatim: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    );
  });

/**
 * An HTTP client that connects to allowed addresses only. A name is resolved once per connection,
 * one forbidden address among the answers refuses it, and the address in fact connected to is
 * checked again, so that an answer that changes between check and use gains nothing.
 */
export class HttpFetcher {
  private readonly agent: Agent;

  constructor(policy: AddressPolicy, resolver: Resolver = systemResolver) {
    const lookup = guardedLookup(policy, resolver);
    const connect = buildConnector({ lookup, allowH2: false });
    this.agent = new Agent({
      connect: (options, callback) =>
        connect(options, (...[error, socket]) => {
          if (error !== null) return callback(error, null);
          const refusal = checkPeer(socket, policy);
          if (refusal === undefined) return callback(null, socket);
          socket.destroy();
          callback(refusal, null);
        }),
      pipelining: 0,
      maxHeaderSize: 16_384,
    });
  }

  /**
   * Fetches `url`. Redirects are not followed and compressed answers are refused. Throws
   * `FetchError` ADDRESS, REDIRECT, STATUS, NOT_FOUND, ENCODING, TOO_LARGE, TIMEOUT or NETWORK.
   */
  async fetch(url: URL, limits: FetchLimits, signal?: AbortSignal): Promise<Uint8Array> {
    const timeout = AbortSignal.timeout(limits.timeoutMs);
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    try {
      return await this.read(url, limits.maxBytes, either);
    } catch (error) {
      throw classify(error, url, timeout, signal);
    }
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async read(url: URL, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
    const { statusCode, headers, body } = await request(url, {
      dispatcher: this.agent,
      headers: { "accept-encoding": "identity" },
      reset: true,
      signal,
    });
    try {
      checkAnswer(statusCode, headers, maxBytes);
      return await collect(body, maxBytes);
    } finally {
      body.on("error", () => undefined).destroy();
    }
  }
}

function guardedLookup(policy: AddressPolicy, resolver: Resolver): LookupFunction {
  return (host, options, callback) => {
    resolver(host).then(
      (addresses) => {
        const bad = addresses.find(({ address }) => !isAddressAllowed(address, policy.networks));
        if (bad !== undefined) return callback(refused(host, bad.address, policy), []);
        const [first] = addresses;
        if (first === undefined) {
          return callback(new FetchError("NETWORK", `${host} has no address`), []);
        }
        if (options.all === true) return callback(null, [...addresses]);
        callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

function checkPeer(socket: Socket, policy: AddressPolicy): FetchError | undefined {
  const address = socket.remoteAddress ?? "";
  if (isAddressAllowed(address, policy.networks)) return undefined;
  return refused("the peer", address, policy);
}

function refused(host: string, address: string, { section }: AddressPolicy): FetchError {
  const what = isIP(address) === 0 ? "no address" : `${address}, which is not public`;
  return new FetchError("ADDRESS", `${host} is at ${what}; see ${section}.networks`);
}

function checkAnswer(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  maxBytes: number,
): void {
  if (status >= 300 && status < 400) {
    throw new FetchError("REDIRECT", `the answer is a redirect (${status}), which is not followed`);
  }
  if (status === 404 || status === 410) {
    throw new FetchError("NOT_FOUND", `the answer is ${status}`);
  }
  if (status !== 200) throw new FetchError("STATUS", `the answer is ${status}, not 200`);
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw new FetchError("ENCODING", `the answer is encoded as ${String(encoding)}`);
  }
  if (Number(headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

/** Joins the chunks of `stream`. Throws `FetchError` TOO_LARGE at the chunk that passes `maxBytes`. */
export async function collect(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(maxBytes: number): FetchError {
  return new FetchError("TOO_LARGE", `the document has more than ${maxBytes} bytes`);
}

function classify(error: unknown, url: URL, timeout: AbortSignal, signal?: AbortSignal): unknown {
  if (error instanceof FetchError) return error;
  if (signal?.aborted === true) return error;
  if (timeout.aborted || isAbort(error)) {
    return new FetchError("TIMEOUT", `${url.host} did not answer in time`, { cause: error });
  }
  return new FetchError("NETWORK", `${url.host} could not be read`, { cause: error });
}
