import type { Hex, Tensor } from "../../tensor/src/index";
import { ScriptError } from "./errors";
import { showProgress } from "./progress";
import { waitFor } from "./wait";
import type { WorkerApi } from "./workerApi";

/** How a bid is followed. */
export interface FollowOptions {
  readonly units: number;
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly silent?: boolean;
}

/** What a worker delivered. */
export interface Delivery {
  readonly jobId: bigint;
  /** Output ids as the worker lists them. */
  readonly ids: readonly Hex[];
  /** The outputs, each of which has its id. */
  readonly outputs: readonly Tensor[];
}

const EVERY_MS = 1_000;

/**
 * Follows a bid that a worker took to its delivery and fetches the outputs. Throws `ScriptError`
 * TIMEOUT, CHECK_FAILED, or WORKER, also if the bid ended without outputs.
 */
export async function awaitOutputs(
  worker: WorkerApi,
  bid: Hex,
  { units, timeoutMs, everyMs = EVERY_MS, silent }: FollowOptions,
): Promise<Delivery> {
  const bar = showProgress("units  ", units, silent);
  try {
    const what = `the delivery of bid ${bid}`;
    const delivered = await waitFor({ what, everyMs, timeoutMs }, async () => {
      const { state, jobId, done, outputs } = await worker.bidStatus(bid);
      bar.update(done);
      if (jobId !== undefined && outputs !== undefined) return { jobId, outputs };
      if (LIVE.has(state)) return undefined;
      throw new ScriptError("WORKER", `bid ${bid} ended as ${state}, without outputs`);
    });
    bar.stop();
    return { jobId: BigInt(delivered.jobId), ...(await fetchOutputs(worker, delivered, silent)) };
  } finally {
    bar.stop();
  }
}

// states of bids that go on; all others are endings
const LIVE: ReadonlySet<string> = new Set(["taken", "open", "delivered"]);

async function fetchOutputs(
  worker: WorkerApi,
  { outputs: ids }: { readonly outputs: readonly Hex[] },
  silent?: boolean,
): Promise<Omit<Delivery, "jobId">> {
  const bar = showProgress("outputs", ids.length, silent);
  try {
    return { ids, outputs: await worker.getTensors(ids, (count) => bar.update(count)) };
  } finally {
    bar.stop();
  }
}
