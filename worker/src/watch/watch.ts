import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { Wallet } from "ethers";
import { CheckBook } from "./checkBook";
import type { WatchContext, WatchOptions } from "./context";
import { escrowDeliveries } from "./deliveries";
import { WatchMetrics } from "./metrics";
import { Sources } from "./sources";
import { Watchtower } from "./watchtower";
import { BlobStore } from "../blobs/store";
import { escrowMarket } from "../chain/escrowMarket";
import { TransactionSender } from "../chain/sender";
import { verifierDisputes } from "../chain/verifierDisputes";
import { systemClock } from "../clock";
import type { WatchConfig } from "../config/schema";
import { Loops } from "../engine/loops";
import { Fetcher } from "../fetch/fetcher";
import { GamePlayer } from "../games/player";
import { createStatusServer } from "../http/server";
import { openLevelStore } from "../journal/store";
import type { Logger } from "../log";
import { checkRegistered, loadModels, offeredModels } from "../models";
import type { LoadedModel } from "../models";
import {
  DAY_MS,
  fetchLimits,
  openComputation,
  openConnection,
  senderOptions,
  serverOptions,
  withResources,
} from "../process";
import type { Connection, Open, Compute } from "../process";

/** Where a watcher is started, and with what. */
export interface WatchParameters {
  readonly config: WatchConfig;
  readonly wallet: Wallet;
  readonly log: Logger;
  /** Ends the watcher when it is aborted. */
  readonly signal: AbortSignal;
  /** Gets the address of the HTTP interface. */
  readonly onListening?: (url: string) => void;
  /** Takes the place of what computes; as it is unless given. */
  readonly compute?: Compute;
}

/** What a watcher stores is private; nothing of it counts against this. */
const NO_PUBLIC_BLOBS = 0;

/**
 * Runs a watcher until the signal is aborted; then finishes what is under way, closes all that was
 * opened and returns. Throws `ConfigError`, `JournalError` or `ChainError` if it cannot start, and
 * whatever final error stopped it.
 */
export async function runWatch(parameters: WatchParameters): Promise<void> {
  const { log, signal } = parameters;
  await withResources(log, async (open) => (await assemble(parameters, open)).run(signal));
  log.info({}, "watcher stopped");
}

async function assemble(parameters: WatchParameters, open: Open): Promise<Loops> {
  const { config, wallet, log, signal } = parameters;
  const models = await loadModels(config);
  const connection = await openConnection(config, wallet, open);
  const context = await openContext(parameters, connection, models, open);
  const { clock, metrics, node } = context;
  const tower = new Watchtower(context, signal);
  const loops = new Loops({ engine: tower, clock, log, pollMs: config.pollSeconds * 1000 });
  const health = (): { ok: boolean; detail: Record<string, unknown> } => ({
    ok: loops.healthy,
    detail: { watcher: node.address, block: tower.newest?.number },
  });
  const { http, sharePercent } = config.watch;
  const server = await open(
    createStatusServer({ clock, log, health, metrics: metrics.set }, serverOptions({ http })),
    (opened) => opened.close(),
  );
  const url = await server.listen({ host: http.host, port: http.port });
  log.info({ url, watcher: node.address, sharePercent }, "watcher ready");
  parameters.onListening?.(url);
  return loops;
}

async function openContext(
  { config, log, compute }: WatchParameters,
  { node, client, chainId, identity }: Connection,
  models: readonly LoadedModel[],
  open: Open,
): Promise<WatchContext> {
  const { dataDir, sources, inputUris } = config.watch;
  const market = escrowMarket(client, node.address, chainId);
  await checkRegistered(models, market);
  const store = await open(openLevelStore(join(dataDir, "journal")), (opened) => opened.close());
  const clock = systemClock;
  const { runner, traceOf } = await openComputation(config, models, open, compute);
  const sender = await TransactionSender.open(node, store, clock, log, senderOptions(config));
  const fetcher = await open(new Fetcher(fetchPolicy(config), fetchLimits(config)), (opened) =>
    opened.close(),
  );
  const metrics = new WatchMetrics();
  const disputes = verifierDisputes(client);
  return {
    options: watchOptions(config, models, node.address),
    ...{ node, sender, market, disputes, clock, log, metrics, runner, traceOf },
    deliveries: escrowDeliveries(client, node.address),
    player: new GamePlayer(
      { disputes, node, sender, log, metrics: metrics.games },
      { ...config.games, confirmations: config.confirmations, side: "challenger" },
    ),
    book: await CheckBook.open(store, identity),
    tensors: await BlobStore.open(join(dataDir, "tensors"), NO_PUBLIC_BLOBS),
    sources: new Sources({ sources, inputUris }, fetcher, runner, log),
    models: offeredModels(models),
    unitsPerStep: config.execution.unitsPerStep,
    random: (below) => randomInt(below),
  };
}

/** Sources are named by the operator, so their hosts may be asked. */
function fetchPolicy({ inputs, watch }: WatchConfig): WatchConfig["inputs"] {
  const hosts = watch.sources.map(({ url }) => new URL(url).host);
  return { ...inputs, hosts: [...inputs.hosts, ...hosts] };
}

function watchOptions(
  { watch, confirmations, retentionDays, addresses }: WatchConfig,
  models: readonly LoadedModel[],
  watcher: WatchContext["node"]["address"],
): WatchOptions {
  const { withheld, bonds, providers, sharePercent, mostWork } = watch;
  return {
    ...{ confirmations, withheld, bonds },
    patience: watch.patienceSeconds,
    reserve: watch.reserveSeconds,
    choice: {
      verifier: addresses.optimisticVerifier,
      models: new Set(models.map(({ id }) => id)),
      tokens: bonds.map(({ token }) => token),
      ...{ providers, sharePercent, mostWork },
    },
    withdraw: watch.withdraw.map((rule) => ({ ...rule, to: rule.to ?? watcher })),
    retentionMs: retentionDays * DAY_MS,
  };
}
