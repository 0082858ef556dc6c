import { join } from "node:path";
import type { Wallet } from "ethers";
import { BidBoards } from "./bids/board";
import { Intake, closedIntake } from "./bids/intake";
import type { IntakePolicy } from "./bids/intake";
import type { ModelTerms } from "./bids/policy";
import { BlobStore } from "./blobs/store";
import { escrowMarket } from "./chain/escrowMarket";
import { TransactionSender } from "./chain/sender";
import { verifierDisputes } from "./chain/verifierDisputes";
import { systemClock } from "./clock";
import { ConfigError } from "./config/load";
import type { Config } from "./config/schema";
import type { Context, EngineOptions } from "./engine/context";
import { Engine } from "./engine/engine";
import { Loops } from "./engine/loops";
import { Fetcher } from "./fetch/fetcher";
import { Defence } from "./games/defence";
import { GamePlayer } from "./games/player";
import { createServer } from "./http/server";
import { Journal } from "./journal/journal";
import { openLevelStore } from "./journal/store";
import type { Logger } from "./log";
import { Metrics } from "./metrics";
import { checkRegistered, loadModels, measuredTerms, offeredModels } from "./models";
import type { LoadedModel } from "./models";
import {
  DAY_MS,
  fetchLimits,
  openComputation,
  openConnection,
  senderOptions,
  serverOptions,
  withResources,
} from "./process";
import type { Open, Compute } from "./process";
import type { Address } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";

/** Where a worker is started, and with what. */
export interface WorkerParameters {
  readonly config: Config;
  readonly wallet: Wallet;
  readonly log: Logger;
  /** Ends the worker when it is aborted. */
  readonly signal: AbortSignal;
  /** Whether it takes bids; if not, it brings the jobs that it has to their ends. */
  readonly takesBids: boolean;
  /** Gets the address of the HTTP interface. */
  readonly onListening?: (url: string) => void;
  /** Takes the place of what computes; as it is unless given. */
  readonly compute?: Compute;
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
export interface Parts {
  readonly context: Context;
  readonly defence: Defence;
}

async function assemble(parameters: WorkerParameters, open: Open): Promise<Loops> {
  const { config, log, signal, takesBids } = parameters;
  const models = await loadModels(config);
  const parts = await openParts(parameters, models, open);
  const { clock, fetcher, metrics, node, journal } = parts.context;
  const { engine, intake: bids } = await createEngine(parts, config, models, signal);
  const intake = takesBids ? bids : closedIntake;
  const boards = new BidBoards(takesBids ? config.boards : [], { intake, fetcher, log });
  const loops = new Loops({ engine, boards, clock, log, pollMs: config.pollSeconds * 1000 });
  const health = (): { ok: boolean; detail: Record<string, unknown> } => ({
    ok: loops.healthy,
    detail: { worker: node.address, block: engine.newest?.number, bids: journal.all().length },
  });
  const server = await open(
    createServer({ ...parts.context, intake, health, metrics: metrics.set }, serverOptions(config)),
    (opened) => opened.close(),
  );
  const url = await server.listen({ host: config.http.host, port: config.http.port });
  log.info({ url, worker: node.address, provider: config.provider, takesBids }, "worker ready");
  parameters.onListening?.(url);
  return loops;
}

/** What takes bids and what moves them on, once each model's speed on this machine is known. */
export async function createEngine(
  { context, defence }: Parts,
  config: Config,
  models: readonly LoadedModel<Config["models"][number]>[],
  signal: AbortSignal,
): Promise<{ readonly engine: Engine; readonly intake: Intake }> {
  const { runner, clock, log, node } = context;
  const terms = await measuredTerms(models, runner, clock, log);
  const engine = new Engine(context, defence, signal);
  const policy = intakePolicy(config, terms, node.address);
  return { engine, intake: new Intake({ ...context, policy, now: () => engine.now() }) };
}

/** Opens all that a worker is made of. Throws `ConfigError` MODEL, `JournalError` or `ChainError`. */
export async function openParts(
  { config, wallet, log, compute }: Pick<WorkerParameters, "config" | "wallet" | "log" | "compute">,
  models: readonly LoadedModel[],
  open: Open,
): Promise<Parts> {
  const { dataDir, confirmations } = config;
  const { node, client, chainId, identity } = await openConnection(config, wallet, open);
  const market = escrowMarket(client, providerOf(config, node.address), chainId);
  await checkRegistered(models, market);
  const store = await open(openLevelStore(join(dataDir, "journal")), (opened) => opened.close());
  const clock = systemClock;
  const { runner, traceOf } = await openComputation(config, models, open, compute);
  const context: Context = {
    options: engineOptions(config, node.address),
    models: offeredModels(models),
    ...{ node, market, clock, log, runner },
    journal: await Journal.open(store, identity),
    sender: await TransactionSender.open(node, store, clock, log, senderOptions(config)),
    tensors: await BlobStore.open(join(dataDir, "tensors"), config.http.maxStoreBytes),
    lists: await BlobStore.open(join(dataDir, "lists"), MAX_LIST_BYTES),
    fetcher: await open(new Fetcher(config.inputs, fetchLimits(config)), (opened) =>
      opened.close(),
    ),
    metrics: new Metrics(),
  };
  const disputes = verifierDisputes(client);
  const player = new GamePlayer(
    { ...context, disputes, metrics: context.metrics.games },
    { confirmations, ...config.games, side: "worker" },
  );
  return {
    context,
    defence: new Defence({ ...context, disputes, player, traceOf, confirmations }),
  };
}

function providerOf(config: Config, worker: Address): Address {
  const provider = config.provider ?? worker;
  if (provider === worker || config.withdraw.length === 0) return provider;
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
