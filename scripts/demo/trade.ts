import { signBid } from "../../sdk/src/index";
import type { Bid } from "../../sdk/src/index";
import type { Tensor } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import type { Digit } from "../../tensor/train/dataset";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { showProgress } from "../shared/progress";
import type { WorkerApi } from "../shared/workerApi";
import { awaitOutputs } from "../shared/workerJob";
import type { Delivery } from "../shared/workerJob";
import { bidOn, contestable } from "./cast";
import type { Cast } from "./cast";

/** Digits of a job. */
export const UNITS = 100;

const TURNAROUND = 600n;
const TIMEOUT_MS = 60_000;
const EVERY_MS = 25;

/** What is to be bought. */
export interface Order {
  readonly digits: readonly Digit[];
  readonly inputs: readonly Tensor[];
}

/** What was asked for and what came back. */
export interface Trade extends Order {
  readonly bid: Bid;
  readonly delivery: Delivery;
  /** From posting the bid to having all outputs, in milliseconds. */
  readonly latencyMs: number;
}

/** An order of answers to the first digits of the held-out part. */
export function orderOfDigits(): Order {
  const digits = loadDigits().heldOut.slice(0, UNITS);
  return { digits, inputs: digits.map(digitInput) };
}

/** Buys the answers of a worker, under a verifier; they may still be contested. */
export async function buy(cast: Cast, order: Order, worker: WorkerApi): Promise<Trade> {
  const { inputs } = order;
  const bar = showProgress("inputs ", UNITS);
  const root = await worker.putInputs(inputs, (count) => bar.update(count));
  bar.stop();

  const inputUri = `blob:${root}`;
  const terms = { ...contestable(cast), maxTurnaround: TURNAROUND };
  const bid = await bidOn(cast, inputs, inputUri, terms);
  const signature = await signBid(cast.client, bid);
  const posted = performance.now();
  const id = await worker.postBid(bid, signature, inputUri);
  const options = { units: UNITS, everyMs: EVERY_MS, timeoutMs: TIMEOUT_MS };
  const delivery = await awaitOutputs(worker, id, options);
  return { ...order, bid, delivery, latencyMs: performance.now() - posted };
}
