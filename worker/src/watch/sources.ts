import { decodeIds } from "../engine/lists";
import { errorCode, errorMessage } from "../errors";
import type { Fetcher } from "../fetch/fetcher";
import type { Logger } from "../log";
import { RunError } from "../run/errors";
import type { Runner } from "../run/runner";
import { sameHex } from "../../../sdk/src/index";
import type { Address } from "../../../sdk/src/index";
import { listRoot } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

/** A worker's HTTP interface, or a copy of what it publishes. */
export interface Source {
  readonly url: string;
  /** Whose jobs it has; anybody's unless given. */
  readonly provider?: Address;
}

/** Where inputs and outputs are looked for. */
export interface SourcePlaces {
  readonly sources: readonly Source[];
  /** URIs of input documents, with `{inputRoot}` where the root goes. */
  readonly inputUris: readonly string[];
}

const NOTHING = new Uint8Array();

/** Finds lists and tensors by what they are called, and input documents. */
export class Sources {
  constructor(
    private readonly places: SourcePlaces,
    private readonly fetcher: Pick<Fetcher, "fetch">,
    private readonly runner: Pick<Runner, "identify">,
    private readonly log: Logger,
  ) {}

  /** The list with this root and length, if a source of the provider has it. */
  async list(
    root: Hex,
    length: number,
    provider: Address,
    signal: AbortSignal,
  ): Promise<readonly Hex[] | undefined> {
    for (const url of this.urlsOf(provider)) {
      const ids = decodeIds((await this.fetch(`${url}/lists/${root}`, signal)) ?? NOTHING);
      if (ids?.length === length && listRoot(ids) === root) return ids;
    }
    return undefined;
  }

  /** The file of the tensor with this id, if a source of the provider has it. */
  async tensor(id: Hex, provider: Address, signal: AbortSignal): Promise<Uint8Array | undefined> {
    for (const url of this.urlsOf(provider)) {
      const file = await this.fetch(`${url}/blobs/${id}`, signal);
      if (file !== undefined && (await this.isTensor(file, id, signal))) return file;
    }
    return undefined;
  }

  /** The input documents that are found for a root. */
  async *documents(inputRoot: Hex, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (const uri of this.places.inputUris) {
      const bytes = await this.fetch(uri.replaceAll("{inputRoot}", inputRoot), signal);
      if (bytes !== undefined) yield bytes;
    }
  }

  private urlsOf(provider: Address): string[] {
    return this.places.sources
      .filter((source) => source.provider === undefined || sameHex(source.provider, provider))
      .map(({ url }) => url.replace(/\/$/, ""));
  }

  private async isTensor(file: Uint8Array, id: Hex, signal: AbortSignal): Promise<boolean> {
    try {
      return (await this.runner.identify([file], signal))[0] === id;
    } catch (error) {
      if (error instanceof RunError) return false;
      throw error;
    }
  }

  private async fetch(uri: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      return await this.fetcher.fetch(uri, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      const [code, reason] = [errorCode(error), errorMessage(error)];
      this.log.debug({ uri, code, reason }, "not fetched");
      return undefined;
    }
  }
}
