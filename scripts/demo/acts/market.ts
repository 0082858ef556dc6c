import { approveJob, getJob, windowOf } from "../../../sdk/src/index";
import { waitFor } from "../../shared/wait";
import { afterPayment, printClaims, readBalances, requireClaims } from "../balances";
import { prepareCast } from "../cast";
import type { Cast } from "../cast";
import { passTime } from "../chain";
import { checkAnswers, checkSettlement } from "../checks";
import { reportTrade } from "../receipt";
import { step } from "../report";
import { startOn } from "../site";
import type { Running } from "../site";
import type { Stage } from "../stage";
import { UNITS, buy, orderOfDigits } from "../trade";
import type { Trade } from "../trade";
import { setUpWorker } from "../worker";

const SETTLEMENT = { what: "the settlement", everyMs: 25, timeoutMs: 60_000 };

/**
 * A worker is paid for reading 100 digits of the held-out part, in a job that names the verifier:
 * the client runs all units again and approves, and when nobody has challenged within the window the
 * worker settles and has its bond back. Throws `ScriptError` if anything differs from what it should
 * be.
 */
export async function playMarket(stage: Stage): Promise<void> {
  const cast = await step("fund two accounts, register model and GPU", () => prepareCast(stage));
  const worker = await step("start the worker", async () =>
    startOn(stage.helpers, await setUpWorker(stage, cast), { command: "run" }),
  );
  const before = await readBalances(cast);
  const trade = await step(`buy ${UNITS} answers`, () => buy(cast, orderOfDigits(), worker.api));
  const answers = await step("run all units again, check every answer", () =>
    checkAnswers(cast, trade),
  );
  await step("approve, which pays", () => approve(cast, trade));
  await step("let the window pass, in which anybody could have challenged", () =>
    passWindow(stage, cast, trade, worker),
  );
  const settlement = await step("check job, payment and receipt", () =>
    checkSettlement(cast, trade),
  );
  const after = await readBalances(cast);
  await worker.process.kill();
  reportTrade(cast, trade, answers, settlement);
  printClaims(cast.token, { before, after });
  requireClaims(after, afterPayment(before, settlement));
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
