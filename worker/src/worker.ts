import { join } from "node:path";
import { BidBoards } from "./bids/board";
import { Intake, closedIntake } from "./bids/intake";
import type { IntakePolicy } from "./bids/intake";
import type { ModelTerms } from "./bids/policy";
import { BlobStore } from "./blobs/store";
import { ConfigError } from "./config/load";
import type { Config } from "./config/schema";
import type { Context, EngineOptions } from "./engine/context";
import { Engine } from "./engine/engine";
import { Loops } from "./engine/loops";
import { Defence } from "./games/defence";
import { GamePlayer } from "./games/player";
import { createServer } from "./http/server";
import { Journal } from "./journal/journal";
import { Metrics } from "./metrics";
import { measuredTerms } from "./models";
import type { LoadedModel } from "./models";
import { DAY_MS, listen, openParts, serverOptions, withResources } from "./assembly";
import type { Open, ProcessParameters } from "./assembly";
import { asAddress, sameHex } from "../../sdk/src/index";
import type { Address } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";

/** Where a worker is started, and with what. */
export interface WorkerParameters extends ProcessParameters {
  readonly config: Config;
  /** Whether it takes bids; if not, it brings the jobs that it has to their ends. */
  readonly takesBids: boolean;
}

const MAX_LIST_BYTES = 2 ** 28;

/**
 * Runs a worker until the signal is aborted; then finishes what is under way, closes all that was
 * opened and returns. Throws `ConfigError`, `JournalError` or `ChainError` if it cannot start, and
 * whatever final error stopped it.
 */
export async function runWorker(parameters: WorkerParameters): Promise<void> {
  const { log, signal } = parameters;
  await withResources(log, async (open) => (await assemble(parameters, open)).run(signal));
  log.info({}, "worker stopped");
}

/** What a worker is made of. */
export interface WorkerParts {
  readonly context: Context;
  readonly defence: Defence;
  readonly models: readonly LoadedModel<Config["models"][number]>[];
}

async function assemble(parameters: WorkerParameters, open: Open): Promise<Loops> {
  const { config, log, signal, takesBids } = parameters;
  const parts = await openWorkerParts(parameters, open);
  const { clock, fetcher, metrics, node, journal } = parts.context;
  const { engine, intake: bids } = await createEngine(parts, config, signal);
  const intake = takesBids ? bids : closedIntake;
  const boards = new BidBoards(takesBids ? config.boards : [], { intake, fetcher, log });
  const loops = new Loops({ engine, boards, clock, log, pollMs: config.pollSeconds * 1000 });
  const health = (): { ok: boolean; detail: Record<string, unknown> } => ({
    ok: loops.healthy,
    detail: { worker: node.address, block: engine.newest?.number, bids: journal.all().length },
  });
  const served = { ...parts.context, intake, health, metrics: metrics.set };
  const url = await listen(createServer(served, serverOptions(config)), config.http, open);
  log.info({ url, worker: node.address, provider: config.provider, takesBids }, "worker ready");
  parameters.onListening?.(url);
  return loops;
}

/** What takes bids and what moves them on, once each model's speed on this machine is known. */
export async function createEngine(
  { context, defence, models }: WorkerParts,
  config: Config,
  signal: AbortSignal,
): Promise<{ readonly engine: Engine; readonly intake: Intake }> {
  const { runner, clock, log, node } = context;
  const terms = await measuredTerms(models, runner, clock, log);
  const engine = new Engine(context, defence, signal);
  const policy = intakePolicy(config, terms, node.address);
  return { engine, intake: new Intake({ ...context, policy, now: () => engine.now() }) };
}

/** Opens all that a worker is made of. Throws `ConfigError`, `JournalError` or `ChainError`. */
export async function openWorkerParts(
  parameters: Pick<WorkerParameters, "config" | "wallet" | "log" | "signal" | "compute">,
  open: Open,
): Promise<WorkerParts> {
  const { config, wallet } = parameters;
  const { dataDir, confirmations, inputs } = config;
  const parts = await openParts(
    {
      ...{ ...parameters, dataDir, inputs },
      provider: providerOf(config, asAddress(wallet.address)),
      publicBytes: config.http.maxStoreBytes,
    },
    open,
  );
  const { node, store, identity } = parts;
  const context: Context = {
    ...parts,
    options: engineOptions(config, node.address),
    journal: await Journal.open(store, identity),
    lists: await BlobStore.open(join(dataDir, "lists"), MAX_LIST_BYTES),
    metrics: new Metrics(),
  };
  const player = new GamePlayer(
    { ...parts, metrics: context.metrics.games },
    { confirmations, ...config.games, side: "worker" },
  );
  const defence = new Defence({ ...parts, ...context, player, confirmations });
  return { context, defence, models: parts.loaded };
}

function providerOf(config: Config, worker: Address): Address {
  const provider = config.provider ?? worker;
  if (sameHex(provider, worker) || config.withdraw.length === 0) return provider;
  throw new ConfigError(
    "FIELD",
    `withdraw: the earnings are those of provider ${provider}; remove withdraw, or the provider`,
  );
}

function engineOptions(config: Config, worker: Address): EngineOptions {
  return {
    confirmations: config.confirmations,
    deliverReserve: config.policy.deliverReserveSeconds,
    unitsPerStep: config.execution.unitsPerStep,
    retentionMs: config.retentionDays * DAY_MS,
    withdraw: config.withdraw.map((rule) => ({ keep: 0n, ...rule, to: rule.to ?? worker })),
  };
}

function intakePolicy(
  config: Config,
  models: ReadonlyMap<Hex, ModelTerms>,
  worker: Address,
): IntakePolicy {
  const { verifiers, maxOpenJobs, turnaroundFactor, minSecondsToExpiry, cancelShareBps } =
    config.policy;
  return {
    ...{ models, worker, verifiers, maxOpenJobs, turnaroundFactor, minSecondsToExpiry },
    provider: providerOf(config, worker),
    gpuId: config.gpuId,
    cancelShareBps: BigInt(cancelShareBps),
  };
}
