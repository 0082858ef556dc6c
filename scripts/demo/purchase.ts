import { approveJob, getJob, windowOf } from "../../sdk/src/index";
import type { Tensor } from "../../tensor/src/index";
import { waitFor } from "../shared/wait";
import { afterPayment, readBalances, requireClaims } from "./balances";
import type { Claims, Trader } from "./balances";
import type { Cast } from "./cast";
import { passTime } from "./chain";
import { checkOutputs, checkSettlement } from "./checks";
import type { CheckedSettlement } from "./checks";
import { step } from "./report";
import { startOn } from "./site";
import type { Running } from "./site";
import type { Stage } from "./stage";
import { buy } from "./trade";
import type { Trade } from "./trade";
import { setUpWorker } from "./worker";

const SETTLEMENT = { what: "the settlement", everyMs: 25, timeoutMs: 60_000 };

/** A job that was delivered, checked, paid and settled. */
export interface Purchase<Judgement> {
  readonly trade: Trade;
  /** Units that the client ran again. */
  readonly rerun: number;
  /** What the client thinks of the outputs. */
  readonly judgement: Judgement;
  readonly settlement: CheckedSettlement;
  readonly before: Claims<Trader>;
  readonly after: Claims<Trader>;
}

/**
 * Buys outputs of a worker under a verifier: the client runs all units again, judges the outputs and approves, and when
 * nobody has challenged within the window the worker settles and has its bond back. Throws `ScriptError` if anything
 * differs from what it should be, and what `judge` throws.
 */
export async function purchase<Judgement>(
  stage: Stage,
  cast: Cast,
  inputs: readonly Tensor[],
  judge: (outputs: readonly Tensor[]) => Judgement,
): Promise<Purchase<Judgement>> {
  const worker = await step("start the worker", async () =>
    startOn(stage.helpers, await setUpWorker(stage, cast), { command: "run" }),
  );
  const before = await readBalances(cast);
  const trade = await step(`buy ${inputs.length} answers`, () => buy(cast, inputs, worker.api));
  const rerun = await step("run all units again, check every answer", () =>
    checkOutputs(cast, trade),
  );
  const judgement = judge(trade.delivery.outputs);
  await step("approve, which pays", () => approve(cast, trade));
  await step("let the window pass, in which anybody could have challenged", () =>
    passWindow(stage, cast, trade, worker),
  );
  const settlement = await step("check job, payment and receipt", () =>
    checkSettlement(cast, trade),
  );
  const after = await readBalances(cast);
  await worker.process.kill();
  requireClaims(after, afterPayment(before, settlement));
  return { trade, rerun, judgement, settlement, before, after };
}

async function approve({ client }: Cast, { delivery: { jobId: id } }: Trade): Promise<void> {
  await approveJob(client, { job: await getJob(client, { id }) });
}

/** Lets time pass on the chain until the worker may settle, and waits until it has. */
async function passWindow(
  { provider }: Stage,
  { client }: Cast,
  { bid, delivery: { jobId: id } }: Trade,
  worker: Running,
): Promise<void> {
  await passTime(provider, windowOf(bid.termsClass) + 1n);
  await waitFor(SETTLEMENT, async () => {
    worker.process.requireRunning();
    return (await getJob(client, { id })).end;
  });
}
