import { FetchError } from "./errors";
import { readFileUrl } from "./file";
import { HttpFetcher } from "./http";
import type { FetchLimits, Resolver } from "./http";
import { resolveUri } from "./uri";
import type { Source, UriPolicy } from "./uri";

/** Reads documents by URI, within a policy. */
export class Fetcher {
  private readonly http: HttpFetcher;

  constructor(
    private readonly policy: UriPolicy,
    private readonly limits: FetchLimits,
    resolver?: Resolver,
  ) {
    this.http = new HttpFetcher(policy, resolver);
  }

  /** Where `uri` points to, without opening it. Throws `FetchError` if the policy forbids it. */
  resolve(uri: string): Source {
    return resolveUri(uri, this.policy);
  }

  /** Reads the document at `uri`. Throws `FetchError`; SCHEME for `blob:`, which is no document. */
  async fetch(uri: string, signal?: AbortSignal): Promise<Uint8Array> {
    const source = this.resolve(uri);
    switch (source.kind) {
      case "file":
        return readFileUrl(source.url, this.policy, this.limits.maxBytes);
      case "http":
        return this.http.fetch(source.url, this.limits, signal);
      case "blob":
        throw new FetchError("SCHEME", "blob: names a stored list, not a document");
    }
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.http.close();
  }
}
