import { signBid } from "../../sdk/src/index";
import type { Bid } from "../../sdk/src/index";
import type { Tensor } from "../../tensor/src/index";
import { showProgress } from "../shared/progress";
import type { WorkerApi } from "../shared/workerApi";
import { awaitOutputs } from "../shared/workerJob";
import type { Delivery } from "../shared/workerJob";
import { bidOn, contestable } from "./cast";
import type { Cast } from "./cast";

const TURNAROUND = 600n;
const TIMEOUT_MS = 60_000;
const EVERY_MS = 25;

/** What was asked for and what came back. */
export interface Trade {
  readonly inputs: readonly Tensor[];
  readonly bid: Bid;
  readonly delivery: Delivery;
  /** From posting the bid to having all outputs, in milliseconds. */
  readonly latencyMs: number;
}

/** Buys the outputs of a worker, under a verifier; they may still be contested. */
export async function buy(
  cast: Cast,
  inputs: readonly Tensor[],
  worker: WorkerApi,
): Promise<Trade> {
  const bar = showProgress("inputs ", inputs.length);
  const root = await worker.putInputs(inputs, (count) => bar.update(count));
  bar.stop();

  const inputUri = `blob:${root}`;
  const terms = { ...contestable(cast), maxTurnaround: TURNAROUND };
  const bid = await bidOn(cast, inputs, inputUri, terms);
  const signature = await signBid(cast.client, bid);
  const posted = performance.now();
  const id = await worker.postBid(bid, signature, inputUri);
  const options = { units: inputs.length, everyMs: EVERY_MS, timeoutMs: TIMEOUT_MS };
  const delivery = await awaitOutputs(worker, id, options);
  return { inputs, bid, delivery, latencyMs: performance.now() - posted };
}
