import { signBid } from "../../../sdk/src/index";
import type { Bid } from "../../../sdk/src/index";
import type { Tensor } from "../../../tensor/src/index";
import { loadDigits } from "../../../tensor/train/dataset";
import type { Digit } from "../../../tensor/train/dataset";
import { digitInput } from "../../../tensor/train/quantizeDigits";
import { showProgress } from "../../shared/progress";
import { awaitOutputs } from "../../shared/workerJob";
import type { Delivery } from "../../shared/workerJob";
import type { WorkerApi } from "../../shared/workerApi";
import { checkBalances, readBalances } from "../balances";
import { bidOn, prepareCast } from "../cast";
import type { Cast } from "../cast";
import { checkTrade } from "../checks";
import { reportTrade } from "../receipt";
import { step } from "../report";
import type { Stage } from "../stage";
import { setUpWorker, startWorker } from "../worker";

const UNITS = 100;
const TURNAROUND = 600n;
const TIMEOUT_MS = 60_000;
const EVERY_MS = 25;

/** What was asked for and what came back. */
export interface Trade {
  readonly bid: Bid;
  readonly digits: readonly Digit[];
  readonly inputs: readonly Tensor[];
  readonly delivery: Delivery;
  /** From posting the bid to having all outputs, in milliseconds. */
  readonly latencyMs: number;
}

/**
 * A GPU worker is paid for reading 100 digits of the held-out part: without a verifier, so the bid
 * names the provider, the bond is the price, and the delivery is paid at once. Throws `ScriptError`
 * if anything differs from what it should be.
 */
export async function playMarket(stage: Stage): Promise<void> {
  const cast = await step("fund two accounts, register model and GPU", () => prepareCast(stage));
  const { api } = await step("start the worker", async () =>
    startWorker(stage.helpers, await setUpWorker(stage, cast)),
  );
  const before = await readBalances(cast);
  const trade = await step(`buy ${UNITS} answers`, () => buy(cast, api));
  const checked = await step("check job, answers and receipt", () => checkTrade(cast, trade));
  const after = await readBalances(cast);
  reportTrade(cast, trade, checked);
  checkBalances(cast, before, after, checked);
}

async function buy(cast: Cast, worker: WorkerApi): Promise<Trade> {
  const digits = loadDigits().heldOut.slice(0, UNITS);
  const inputs = digits.map(digitInput);
  const bar = showProgress("inputs ", UNITS);
  const root = await worker.putInputs(inputs, (count) => bar.update(count));
  bar.stop();

  const inputUri = `blob:${root}`;
  const bid = await bidOn(cast, inputs, inputUri, { maxTurnaround: TURNAROUND });
  const signature = await signBid(cast.client, bid);
  const posted = performance.now();
  const id = await worker.postBid(bid, signature, inputUri);
  const options = { units: UNITS, everyMs: EVERY_MS, timeoutMs: TIMEOUT_MS };
  const delivery = await awaitOutputs(worker, id, options);
  return { bid, digits, inputs, delivery, latencyMs: performance.now() - posted };
}
