import { CheckBook } from "./checkBook";
import type { WatchContext, WatchOptions } from "./context";
import { escrowDeliveries } from "./deliveries";
import { WatchMetrics } from "./metrics";
import { Sources } from "./sources";
import { Watchtower } from "./watchtower";
import { secureRandom } from "../../../sdk/src/index";
import type { WatchConfig } from "../config/schema";
import { Loops } from "../engine/loops";
import { GamePlayer } from "../games/player";
import { createStatusServer } from "../http/server";
import { DAY_MS, listen, openParts, serverOptions, withResources } from "../assembly";
import type { Open, ProcessParameters } from "../assembly";
import type { Hex } from "../../../tensor/src/index";

/** Where a watcher is started, and with what. */
export interface WatchParameters extends ProcessParameters {
  readonly config: WatchConfig;
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
  const { config, log, signal } = parameters;
  const context = await openContext(parameters, open);
  const { clock, metrics, node } = context;
  const tower = new Watchtower(context, signal);
  const loops = new Loops({ engine: tower, clock, log, pollMs: config.pollSeconds * 1000 });
  const health = (): { ok: boolean; detail: Record<string, unknown> } => ({
    ok: loops.healthy,
    detail: { watcher: node.address, block: tower.newest?.number },
  });
  const { http, sharePercent } = config.watch;
  const served = { clock, log, health, metrics: metrics.set };
  const url = await listen(createStatusServer(served, serverOptions({ http })), http, open);
  log.info({ url, watcher: node.address, sharePercent }, "watcher ready");
  parameters.onListening?.(url);
  return loops;
}

async function openContext(parameters: WatchParameters, open: Open): Promise<WatchContext> {
  const { config, log } = parameters;
  const { dataDir, sources, inputUris } = config.watch;
  const inputs = inputsOf(config);
  const parts = await openParts(
    { ...parameters, dataDir, inputs, publicBytes: NO_PUBLIC_BLOBS },
    open,
  );
  const { node, client, store, identity, fetcher, runner } = parts;
  const metrics = new WatchMetrics();
  return {
    ...parts,
    options: watchOptions(config, [...parts.models.keys()], node.address),
    metrics,
    deliveries: escrowDeliveries(client, node.address),
    player: new GamePlayer(
      { ...parts, metrics: metrics.games },
      { ...config.games, confirmations: config.confirmations, side: "challenger" },
    ),
    book: await CheckBook.open(store, identity),
    sources: new Sources({ sources, inputUris }, fetcher, runner, log),
    unitsPerStep: config.execution.unitsPerStep,
    random: secureRandom,
  };
}

/** Sources are named by the operator, so their hosts may be asked. */
function inputsOf({ inputs, watch }: WatchConfig): WatchConfig["inputs"] {
  const hosts = watch.sources.map(({ url }) => new URL(url).host);
  return { ...inputs, hosts: [...inputs.hosts, ...hosts] };
}

function watchOptions(
  { watch, confirmations, retentionDays, addresses }: WatchConfig,
  models: readonly Hex[],
  watcher: WatchContext["node"]["address"],
): WatchOptions {
  const { withheld, bonds, providers, sharePercent, mostWork } = watch;
  return {
    ...{ confirmations, withheld, bonds },
    patience: watch.patienceSeconds,
    reserve: watch.reserveSeconds,
    choice: {
      verifier: addresses.optimisticVerifier,
      models: new Set(models),
      tokens: bonds.map(({ token }) => token),
      ...{ providers, sharePercent, mostWork },
    },
    withdraw: watch.withdraw.map((rule) => ({ ...rule, to: rule.to ?? watcher })),
    retentionMs: retentionDays * DAY_MS,
  };
}
