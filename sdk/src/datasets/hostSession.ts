import { accountOf, marketDomainOf, signerOf } from "../client";
import { signHostSession } from "../eip712/hostSession";
import { HostError, InputError } from "../errors/errors";
import { translated } from "../errors/translate";
import { asHex } from "../types/address";
import { isPublicKey } from "./accessKey";
import { parseManifest } from "./manifest";
import type { Hex } from "../../../tensor/src/index";
import type { ErgonClient } from "../client";
import type { Address } from "../types/address";
import type { HostManifest } from "./manifest";

/** Which host, and by which licence. */
export interface HostSessionParameters {
  /** Where the host listens. */
  readonly url: string;
  readonly market: Address;
  readonly licence: bigint;
  /** What the host seals the dataset's key to: a compressed point of secp256k1. */
  readonly publicKey: Hex;
  /** A contract that holds the licence and accepts the client's signature by ERC-1271; the client's account unless given. */
  readonly holder?: Address;
}

/** A session with a data host. It lasts for minutes, and is begun again, by another signature, when it ended. */
export interface HostSession {
  /**
   * The host's answer to a request that it serves. Throws `HostError` with the host's reason, or UNREACHABLE
   * (retryable).
   */
  get(path: string, options?: HostRequestOptions): Promise<Response>;
}

/** How a host is asked. */
export interface HostRequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A dataset's key as a host gives it to the holder of a licence. */
export interface HostKey {
  /** For `openKey`, with the private key that belongs to the session's public one. */
  readonly encryptedKey: Hex;
  readonly keyEpoch: number;
}

/**
 * Begins a session with a data host: signs the host's challenge as the holder of a licence, for this market, chain
 * and host only. Throws `InputError` if `publicKey` or `url` is none, `HostError` with the host's reason, such as `EXPIRED`
 * or `HOLDER`, or UNREACHABLE, and `ErgonError` NO_SIGNER, REJECTED or RPC.
 *
 * @example
 * const { privateKey, publicKey } = accessKeyPair();
 * const session = await openHostSession(client, { url, market, licence: id, publicKey });
 * const key = openKey(privateKey, (await getHostKey(session)).encryptedKey);
 * const { files } = await listFiles(session);
 */
export async function openHostSession(
  client: ErgonClient,
  parameters: HostSessionParameters,
): Promise<HostSession> {
  if (!isPublicKey(parameters.publicKey)) {
    throw new InputError(`not a compressed public key: ${parameters.publicKey}`);
  }
  const url = originOf(parameters.url);
  let token = await begin(client, url, parameters);
  return {
    get: async (path, options) => {
      const used = token;
      const first = await ask(url, path, withToken(options, used));
      if (first.status !== UNAUTHORISED) return served(first);
      if (token === used) token = await begin(client, url, parameters);
      return served(await ask(url, path, withToken(options, token)));
    },
  };
}

/**
 * What the host serves. Throws `HostError` MALFORMED if it sent no manifest, and like `HostSession`.
 *
 * @example
 * const { keyEpoch, files } = await listFiles(session);
 */
export async function listFiles(session: HostSession): Promise<HostManifest> {
  const manifest = parseManifest(await jsonOf(await session.get("/files")));
  if (manifest !== undefined) return manifest;
  throw new HostError("MALFORMED", "the host sent no list of files", false);
}

/**
 * The dataset's key of the running epoch, sealed to the session's public key. Throws `HostError` MALFORMED if the host
 * sent none, and like `HostSession`.
 *
 * @example
 * const key = openKey(privateKey, (await getHostKey(session)).encryptedKey);
 */
export async function getHostKey(session: HostSession): Promise<HostKey> {
  const { encryptedKey, keyEpoch } = await jsonOf(await session.get("/key"));
  const isHex = typeof encryptedKey === "string" && /^0x([0-9a-f]{2})+$/i.test(encryptedKey);
  if (isHex && typeof keyEpoch === "number") {
    return { encryptedKey: asHex(encryptedKey), keyEpoch };
  }
  throw new HostError("MALFORMED", "the host sent no key", false);
}

const UNAUTHORISED = 401;
const RETRYABLE: readonly number[] = [429, 503];

async function begin(
  client: ErgonClient,
  url: string,
  { market, licence, publicKey, ...rest }: HostSessionParameters,
): Promise<string> {
  const holder = rest.holder ?? (await accountOf(client));
  const given = await post(url, "/challenges", { licence: licence.toString(), holder });
  const { challenge, expiresAt } = given;
  if (typeof challenge !== "string" || !Number.isSafeInteger(expiresAt)) {
    throw new HostError("MALFORMED", "the host sent no challenge", false);
  }
  const request = {
    ...{ licence, holder, publicKey, audience: url },
    ...{ challenge: asHex(challenge), expiresAt: BigInt(Number(expiresAt)) },
  };
  const domain = await marketDomainOf(client, market);
  const signature = await translated(() => signHostSession(signerOf(client), domain, request));
  const { token } = await post(url, "/sessions", {
    ...{ holder, publicKey, challenge, expiresAt, signature },
    licence: licence.toString(),
  });
  if (typeof token === "string" && /^[\w-]{1,200}$/.test(token)) return token;
  throw new HostError("MALFORMED", "the host sent no token", false);
}

async function post(url: string, path: string, body: object): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  return jsonOf(await served(await ask(url, path, init)));
}

function withToken(options: HostRequestOptions = {}, token: string): RequestInit {
  return { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } };
}

async function ask(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(new URL(path, url), init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    throw new HostError("UNREACHABLE", `no data host answers at ${url}`, true, { cause });
  }
}

async function served(response: Response): Promise<Response> {
  if (response.ok) return response;
  const { code, message } = await jsonOf(response).catch(() => ({}) as Record<string, unknown>);
  const reason = typeof code === "string" ? code : `HTTP_${response.status}`;
  const said = typeof message === "string" ? message : `the host answered ${response.status}`;
  throw new HostError(reason, said, RETRYABLE.includes(response.status));
}

async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  try {
    const value: unknown = await response.json();
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw new HostError("MALFORMED", "the host sent no JSON", false, { cause });
  }
  throw new HostError("MALFORMED", "the host sent no JSON object", false);
}

function originOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol)) return parsed.origin;
  throw new InputError(`no URL of a host: ${url}; write one such as https://data.example.org`);
}
