import Fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { statusOf } from "./errors";
import { applyLimits } from "./limits";
import type { HttpLimits } from "./limits";
import { blobRoutes } from "./blobRoutes";
import type { BlobContext } from "./blobRoutes";
import { marketRoutes } from "./marketRoutes";
import type { MarketContext } from "./marketRoutes";
import type { Clock } from "../clock";
import { WorkerError, errorMessage } from "../errors";
import type { Logger } from "../log";
import type { MetricSet } from "../metrics";

/** What a server needs that only tells how its process is. */
export interface StatusContext {
  readonly metrics: Pick<MetricSet, "requestServed" | "render">;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the process does its work; the reason if not. */
  readonly health: () => {
    readonly ok: boolean;
    readonly detail: Readonly<Record<string, unknown>>;
  };
}

/** What the worker's server needs. */
export interface ServerContext extends StatusContext, BlobContext, MarketContext {}

/** Bounds of the server. */
export interface ServerOptions extends HttpLimits {
  readonly maxBlobBytes: number;
}

/** Most bytes of a header block; also of a list of ids, counted in ids. */
const MAX_HEADER_BYTES = 16_384;
const MAX_CONNECTIONS_PER_REQUEST = 4;
const KEEP_ALIVE_MS = 5_000;

/** The worker's HTTP interface, not yet listening. */
export function createServer(context: ServerContext, options: ServerOptions): FastifyInstance {
  const server = createStatusServer(context, options);
  blobRoutes(server, context);
  marketRoutes(server, context);
  return server;
}

/** `GET /health`, which is 200 or 503, and `GET /metrics`; not yet listening. */
export function createStatusServer(
  context: StatusContext,
  options: ServerOptions,
): FastifyInstance {
  const server = boundedServer(options);
  server.addContentTypeParser(
    "application/octet-stream",
    { parseAs: "buffer" },
    (_request: FastifyRequest, body: Buffer, done) => done(null, body),
  );
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, context));
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: "NOT_FOUND", message: "there is nothing at this path" }),
  );
  server.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    context.metrics.requestServed(route, reply.statusCode, reply.elapsedTime / 1000);
  });
  applyLimits(server, options, context.clock);
  server.get("/health", async (_request, reply) => {
    const { ok, detail } = context.health();
    return reply.code(ok ? 200 : 503).send({ ok, ...detail });
  });
  server.get("/metrics", async (_request, reply) => {
    const { contentType, body } = await context.metrics.render();
    return reply.type(contentType).send(body);
  });
  return server;
}

/** A server that slow, large and many requests do not exhaust. */
function boundedServer(options: ServerOptions): FastifyInstance {
  const { maxBlobBytes, maxConcurrent, requestMs, trustedProxies = [] } = options;
  const server = Fastify({
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    bodyLimit: maxBlobBytes,
    requestTimeout: requestMs,
    connectionTimeout: requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: true,
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: requestMs,
      connectionsCheckingInterval: Math.min(1_000, requestMs),
    },
  });
  server.server.maxConnections = MAX_CONNECTIONS_PER_REQUEST * maxConcurrent;
  return server;
}

async function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { log }: StatusContext,
): Promise<void> {
  const status = statusOf(error);
  if (status >= 500) {
    const route = request.routeOptions.url;
    log.warn({ route, status, reason: errorMessage(error) }, "request failed");
  }
  const code = error instanceof WorkerError ? error.code : status >= 500 ? "INTERNAL" : "REQUEST";
  const message = status === 500 ? "the worker failed to answer" : errorMessage(error);
  if (status === 429 || status === 503) void reply.header("retry-after", "60");
  await reply.code(status).send({ code, message });
}
