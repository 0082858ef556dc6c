import { z } from "zod";

import { decodeTensor, encodeTensor, listRoot, tensorId } from "../../tensor/src/index";
import type { Hex, Tensor } from "../../tensor/src/index";
import type { Bid } from "../../sdk/src/index";
import { ScriptError, messageOf } from "./errors";
import { encodeIds } from "./files";
import { toJson } from "./output";

/** What a worker says of a bid that it took, or of its job. */
export interface BidStatus {
  readonly state: string;
  readonly jobId?: string;
  readonly units: number;
  /** Units that ran. */
  readonly done: number;
  /** Output ids, once delivered. */
  readonly outputs?: readonly Hex[];
}

const hex = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value));

const takenSchema = z.object({ id: hex });

const statusSchema = z.object({
  state: z.string(),
  jobId: z.string().optional(),
  units: z.number(),
  done: z.number(),
  outputs: z.array(hex).optional(),
}) satisfies z.ZodType<BidStatus>;

const refusalSchema = z.object({ code: z.string(), message: z.string() });

const PARALLEL = 8;

/** A worker's HTTP interface. Every call throws `ScriptError` WORKER if it is refused. */
export class WorkerApi {
  constructor(readonly url: string) {}

  /** Whether the worker does its work. */
  async isHealthy(): Promise<boolean> {
    const response = await fetch(new URL("/health", this.url)).catch(() => undefined);
    return response?.ok === true;
  }

  /** Puts inputs into the worker's store and returns the root that names their list. */
  async putInputs(inputs: readonly Tensor[], onPut: (count: number) => void): Promise<Hex> {
    const ids = inputs.map(tensorId);
    let put = 0;
    await inParallel(inputs, async (input, i) => {
      await this.send("PUT", `/blobs/${ids[i]}`, encodeTensor(input));
      onPut(++put);
    });
    const root = listRoot(ids);
    await this.send("PUT", `/lists/${root}`, encodeIds(ids));
    return root;
  }

  /** Offers a signed bid; returns the id under which the worker took it. */
  async postBid(bid: Bid, signature: Hex, inputUri: string): Promise<Hex> {
    const response = await this.send("POST", "/bids", toJson({ bid, signature, inputUri }));
    return takenSchema.parse(await response.json()).id;
  }

  /** What became of a bid. */
  async bidStatus(id: Hex): Promise<BidStatus> {
    return statusSchema.parse(await (await this.send("GET", `/bids/${id}`)).json());
  }

  /** What became of a job, by its number. */
  async jobStatus(id: bigint): Promise<BidStatus> {
    return statusSchema.parse(await (await this.send("GET", `/jobs/${id}`)).json());
  }

  /**
   * The tensors with these ids, each checked against its id. Throws `ScriptError` CHECK_FAILED for
   * one that has another.
   */
  async getTensors(ids: readonly Hex[], onGot: (count: number) => void): Promise<Tensor[]> {
    let got = 0;
    return inParallel(ids, async (id) => {
      const response = await this.send("GET", `/blobs/${id}`);
      const tensor = decodeTensor(new Uint8Array(await response.arrayBuffer()));
      const actual = tensorId(tensor);
      if (actual !== id) {
        throw new ScriptError("CHECK_FAILED", `the worker gave ${actual} instead of ${id}`);
      }
      onGot(++got);
      return tensor;
    });
  }

  private async send(method: string, path: string, body?: string | Uint8Array): Promise<Response> {
    const type = typeof body === "string" ? "application/json" : "application/octet-stream";
    const headers = body === undefined ? undefined : { "content-type": type };
    const attempt = () => fetch(new URL(path, this.url), { method, headers, body });
    let response: Response;
    try {
      // a connection that was kept may be closed by now; no request does harm when made twice
      response = await attempt().catch(attempt);
    } catch (cause) {
      const message = `no worker answers at ${this.url}: ${messageOf(cause)}`;
      throw new ScriptError("WORKER", message, { cause, retryable: true });
    }
    if (response.ok) return response;
    throw await refusal(response, `${method} ${path}`);
  }
}

async function refusal(response: Response, what: string): Promise<ScriptError> {
  const parsed = refusalSchema.safeParse(await response.json().catch(() => undefined));
  const reason = parsed.success ? `${parsed.data.code}: ${parsed.data.message}` : response.status;
  const retryable = response.status === 429 || response.status === 503;
  return new ScriptError("WORKER", `the worker refused ${what}: ${reason}`, { retryable });
}

/** Like `Promise.all` of `items.map(act)`, with few of them at a time. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  act: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await act(items[index], index);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
  return results;
}
