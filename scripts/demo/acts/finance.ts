import { formatUnits } from "ethers";

import { LoanStatus, vaultReport } from "../../../sdk/src/index";
import type { Loan } from "../../../sdk/src/index";
import { formatAmount } from "../../shared/token";
import type { Token } from "../../shared/token";
import { drawLines, writeChart } from "../chart";
import type { Panel } from "../chart";
import { prepareFinance } from "../finance/cast";
import type { Firm } from "../finance/cast";
import { playSeason } from "../finance/season";
import type { Sample, Season } from "../finance/season";
import { printFacts, printRows, requireTrue, step } from "../report";
import type { Stage } from "../stage";

/**
 * A season of fifteen weeks on a warped clock: two operators borrow and take a job a week, one staker
 * leaves, another one comes, and one operator lies once. Prints what became of both vaults and both loans,
 * and writes a chart. Throws `ScriptError` if the lie pays, stakers of the honest vault earn nothing, or its
 * loan is not paid.
 */
export async function playFinance(stage: Stage): Promise<void> {
  const cast = await step("mirror a model, open two vaults, let stakers in", () =>
    prepareFinance(stage),
  );
  const season = await step("play fifteen weeks", () => playSeason(stage, cast));
  report(cast.token, season);
  for (const firm of [cast.honest, cast.lying]) await reportYield(cast.token, firm);
  reportLoan(cast.token, "honest", season.loans.honest);
  reportLoan(cast.token, "lying", season.loans.lying);
  await writeChart("finance", chartOf(cast.token, season));
  check(season);
}

function report(token: Token, { honest, lying, left }: Season): void {
  const head = [
    "day",
    ...["honest", "lying"].flatMap((name) => [`${name}: share`, "junior", "used"]),
  ];
  const cells = (sample: Sample) => [
    priceOf(sample).toFixed(6),
    formatAmount(token, sample.vault.junior),
    `${(utilisationOf(sample) * 100).toFixed(0)} %`,
  ];
  const rows = honest.map((sample, i) => [
    sample.day.toFixed(1),
    ...cells(sample),
    ...cells(lying[i]),
  ]);
  printRows(head, rows);
  printFacts("staker who left", {
    "put into each vault": formatAmount(token, honest[0].vault.assets / 2n),
    "got from the honest": formatAmount(token, left.honest),
    "got from the other, before it lied": formatAmount(token, left.lying),
  });
}

/** Prints what a vault's jobs brought its stakers, by the vault's and the escrow's events alone. */
async function reportYield(token: Token, { name, vault, operator }: Firm): Promise<void> {
  const { jobs, totals, utilisation } = await vaultReport(operator, { vault });
  printFacts(`the ${name} vault`, {
    jobs: jobs.map(({ record }) => record.id).join(", "),
    "rent that stakers got": formatAmount(token, totals.realisedRent),
    "bonds that were lost": formatAmount(token, totals.losses),
    "of that the stakers'": formatAmount(token, totals.lossesOfStakers),
    "mean utilisation": `${Number(utilisation.averageBps) / 100} %`,
  });
}

function reportLoan(token: Token, name: string, loan: Loan): void {
  const { status, request, paid, debt, defaultedAt, reserve, lenders } = loan;
  printFacts(`loan of the ${name} operator`, {
    "is now": LoanStatus[status].toLowerCase(),
    lent: formatAmount(token, request.principal),
    paid: formatAmount(token, paid),
    "still owed": formatAmount(token, debt),
    "was in default": defaultedAt === undefined ? "never" : "yes",
    "reserve that is left": formatAmount(token, reserve),
    "lenders got or can claim": lenders
      .map(({ received, claimable }) => formatAmount(token, received + claimable))
      .join(", "),
  });
}

function chartOf(token: Token, { honest, lying }: Season): string {
  const lines = (valueOf: (sample: Sample) => number) => [
    { name: "honest", points: honest.map((sample) => [sample.day, valueOf(sample)] as const) },
    { name: "lying", points: lying.map((sample) => [sample.day, valueOf(sample)] as const) },
  ];
  const panels: Panel[] = [
    { title: `share price, ${token.symbol}`, series: lines(priceOf) },
    { title: "utilisation of the stake", series: lines(utilisationOf) },
    { title: `loan, ${token.symbol}`, series: lines(({ debt }) => amountOf(token, debt)) },
  ];
  return drawLines("A season of two vaults", panels);
}

function check({ honest, lying, left, loans }: Season): void {
  const [first, last] = [honest[0], honest[honest.length - 1]];
  const liar = lying[lying.length - 1];
  requireTrue("the honest vault's stakers earned", priceOf(last) > priceOf(first));
  requireTrue("the liar's stakers lost", priceOf(liar) < priceOf(lying[0]));
  requireTrue("the liar's junior is gone", liar.vault.junior === 0n);
  requireTrue("the honest operator's loan is paid", loans.honest.status === LoanStatus.Closed);
  requireTrue("the liar's loan went into default", loans.lying.defaultedAt !== undefined);
  for (const got of [left.honest, left.lying]) {
    requireTrue("who left in time got what it put in", got >= first.vault.assets / 2n - 1n);
  }
}

/** What a whole share is worth, in whole tokens: a share has three decimals more than its token. */
function priceOf({ vault }: Sample): number {
  return Number(vault.assets * 1_000_000_000n) / Number(vault.shares) / 1_000_000;
}

function amountOf({ decimals }: Token, amount: bigint): number {
  return Number(formatUnits(amount, decimals));
}

/** The part of the stake that bonds jobs. */
function utilisationOf({ vault: { stake } }: Sample): number {
  const all = stake.free + stake.locked;
  return all === 0n ? 0 : Number((stake.locked * 10_000n) / all) / 10_000;
}
