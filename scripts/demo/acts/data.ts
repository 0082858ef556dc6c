import { formatUnits } from "ethers";

import { accountOf } from "../../../sdk/src/index";
import { wholeValue } from "../../../tensor/src/index";
import { formatAmount } from "../../shared/token";
import type { Token } from "../../shared/token";
import { writeChart, drawBars } from "../chart";
import { prepareData } from "../data/cast";
import type { DataCast } from "../data/cast";
import { claimAll } from "../data/claims";
import type { Outcome } from "../data/claims";
import { OPTIONS, SEGMENT_SIZE, drawPool, giftsOf } from "../data/digits";
import type { Conduct } from "../data/digits";
import { drawSegment, give, openWeek, valueEpoch } from "../data/epoch";
import type { Valuation } from "../data/epoch";
import { sellLicence, startHost } from "../data/sale";
import type { Sale } from "../data/sale";
import { doubleReserve } from "../data/vote";
import type { Reform } from "../data/vote";
import { printFacts, printRows, requireEqual, requireTrue, step } from "../report";
import { startOn } from "../site";
import type { Stage } from "../stage";
import { setUpWorker } from "../worker";

const CONDUCTS: readonly Conduct[] = ["honest", "mislabels", "copies", "gives nothing"];
const SHARE_DECIMALS = 18;

/**
 * An epoch of a dataset on a warped clock: forty contributors commit parts of the digits, a buyer pays the moving price
 * and gets the key of the data, a worker values all parts in one job, contributors are paid for what theirs was worth, those
 * whose labels are false pay, and a vote changes the least price. Prints what became of each, and writes a chart. Throws
 * `ScriptError` if anybody gets what is not due.
 */
export async function playData(stage: Stage): Promise<void> {
  const cast = await step("register two programs, make a dataset, fund its people", () =>
    prepareData(stage),
  );
  const owners = await Promise.all(cast.contributors.map(accountOf));
  const gifts = await step("make points of digits", () => giftsOf(owners));
  const epoch = await step("open an epoch", async () => openWeek(stage, cast, await drawPool()));
  const slots = await step(`commit ${gifts.length} contributions`, () => give(cast, gifts));
  const host = await step("encrypt the data, start a host", () => startHost(stage, cast, gifts));
  const sale = await step("buy a licence, download the data and decrypt them", () =>
    sellLicence(stage, cast, gifts, host),
  );
  await host.process.kill();
  const tests = await step("close, show both seeds, draw test points", () =>
    drawSegment(stage, cast, epoch),
  );
  const worker = await step("start a worker", async () =>
    startOn(stage.helpers, await setUpWorker(stage, cast.worker), { command: "run" }),
  );
  const valuation = await step("value all contributions in one job", () =>
    valueEpoch(stage, cast, gifts, tests, worker),
  );
  await worker.process.kill();
  const outcomes = await step("check all values, pay, charge", () =>
    claimAll(cast, gifts, slots, valuation),
  );
  const voters = cast.contributors.filter((_, i) => outcomes[i].shares > 0n);
  const reform = await step("vote to double the least price", () =>
    doubleReserve(stage, cast, voters),
  );
  reportSale(cast.token, sale);
  reportOutcomes(cast.token, outcomes);
  reportEpoch(cast, valuation, outcomes);
  reportReform(cast.token, reform);
  await writeChart("data", chartOf(outcomes));
  check(outcomes, valuation, sale);
}

function reportSale(token: Token, { prices, licence, toPot, bytes }: Sale): void {
  printFacts(`licence ${licence.id}`, {
    "price at first": formatAmount(token, prices.first),
    "a day later, nothing sold": formatAmount(token, prices.dayLater),
    "price paid": formatAmount(token, licence.price),
    "price of the next one": formatAmount(token, prices.next),
    "into the pot": formatAmount(token, toPot),
    "data that the buyer decrypted": `${bytes} bytes`,
  });
}

function reportOutcomes(token: Token, outcomes: readonly Outcome[]): void {
  const rows = outcomes.map(({ conduct, value, reward, shares, lost }, i) => [
    `${i + 1}`,
    conduct,
    worthOf(value).toFixed(4),
    formatAmount(token, reward),
    Number(formatUnits(shares, SHARE_DECIMALS)).toFixed(0),
    formatAmount(token, lost),
  ]);
  printRows(["contributor", "", "worth", "reward", "votes", "lost of its bond"], rows);
  console.log("a part that alone makes all test points be classified right is worth 1");
}

function reportEpoch(
  { token, embeddingId, worker }: DataCast,
  { jobId, price, settled }: Valuation,
  outcomes: readonly Outcome[],
): void {
  const paid = outcomes.reduce((sum, { reward }) => sum + reward, 0n);
  printFacts(`epoch ${settled.epochId}`, {
    "points were made by": embeddingId,
    "valued by": worker.modelId,
    "in job": jobId,
    "test points": SEGMENT_SIZE,
    "price of the valuation": formatAmount(token, price),
    "pot that is left": formatAmount(token, settled.pot),
    paid: formatAmount(token, paid),
    "left by rounding": formatAmount(token, settled.pot - paid),
    "gas of the settlement": settled.transaction.gasUsed,
  });
}

function reportReform(token: Token, { before, after, proposal }: Reform): void {
  const votes = (weight: bigint) => Number(formatUnits(weight, SHARE_DECIMALS)).toFixed(0);
  printFacts("vote", {
    proposal: `${proposal.description.split("\n")[0]}, ${proposal.state}`,
    for: `${votes(proposal.votes.for)} votes of a million`,
    "least price before": formatAmount(token, before),
    "least price after": formatAmount(token, after),
  });
}

function chartOf(outcomes: readonly Outcome[]): string {
  const bars = outcomes.map(({ conduct, value }, i) => ({ conduct, name: `${i + 1}`, value }));
  return drawBars({
    title: "What each contribution was worth",
    category: "contributor",
    value: "worth",
    categories: bars.map(({ name }) => name),
    series: CONDUCTS.map((name) => ({
      name,
      bars: bars
        .filter(({ conduct }) => conduct === name)
        .map((bar) => [bar.name, worthOf(bar.value)] as const),
    })),
  });
}

function check(outcomes: readonly Outcome[], { price, settled }: Valuation, { toPot }: Sale): void {
  const of = (conduct: Conduct) => outcomes.filter((outcome) => outcome.conduct === conduct);
  const paid = outcomes.reduce((sum, { reward }) => sum + reward, 0n);
  requireTrue(
    "all who are honest earn",
    of("honest").every(({ reward }) => reward > 0n),
  );
  requireTrue(
    "who mislabels pays",
    of("mislabels").every(({ lost }) => lost > 0n),
  );
  const rest = [...of("copies"), ...of("gives nothing")];
  requireTrue(
    "who copies or gives nothing gets nothing",
    rest.every(({ value }) => value === 0),
  );
  requireEqual("the pot after the valuation", settled.pot, toPot - price);
  requireTrue("no more is paid than the pot has", paid <= settled.pot);
  requireTrue("rounding leaves less than a unit each", settled.pot - paid < outcomes.length);
}

/** What a value is worth: 1 is a part that alone makes every test point's neighbours vote right. */
function worthOf(value: number): number {
  return value / (wholeValue(OPTIONS) * SEGMENT_SIZE);
}
