import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { HttpError } from "./errors";
import type { Blobs } from "../blobs/store";
import { decodeIds } from "../engine/lists";
import type { Runner } from "../run/runner";
import { isHex, listRoot } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

/** What the routes of blobs need. */
export interface BlobContext {
  readonly tensors: Blobs;
  readonly lists: Blobs;
  readonly runner: Runner;
}

type Identify = (bytes: Uint8Array) => Promise<Hex>;

/**
 * Tensor files at `/blobs` by tensor id and lists of ids at `/lists` by list root: `GET /:id`,
 * `PUT /:id`, which checks the id, and `POST /`, which answers it. What is put is public.
 */
export function blobRoutes(server: FastifyInstance, context: BlobContext): void {
  const { tensors, lists, runner } = context;
  storeRoutes(server, "/blobs", tensors, async (bytes) => (await runner.identify([bytes]))[0]);
  storeRoutes(server, "/lists", lists, async (bytes) => {
    const ids = decodeIds(bytes);
    if (ids === undefined) throw new HttpError("ID", "a list is one or more ids of 32 bytes");
    return listRoot(ids);
  });
}

function storeRoutes(
  server: FastifyInstance,
  path: string,
  store: Blobs,
  identify: Identify,
): void {
  async function put(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { id: expected } = request.params as { readonly id?: string };
    if (expected !== undefined) checkId(expected);
    const bytes = bodyOf(request);
    const id = await identify(bytes);
    if (expected !== undefined && expected.toLowerCase() !== id) {
      throw new HttpError("ID", `the bytes have id ${id}, not ${expected}`);
    }
    await store.put(id, bytes, "public");
    return reply.code(201).send({ id });
  }

  server.put(`${path}/:id`, put);
  server.post(path, put);
  server.get(`${path}/:id`, async (request, reply) => {
    const { id } = request.params as { readonly id: string };
    const bytes = await store.get(checkId(id), "public");
    if (bytes === undefined) throw new HttpError("NOT_FOUND", `there is no ${id} here`);
    void reply.header("cache-control", "public, max-age=31536000, immutable");
    void reply.header("x-content-type-options", "nosniff");
    return reply.type("application/octet-stream").send(bytes);
  });
}

function checkId(id: string): Hex {
  if (isHex(id, 32)) return id;
  throw new HttpError("ID", "an id is 0x and 64 hexadecimal digits");
}

function bodyOf({ body }: FastifyRequest): Uint8Array {
  if (body instanceof Uint8Array && body.length > 0) return body;
  throw new HttpError("ID", "send the bytes as application/octet-stream");
}
