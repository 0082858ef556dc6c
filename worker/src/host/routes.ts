import cors from "@fastify/cors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import parseRange from "range-parser";
import { z } from "zod";
import type { ByteRange, Dataset } from "./dataset";
import type { Door } from "./door";
import type { HostMetrics } from "./metrics";
import type { Session } from "./sessions";
import { errorCode } from "../errors";
import { HttpError } from "../http/errors";
import { createStatusServer } from "../http/server";
import type { ServerOptions, StatusContext } from "../http/server";
import { asAddress, asHex, sealKey } from "../../../sdk/src/index";
import type { HostManifest, HostedFile } from "../../../sdk/src/index";

/** What a data host's server needs. */
export interface HostServerContext extends Omit<StatusContext, "metrics"> {
  readonly door: Pick<Door, "challenge" | "enter" | "admit">;
  readonly dataset: Pick<Dataset, "manifest" | "read" | "key">;
  /** The epoch of the key as of the newest block. */
  readonly keyEpoch: () => number | undefined;
  readonly metrics: HostMetrics;
}

/** Most bytes of a body. */
const MAX_BODY_BYTES = 16_384;

const MOST_ID = 2n ** 256n - 1n;

const licence = z
  .string()
  .regex(/^\d{1,78}$/)
  .transform(BigInt)
  .refine((id) => id <= MOST_ID);
const holder = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => asAddress(text.toLowerCase()));
const hex = (bytes: string) =>
  z
    .string()
    .regex(new RegExp(`^0x([0-9a-fA-F]{2})${bytes}$`))
    .transform(asHex);

const challengeSchema = z.strictObject({ licence, holder });

const sessionSchema = z.strictObject({
  ...{ licence, holder, publicKey: hex("{33}"), challenge: hex("{32}"), signature: hex("*") },
  expiresAt: z.number().int().nonnegative().transform(BigInt),
});

/**
 * A data host's HTTP interface, not yet listening: `POST /challenges` and `POST /sessions` let a licence's holder in,
 * `GET /key`, `GET /files` and `GET /files/:name`, whole or a range, serve it. Pages of any origin may ask, as nothing
 * is answered by who asks but by the token.
 */
export function createHostServer(
  context: HostServerContext,
  options: Omit<ServerOptions, "maxBlobBytes">,
): FastifyInstance {
  const status = { ...context, metrics: context.metrics.set };
  const server = createStatusServer(status, { ...options, maxBlobBytes: MAX_BODY_BYTES });
  void server.register(cors, {
    exposedHeaders: ["content-range", "etag", "accept-ranges", "retry-after"],
    maxAge: 86_400,
  });
  doorRoutes(server, context);
  server.get("/files", async (request, reply) => {
    await admitted(request, context);
    return reply.header("cache-control", PRIVATE).send(await served(context));
  });
  server.get("/files/:name", { exposeHeadRoute: false }, (request, reply) =>
    sendFile(request, reply, context),
  );
  server.get("/key", async (request, reply) => {
    const { publicKey } = await admitted(request, context);
    const { keyEpoch } = await served(context);
    const key = await context.dataset.key(keyEpoch);
    if (key === undefined) throw notReady();
    void reply.header("cache-control", PRIVATE);
    return reply.send({ keyEpoch, encryptedKey: sealKey(publicKey, key) });
  });
  return server;
}

const PRIVATE = "private, no-store";

function doorRoutes(server: FastifyInstance, { door, metrics }: HostServerContext): void {
  server.post("/challenges", async (request, reply) => {
    const { licence: id, holder: account } = bodyOf(challengeSchema, request);
    return reply.code(201).send(door.challenge(id, account));
  });
  server.post("/sessions", async (request, reply) => {
    const body = bodyOf(sessionSchema, request);
    try {
      const { token, session } = await door.enter(body);
      metrics.entered("begun");
      void reply.header("cache-control", PRIVATE);
      return await reply.code(201).send({ token, expiresAt: session.expiresAt });
    } catch (error) {
      metrics.entered(errorCode(error));
      throw error;
    }
  });
}

function bodyOf<Body>(schema: z.ZodType<Body>, { body }: FastifyRequest): Body {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new HttpError("BODY", fields.join("; "));
}

/** The session whose token a request carries, if its licence is valid now. */
function admitted({ headers }: FastifyRequest, { door }: HostServerContext): Promise<Session> {
  const [, token] = /^Bearer ([\w-]{1,200})$/i.exec(headers.authorization ?? "") ?? [];
  if (token === undefined) throw new HttpError("SESSION", "send the token of a session as Bearer");
  return door.admit(token);
}

/** The manifest of the running epoch. */
async function served({ dataset, keyEpoch }: HostServerContext): Promise<HostManifest> {
  const epoch = keyEpoch();
  const manifest = epoch === undefined ? undefined : await dataset.manifest(epoch);
  if (manifest === undefined) throw notReady();
  return manifest;
}

function notReady(): HttpError {
  return new HttpError("BUSY", "the files are being encrypted; ask again soon");
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  context: HostServerContext,
): Promise<FastifyReply> {
  const { dataset, metrics } = context;
  const session = await admitted(request, context);
  const { name } = request.params as { readonly name: string };
  const { keyEpoch, files } = await served(context);
  const file = files.find((each) => each.name === name);
  if (file === undefined) throw new HttpError("NOT_FOUND", `there is no file ${name}`);
  const part = rangeOf(request, reply, file);
  const { start, end } = part ?? { start: 0, end: file.bytes - 1 };
  const length = end - start + 1;
  session.reserve(length);
  const stream = await dataset.read(keyEpoch, file, { start, end });
  if (stream === undefined) {
    session.release(length);
    throw notReady();
  }
  stream.once("close", () => {
    session.release(length - stream.bytesRead);
    metrics.sent(stream.bytesRead);
  });
  void reply.headers({
    ...{ "cache-control": PRIVATE, "content-length": length, "accept-ranges": "bytes" },
    ...{ etag: etagOf(file), "x-content-type-options": "nosniff" },
    ...(part && { "content-range": `bytes ${start}-${end}/${file.bytes}` }),
  });
  return reply
    .code(part === undefined ? 200 : 206)
    .type("application/octet-stream")
    .send(stream);
}

/** The part that a request asks for; undefined for all of it, as also for several parts. */
function rangeOf(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  file: HostedFile,
): ByteRange | undefined {
  const { range, "if-range": unless } = headers;
  if (range === undefined || (unless !== undefined && unless !== etagOf(file))) return undefined;
  const ranges = parseRange(file.bytes, range, { combine: true });
  if (ranges === INVALID) return undefined;
  if (ranges === UNSATISFIABLE) {
    void reply.header("content-range", `bytes */${file.bytes}`);
    throw new HttpError("RANGE", `the file has ${file.bytes} bytes, none of which is asked for`);
  }
  return ranges.type === "bytes" && ranges.length === 1 ? ranges[0] : undefined;
}

const [UNSATISFIABLE, INVALID] = [-1, -2] as const;

function etagOf({ sha256 }: HostedFile): string {
  return `"${sha256}"`;
}
