import { createEngine, openContext, Resources } from "./assembly";
import type { Blueprint } from "./assembly";
import { BidBoards } from "./bids/board";
import type { Config } from "./config/schema";
import { Loops } from "./engine/loops";
import { createServer } from "./http/server";
import { loadModels } from "./models";

/** Where a worker is started, and with what. */
export interface WorkerParameters extends Blueprint {
  /** Ends the worker when it is aborted. */
  readonly signal: AbortSignal;
}

/**
 * Runs a worker until the signal is aborted; then finishes what is under way, closes all that was
 * opened and returns. Throws `ConfigError`, `JournalError` or `ChainError` if it cannot start, and
 * whatever final error stopped it.
 */
export async function runWorker(parameters: WorkerParameters): Promise<void> {
  const { log, signal } = parameters;
  const resources = new Resources();
  try {
    const loops = await assemble(parameters, resources);
    await loops.run(signal);
  } finally {
    await resources.close(log);
    log.info({}, "worker stopped");
  }
}

async function assemble(parameters: WorkerParameters, resources: Resources): Promise<Loops> {
  const { config, log, signal } = parameters;
  const models = await loadModels(config);
  const context = await openContext(parameters, models, resources);
  const { clock, fetcher, metrics, node, journal } = context;
  const { engine, intake } = await createEngine(context, config, models, signal);
  const boards = new BidBoards(config.boards, { intake, fetcher, log });
  const loops = new Loops({ engine, boards, clock, log, pollMs: config.pollSeconds * 1000 });
  const health = (): { ok: boolean; detail: Record<string, unknown> } => ({
    ok: loops.healthy,
    detail: { worker: node.address, block: engine.newest?.number, bids: journal.all().length },
  });
  const server = await resources.open(
    createServer({ ...context, intake, health, metrics }, serverOptions(config)),
    (opened) => opened.close(),
  );
  const url = await server.listen({ host: config.http.host, port: config.http.port });
  log.info({ url, worker: node.address, provider: config.provider }, "worker ready");
  return loops;
}

function serverOptions({ http }: Config): Parameters<typeof createServer>[1] {
  const { maxBlobBytes, maxConcurrent, requestsPerMinute, requestSeconds } = http;
  return { maxBlobBytes, maxConcurrent, requestsPerMinute, requestMs: requestSeconds * 1000 };
}
