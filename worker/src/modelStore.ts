import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Market } from "./chain/market";
import { ConfigError } from "./config/load";
import { UNFINISHED, readIfAny, writeDurably } from "./disk";
import { errorMessage } from "./errors";
import { FetchError } from "./fetch/errors";
import type { FetchErrorCode } from "./fetch/errors";
import type { Fetcher } from "./fetch/fetcher";
import type { Logger } from "./log";
import { decodeModel, modelId } from "../../tensor/src/index";
import type { Hex, Model } from "../../tensor/src/index";

/** A model, and the file that it was read from. */
export interface StoredModel {
  readonly file: string;
  readonly model: Model;
}

/** Where the files of registered models are found. */
export interface ModelSource {
  readonly market: Pick<Market, "weightsUri">;
  readonly fetcher: Pick<Fetcher, "fetch">;
  readonly log: Logger;
}

/** What may help, besides another way to the file. */
const ADVICE: Partial<Record<FetchErrorCode, string>> = {
  HOST: "name it there if it may be asked",
  TOO_LARGE: "raise weights.maxBytes",
  TIMEOUT: "raise weights.timeoutSeconds",
  STATUS: "try again later",
  NETWORK: "try again later",
};
const BY_FILE = "get the model elsewhere and name it by models[].file";
const SHOWN_CHARACTERS = 200;

/**
 * Files of registered models by id, in a directory that no other process uses. What is missing or damaged is fetched from
 * where the model's newest card says, and kept once it is found to be the model.
 */
export class ModelStore {
  constructor(
    private readonly directory: string,
    private readonly source: ModelSource,
  ) {}

  /**
   * The model with this id. Throws `ConfigError` MODEL if it is not to be had from where its card says, `ChainError`, or
   * what ended the fetch when the signal was aborted.
   */
  async get(id: Hex, signal: AbortSignal): Promise<StoredModel> {
    const file = join(this.directory, `${id}.ergon`);
    const kept = await this.kept(id, file);
    return { file, model: kept ?? (await this.fetch(id, file, signal)) };
  }

  private async kept(id: Hex, file: string): Promise<Model | undefined> {
    const bytes = await readIfAny(file);
    if (bytes === undefined) return undefined;
    try {
      return decodeAs(id, bytes);
    } catch (error) {
      const reason = errorMessage(error);
      this.source.log.warn({ model: id, file, reason }, "model file is damaged");
      return undefined;
    }
  }

  private async fetch(id: Hex, file: string, signal: AbortSignal): Promise<Model> {
    const { market, log } = this.source;
    const uri = await market.weightsUri(id);
    if (uri === "") {
      throw new ConfigError("MODEL", `the card of model ${id} names no file; ${BY_FILE}`);
    }
    log.info({ model: id, uri }, "fetching a model");
    const { bytes, model } = await this.download(id, uri, signal);
    await this.keep(file, bytes);
    log.info({ model: id, file, bytes: bytes.length }, "model kept");
    return model;
  }

  private async download(
    id: Hex,
    uri: string,
    signal: AbortSignal,
  ): Promise<{ readonly bytes: Uint8Array; readonly model: Model }> {
    try {
      const bytes = await this.source.fetcher.fetch(uri, signal);
      return { bytes, model: decodeAs(id, bytes) };
    } catch (cause) {
      signal.throwIfAborted();
      throw unavailable(id, uri, cause);
    }
  }

  private async keep(file: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    for (const name of await readdir(this.directory)) {
      if (name.endsWith(UNFINISHED)) await rm(join(this.directory, name));
    }
    await writeDurably(file, [bytes]);
  }
}

/** Throws, whatever is wrong, unless the bytes are the file of the model with this id. */
function decodeAs(id: Hex, bytes: Uint8Array): Model {
  const model = decodeModel(bytes);
  const found = modelId(model.program);
  if (found === id) return model;
  throw new ConfigError("MODEL", `the file is model ${found}`);
}

function unavailable(id: Hex, uri: string, cause: unknown): ConfigError {
  const advice = cause instanceof FetchError ? ADVICE[cause.code] : undefined;
  const steps = [advice, BY_FILE].filter((step) => step !== undefined).join(", or ");
  const place = uri.slice(0, SHOWN_CHARACTERS);
  const message = `model ${id}: its card names ${place}: ${errorMessage(cause)}; ${steps}`;
  return new ConfigError("MODEL", message, { cause });
}
