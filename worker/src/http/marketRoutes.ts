import type { FastifyInstance } from "fastify";
import { HttpError } from "./errors";
import type { Intake } from "../bids/intake";
import type { Journal } from "../journal/journal";
import { stateOf } from "../metrics";
import type { Task } from "../tasks/task";
import { isHex } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

/** What the routes of bids and jobs need. */
export interface MarketContext {
  readonly intake: Pick<Intake, "submit">;
  readonly journal: Pick<Journal, "get" | "all">;
}

const JOB_ID = /^\d{1,78}$/;
/** Most bytes of a bid with its signature and input URI. */
const MAX_BID_BYTES = 16_384;

/**
 * `POST /bids` takes a signed bid, `GET /bids/:id` tells what became of it, `GET /jobs/:id` where a
 * job stands and, once delivered, its outputs.
 */
export function marketRoutes(server: FastifyInstance, context: MarketContext): void {
  server.post("/bids", { bodyLimit: MAX_BID_BYTES }, async (request, reply) => {
    const { id, known } = await context.intake.submit(request.body);
    return reply.code(known ? 200 : 202).send({ id });
  });
  server.get("/bids/:id", async (request) => {
    const { id } = request.params as { readonly id: string };
    const task = context.journal.get(checkId(id));
    if (task === undefined) throw new HttpError("NOT_FOUND", `bid ${id} was not taken here`);
    return describeTask(task);
  });
  server.get("/jobs/:id", async (request) => {
    const { id } = request.params as { readonly id: string };
    if (!JOB_ID.test(id)) throw new HttpError("ID", "the id of a job is a number in decimal");
    const task = context.journal.all().find(({ history }) => history.at(0)?.id === BigInt(id));
    if (task === undefined) throw new HttpError("NOT_FOUND", `job ${id} is not done here`);
    return describeTask(task);
  });
}

/** What anyone may know of a task: outputs only after they were delivered. */
function describeTask(task: Task): Readonly<Record<string, unknown>> {
  return {
    bid: task.id,
    state: stateOf(task),
    jobId: task.history.at(0)?.id.toString(),
    units: Number(task.offer.bid.units),
    done: task.outputs.length,
    outputs: task.published ? task.outputs : undefined,
  };
}

function checkId(id: string): Hex {
  if (isHex(id, 32)) return id.toLowerCase() as Hex;
  throw new HttpError("ID", "an id is 0x and 64 hexadecimal digits");
}
