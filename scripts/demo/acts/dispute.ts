import { ErgonError, accountOf, getGame, getJobGames } from "../../../sdk/src/index";
import type { GameRecord } from "../../../sdk/src/index";
import { tensorId } from "../../../tensor/src/index";
import { formatAmount } from "../../shared/token";
import { formatTime } from "../../shared/values";
import { waitFor } from "../../shared/wait";
import { printClaims, requireClaims } from "../balances";
import { prepareCast } from "../cast";
import type { Cast, Player } from "../cast";
import { passUntil } from "../chain";
import { UNITS, orderOfDigits } from "../digits";
import type { DigitOrder } from "../digits";
import { movesOf, printMoves } from "../moves";
import { requireEqual, step } from "../report";
import { startOn } from "../site";
import type { Running } from "../site";
import type { Stage } from "../stage";
import { buy } from "../trade";
import type { Trade } from "../trade";
import { afterHold, afterVerdict, checkVerdict, readParties, reportVerdict } from "../verdict";
import type { Verdict } from "../verdict";
import { prepareWatcher, setUpWatcher } from "../watcher";
import { setUpWorker } from "../worker";

/** The digit about which the worker lies. */
const FALSE_UNIT = 37;
const GAME = { what: "the game", everyMs: 50, timeoutMs: 60_000 };

/**
 * A worker changes one number in one of its hundred answers. A watcher runs them again, finds the
 * difference and challenges it; both play until the chain computes that number, and the worker's
 * provider loses its bond. Throws `ScriptError` if anything differs from what it should be.
 */
export async function playDispute(stage: Stage): Promise<void> {
  const cast = await step("fund two accounts, register model and GPU", () => prepareCast(stage));
  const watcher = await step("fund a watcher", () => prepareWatcher(stage, cast));
  const order = orderOfDigits();
  const running = await step("start a worker that will lie, and the watcher", () =>
    start(stage, cast, watcher, order),
  );
  const [worker] = running;
  const before = await readParties(cast, watcher);
  const trade = await step(`buy ${UNITS} answers`, () => buy(cast, order.inputs, worker.api));
  const game = await step("let the watcher check, challenge and prove", () =>
    untilOver(cast, trade, running),
  );
  const verdict = await step("check game, job and answers", () =>
    checkVerdict(cast, { ...order, ...trade }, FALSE_UNIT, game),
  );
  const decided = await readParties(cast, watcher);
  await Promise.all(running.map(({ process }) => process.kill()));

  printMoves(await movesOf(cast, game, await namesOf(cast, watcher)));
  reportVerdict(verdict);
  requireClaims(decided, afterVerdict(before, verdict));
  await step("let the 30 days pass in which a vote could give the bond back", () =>
    releaseBond(stage, cast, trade, verdict),
  );
  const later = await readParties(cast, watcher);
  printClaims(cast.token, { before, "after the verdict": decided, "30 days later": later });
  requireClaims(later, afterHold(decided, verdict));
}

async function start(
  stage: Stage,
  cast: Cast,
  watcher: Player,
  { inputs }: DigitOrder,
): Promise<readonly Running[]> {
  const { helpers } = stage;
  const liesAbout = tensorId(inputs[FALSE_UNIT]);
  const worker = await setUpWorker(stage, cast);
  const tower = await setUpWatcher(stage, cast, watcher, worker.api);
  return Promise.all([
    startOn(helpers, worker, { command: "run", liesAbout }),
    startOn(helpers, tower, { command: "watch" }),
  ]);
}

/** Waits until the only game about the job is over. */
function untilOver(
  { client }: Cast,
  { delivery: { jobId } }: Trade,
  running: readonly Running[],
): Promise<GameRecord> {
  return waitFor(GAME, async () => {
    for (const { process } of running) process.requireRunning();
    const [id] = await getJobGames(client, { jobId });
    if (id === undefined) return undefined;
    const game = await getGame(client, { id }).catch((error: unknown) => {
      // a node can show a block before it shows that block's events
      if (error instanceof ErgonError && error.retryable) return undefined;
      throw error;
    });
    return game?.end === undefined ? undefined : game;
  });
}

async function namesOf(
  { provider }: Cast,
  { client }: Player,
): Promise<Parameters<typeof movesOf>[2]> {
  return new Map([
    [await accountOf(provider), "worker"],
    [await accountOf(client), "watcher"],
  ]);
}

/** Gives the treasury what is held of the bond, as anybody may when the time is over. */
async function releaseBond(
  { provider }: Stage,
  { client, token }: Cast,
  { delivery: { jobId } }: Trade,
  { slash }: Verdict,
): Promise<void> {
  const { amount, releasableAt } = await client.jobEscrow.heldBond(jobId);
  requireEqual("the bond that is held", amount, slash.held);
  console.log(`${formatAmount(token, amount)} are held until ${formatTime(releasableAt)}`);
  await passUntil(provider, releasableAt);
  await (await client.jobEscrow.releaseHeldBond(jobId)).wait();
}
