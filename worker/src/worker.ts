import { join } from "node:path";
import type { Wallet } from "ethers";
import { BidBoards } from "./bids/board";
import { Intake } from "./bids/intake";
import type { IntakePolicy } from "./bids/intake";
import type { ModelTerms } from "./bids/policy";
import { BlobStore } from "./blobs/store";
import { escrowMarket } from "./chain/escrowMarket";
import { RpcNode, connect } from "./chain/rpcNode";
import { TransactionSender } from "./chain/sender";
import { systemClock } from "./clock";
import { ConfigError } from "./config/load";
import type { Config } from "./config/schema";
import type { Context, EngineOptions } from "./engine/context";
import { Engine } from "./engine/engine";
import { Loops } from "./engine/loops";
import { errorMessage } from "./errors";
import { Fetcher } from "./fetch/fetcher";
import { createServer } from "./http/server";
import { Journal } from "./journal/journal";
import { openLevelStore } from "./journal/store";
import type { Logger } from "./log";
import { Metrics } from "./metrics";
import { checkRegistered, loadModels, measuredTerms, offeredModels } from "./models";
import type { LoadedModel } from "./models";
import { createRunner } from "./run/runner";
import { ErgonRevertError, createErgonClient, decodeRevert } from "../../sdk/src/index";
import type { Address } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";

/** Where a worker is started, and with what. */
export interface WorkerParameters {
  readonly config: Config;
  readonly wallet: Wallet;
  readonly log: Logger;
  /** Ends the worker when it is aborted. */
  readonly signal: AbortSignal;
  /** Gets the address of the HTTP interface. */
  readonly onListening?: (url: string) => void;
}

/** Opens something and remembers how to close it. */
type Open = <Resource>(
  resource: Resource | Promise<Resource>,
  close: (resource: Resource) => unknown,
) => Promise<Resource>;

const DAY_MS = 86_400_000;
const REBROADCAST_MS = 15_000;
const MAX_LIST_BYTES = 2 ** 28;

/**
 * Runs a worker until the signal is aborted; then finishes what is under way, closes all that was
 * opened and returns. Throws `ConfigError`, `JournalError` or `ChainError` if it cannot start, and
 * whatever final error stopped it.
 */
export async function runWorker(parameters: WorkerParameters): Promise<void> {
  const { log, signal } = parameters;
  const closers: (() => unknown)[] = [];
  const open: Open = async (resource, close) => {
    const opened = await resource;
    closers.push(() => close(opened));
    return opened;
  };
  try {
    const loops = await assemble(parameters, open);
    await loops.run(signal);
  } finally {
    for (const close of closers.reverse()) await closeQuietly(close, log);
    log.info({}, "worker stopped");
  }
}

async function closeQuietly(close: () => unknown, log: Logger): Promise<void> {
  try {
    await close();
  } catch (error) {
    log.error({ reason: errorMessage(error) }, "closing failed");
  }
}

async function assemble(parameters: WorkerParameters, open: Open): Promise<Loops> {
  const { config, log, signal } = parameters;
  const models = await loadModels(config);
  const context = await openContext(parameters, models, open);
  const { clock, fetcher, metrics, node, journal } = context;
  const terms = await measuredTerms(models, context.runner, clock, log);
  const engine = new Engine(context, signal);
  const intake = new Intake({
    ...context,
    policy: intakePolicy(config, terms, node.address),
    now: () => engine.now(),
  });
  const boards = new BidBoards(config.boards, { intake, fetcher, log });
  const loops = new Loops({ engine, boards, clock, log, pollMs: config.pollSeconds * 1000 });
  const health = (): { ok: boolean; detail: Record<string, unknown> } => ({
    ok: loops.healthy,
    detail: { worker: node.address, block: engine.newest?.number, bids: journal.all().length },
  });
  const server = await open(
    createServer({ ...context, intake, health, metrics }, serverOptions(config)),
    (opened) => opened.close(),
  );
  const url = await server.listen({ host: config.http.host, port: config.http.port });
  log.info({ url, worker: node.address, provider: config.provider }, "worker ready");
  parameters.onListening?.(url);
  return loops;
}

async function openContext(
  { config, wallet, log }: WorkerParameters,
  models: readonly LoadedModel[],
  open: Open,
): Promise<Context> {
  const { dataDir } = config;
  const provider = await open(connect(config.rpcUrl), (opened) => opened.destroy());
  const { chainId } = await provider.getNetwork();
  const node = new RpcNode(provider, wallet, chainId, describeRevert);
  const client = createErgonClient({ runner: provider, addresses: config.addresses });
  const market = escrowMarket(client, providerOf(config, node.address), chainId);
  await checkRegistered(models, market);
  const store = await open(openLevelStore(join(dataDir, "journal")), (opened) => opened.close());
  const identity = `${chainId}/${config.addresses.jobEscrow}/${node.address}`;
  const clock = systemClock;
  const executor = config.execution.executor;
  const data = { models: models.map(({ id, file }) => ({ id, file })), executor };
  return {
    options: engineOptions(config, node.address),
    models: offeredModels(models),
    ...{ node, market, clock, log },
    journal: await Journal.open(store, identity),
    sender: await TransactionSender.open(node, store, clock, log, senderOptions(config)),
    tensors: await BlobStore.open(join(dataDir, "tensors"), config.http.maxStoreBytes),
    lists: await BlobStore.open(join(dataDir, "lists"), MAX_LIST_BYTES),
    fetcher: await open(new Fetcher(config.inputs, fetchLimits(config)), (opened) =>
      opened.close(),
    ),
    runner: await open(createRunner(data, config.execution.threads), (opened) => opened.close()),
    metrics: new Metrics(),
  };
}

function describeRevert(data: Hex): string {
  return new ErgonRevertError(decodeRevert(data)).message;
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
    withdraw: config.withdraw.map((rule) => ({ ...rule, to: rule.to ?? worker })),
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

function senderOptions({
  confirmations,
  fees,
}: Config): Parameters<typeof TransactionSender.open>[4] {
  return {
    confirmations,
    fees: { maxFeePerGas: fees.maxFeePerGasGwei, minTip: fees.minTipGwei },
    maxInFlight: fees.maxInFlight,
    stuckMs: fees.stuckSeconds * 1000,
    rebroadcastMs: REBROADCAST_MS,
  };
}

function fetchLimits({ inputs }: Config): { maxBytes: number; timeoutMs: number } {
  return { maxBytes: inputs.maxBytes, timeoutMs: inputs.timeoutSeconds * 1000 };
}

function serverOptions({ http }: Config): Parameters<typeof createServer>[1] {
  const { maxBlobBytes, maxConcurrent, requestsPerMinute, requestSeconds } = http;
  return { maxBlobBytes, maxConcurrent, requestsPerMinute, requestMs: requestSeconds * 1000 };
}
