import { isIP } from "node:net";
import { isAddressAllowed } from "./addresses";
import type { Network } from "./addresses";
import { FetchError } from "./errors";
import { isHex } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Longest URI that is looked at, in characters. */
export const MAX_URI_LENGTH = 2048;

/** What the worker may read. */
export interface UriPolicy {
  /** The section of the configuration that says so, for messages. */
  readonly section: "inputs" | "weights";
  /** Directories below which files may be read; none forbids `file:`. */
  readonly fileRoots: readonly string[];
  /** Hosts that may be asked, as `host` (default port) or `host:port`. */
  readonly hosts: readonly string[];
  /** Non-public networks that may be connected to. */
  readonly networks: readonly Network[];
}

/** Where a document lies. */
export type Source =
  | { readonly kind: "file"; readonly url: URL }
  | { readonly kind: "http"; readonly url: URL }
  | { readonly kind: "blob"; readonly id: Hex };

/**
 * Reads a URI and checks what can be checked without opening anything: scheme, host, literal
 * address. Schemes are `file:`, `http:`, `https:` and `blob:0x…` (a list in the worker's own
 * store). Throws `FetchError` URI, SCHEME, HOST, ADDRESS or PATH.
 */
export function resolveUri(uri: string, policy: UriPolicy): Source {
  const url = parseUrl(uri);
  switch (url.protocol) {
    case "blob:":
      return { kind: "blob", id: blobId(url) };
    case "file:":
      checkFile(url, policy);
      return { kind: "file", url };
    case "http:":
    case "https:":
      checkHost(url, policy);
      return { kind: "http", url };
    default:
      throw new FetchError("SCHEME", `${url.protocol} is not one of file:, http:, https:, blob:`);
  }
}

function parseUrl(uri: string): URL {
  if (uri.length > MAX_URI_LENGTH) {
    throw new FetchError("URI", `a URI has at most ${MAX_URI_LENGTH} characters`);
  }
  try {
    return new URL(uri);
  } catch (cause) {
    throw new FetchError("URI", `not a URI: ${uri}`, { cause });
  }
}

function blobId(url: URL): Hex {
  const id = url.pathname.toLowerCase();
  if (!isHex(id, 32)) throw new FetchError("URI", "blob: is followed by 0x and 64 digits");
  return id;
}

function checkFile(url: URL, policy: UriPolicy): void {
  if (policy.fileRoots.length === 0) {
    throw new FetchError(
      "SCHEME",
      `file: is off; name directories in ${policy.section}.fileRoots to allow it`,
    );
  }
  if (url.host !== "") throw new FetchError("HOST", `a file: URI names no host, not ${url.host}`);
}

function checkHost(url: URL, policy: UriPolicy): void {
  if (url.username !== "" || url.password !== "") {
    throw new FetchError("URI", "a URI carries no user name or password");
  }
  if (!policy.hosts.includes(url.host)) {
    throw new FetchError("HOST", `${url.host} is not one of ${policy.section}.hosts`);
  }
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal) !== 0 && !isAddressAllowed(literal, policy.networks)) {
    throw new FetchError("ADDRESS", `${literal} is not public; see ${policy.section}.networks`);
  }
}
