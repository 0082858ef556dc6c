import { readFile } from "node:fs/promises";
import type { ModelTerms } from "./bids/policy";
import type { Market } from "./chain/market";
import type { Clock } from "./clock";
import { ConfigError } from "./config/load";
import type { Config, WatchConfig } from "./config/schema";
import type { OfferedModel } from "./engine/context";
import { errorMessage } from "./errors";
import type { Logger } from "./log";
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

/** A model file of the configuration, read and checked. */
export interface LoadedModel<Entry extends ModelEntry = ModelEntry> {
  readonly id: Hex;
  readonly file: string;
  readonly model: Model;
  readonly config: Entry;
}

type ModelEntry = WatchConfig["models"][number];

/** Reads the model files of the configuration. Throws `ConfigError` MODEL. */
export async function loadModels<Entry extends ModelEntry>({
  models,
}: {
  readonly models: readonly Entry[];
}): Promise<readonly LoadedModel<Entry>[]> {
  return Promise.all(
    models.map(async (entry) => {
      const model = await readModel(entry.file);
      return { id: modelId(model.program), file: entry.file, model, config: entry };
    }),
  );
}

/** Throws `ConfigError` MODEL unless the registry vouches for each model. */
export async function checkRegistered(
  models: readonly LoadedModel[],
  market: Pick<Market, "isRegistered">,
): Promise<void> {
  for (const { id, file } of models) {
    if (await market.isRegistered(id)) continue;
    throw new ConfigError("MODEL", `${file} is model ${id}, which is not registered; register it`);
  }
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
  for (const { id, model, config } of models) {
    const unitSeconds = await measure(id, model, runner, clock);
    log.info({ model: id, file: config.file, unitSeconds }, "model ready");
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
