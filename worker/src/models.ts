import { readFile } from "node:fs/promises";
import type { ModelTerms } from "./bids/policy";
import type { Market } from "./chain/market";
import type { Clock } from "./clock";
import { ConfigError } from "./config/load";
import type { Config, WatchConfig } from "./config/schema";
import type { OfferedModel } from "./engine/context";
import { errorMessage } from "./errors";
import type { Logger } from "./log";
import type { ModelStore, StoredModel } from "./modelStore";
import type { Runner } from "./run/runner";
import {
  decodeModel,
  encodeTensor,
  inputHeader,
  modelId,
  outputHeader,
  sameHeader,
  zeros,
} from "../../tensor/src/index";
import type { Hex, Model } from "../../tensor/src/index";

/** A model of the configuration; one that it names by id was not looked for yet. */
export interface NamedModel<Entry extends ModelEntry = ModelEntry> {
  readonly id: Hex;
  readonly config: Entry;
  readonly stored?: StoredModel;
}

/** A model of the configuration, read and checked. */
export interface LoadedModel<Entry extends ModelEntry = ModelEntry> extends StoredModel {
  readonly id: Hex;
  readonly config: Entry;
}

/** How the configuration names a model, and what it says of it. */
export type ModelEntry = WatchConfig["models"][number];

/** Reads the model files that the configuration names. Throws `ConfigError` MODEL. */
export async function readModels<Entry extends ModelEntry>(
  entries: readonly Entry[],
): Promise<readonly NamedModel<Entry>[]> {
  return Promise.all(
    entries.map(async (config) => {
      const { id, file } = config;
      if (id !== undefined) return { id, config };
      const model = await readModel(file);
      return { id: modelId(model.program), config, stored: { file, model } };
    }),
  );
}

/** Throws `ConfigError` MODEL unless the registry vouches for each model. */
export async function checkRegistered(
  models: readonly NamedModel[],
  market: Pick<Market, "isRegistered">,
): Promise<void> {
  for (const { id, stored } of models) {
    if (await market.isRegistered(id)) continue;
    throw new ConfigError(
      "MODEL",
      stored === undefined
        ? `model ${id} is not registered; correct models[].id, or register it`
        : `${stored.file} is model ${id}, which is not registered; register it`,
    );
  }
}

/** The same models, those that are named by id from the store. Throws like `ModelStore.get`. */
export async function loadModels<Entry extends ModelEntry>(
  models: readonly NamedModel<Entry>[],
  store: Pick<ModelStore, "get">,
  signal: AbortSignal,
): Promise<readonly LoadedModel<Entry>[]> {
  const loaded: LoadedModel<Entry>[] = [];
  // one after the other: each may take much memory while it is fetched
  for (const { id, config, stored } of models) {
    loaded.push({ id, config, ...(stored ?? (await store.get(id, signal))) });
  }
  return loaded;
}

/** What the engine knows of each model, by id. */
export function offeredModels(models: readonly LoadedModel[]): ReadonlyMap<Hex, OfferedModel> {
  return new Map(
    models.map(({ id, model }) => [id, { id, model, input: inputHeader(model.program) }]),
  );
}

/** The terms of each model, by id, with the time that a unit takes on this machine. */
export async function measuredTerms(
  models: readonly LoadedModel<Config["models"][number]>[],
  runner: Runner,
  clock: Clock,
  log: Logger,
): Promise<ReadonlyMap<Hex, ModelTerms>> {
  const terms = new Map<Hex, ModelTerms>();
  for (const { id, file, model, config } of models) {
    const unitSeconds = await measure(id, model, runner, clock);
    log.info({ model: id, file, unitSeconds }, "model ready");
    const { nodes } = model.program;
    const chainable = sameHeader(inputHeader({ nodes }), outputHeader({ nodes }));
    const prices = new Map(Object.entries(config.prices) as [Hex, bigint][]);
    terms.set(id, { prices, maxUnits: BigInt(config.maxUnits), chainable, unitSeconds });
  }
  return terms;
}

/** Seconds of one unit; a first one, which loads the model, is not counted. */
async function measure(id: Hex, model: Model, runner: Runner, clock: Clock): Promise<number> {
  const { dtype, rows, cols } = inputHeader(model.program);
  const input = encodeTensor(zeros(dtype, rows, cols));
  await runner.run(id, [input]);
  const started = clock.now();
  await runner.run(id, [input]);
  return (clock.now() - started) / 1000;
}

async function readModel(file: string): Promise<Model> {
  try {
    return decodeModel(await readFile(file));
  } catch (cause) {
    throw new ConfigError("MODEL", `${file} is no model: ${errorMessage(cause)}`, { cause });
  }
}
