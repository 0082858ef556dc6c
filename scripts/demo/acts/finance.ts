import { mkdir, writeFile } from "node:fs/promises";
import { resolve } from "node:path";

import { formatAmount } from "../../shared/token";
import type { Token } from "../../shared/token";
import { drawChart } from "../finance/chart";
import type { Panel } from "../finance/chart";
import { prepareFinance } from "../finance/cast";
import { playSeason } from "../finance/season";
import type { Sample, Season } from "../finance/season";
import { printFacts, printRows, requireTrue, step } from "../report";
import type { Stage } from "../stage";

const FOLDER = resolve(__dirname, "../../../.demo");

/**
 * A season of fifteen weeks on a warped clock: two vaults take a job a week, one staker leaves, another one
 * comes, and one operator lies once. Prints what became of both vaults, and writes a chart. Throws
 * `ScriptError` if the lie pays, or stakers of the honest vault earn nothing.
 */
export async function playFinance(stage: Stage): Promise<void> {
  const cast = await step("mirror a model, open two vaults, let stakers in", () =>
    prepareFinance(stage),
  );
  const season = await step("play fifteen weeks", () => playSeason(stage, cast));
  report(cast.token, season);
  const file = await writeChart(cast.token, season);
  console.log(`chart: ${file}`);
  check(season);
}

function report(token: Token, season: Season): void {
  const head = ["day", "vault", "share price", "stakers have", "junior", "bonded", "utilisation"];
  const rows = (["honest", "lying"] as const).flatMap((name) =>
    season[name].map((sample) => [
      sample.day.toFixed(1),
      name,
      priceOf(sample).toFixed(6),
      formatAmount(token, sample.vault.assets),
      formatAmount(token, sample.vault.junior),
      formatAmount(token, sample.vault.stake.locked),
      `${(utilisationOf(sample) * 100).toFixed(0)} %`,
    ]),
  );
  printRows(head, rows);
  printFacts("staker who left for half of the deposits", {
    "put into each": formatAmount(token, season.honest[0].vault.assets / 2n),
    "got from the honest": formatAmount(token, season.left.honest),
    "got from the lying": formatAmount(token, season.left.lying),
  });
}

async function writeChart(token: Token, { honest, lying }: Season): Promise<string> {
  const lines = (valueOf: (sample: Sample) => number) => [
    { name: "honest", points: honest.map((sample) => [sample.day, valueOf(sample)] as const) },
    { name: "lying", points: lying.map((sample) => [sample.day, valueOf(sample)] as const) },
  ];
  const panels: Panel[] = [
    { title: `share price, ${token.symbol}`, series: lines(priceOf) },
    { title: "utilisation of the stake", series: lines(utilisationOf) },
  ];
  await mkdir(FOLDER, { recursive: true });
  const file = resolve(FOLDER, "finance.svg");
  await writeFile(file, drawChart("A season of two vaults", panels));
  return file;
}

function check({ honest, lying, left }: Season): void {
  const [first, last] = [honest[0], honest[honest.length - 1]];
  const liar = lying[lying.length - 1];
  requireTrue("the honest vault's stakers earned", priceOf(last) > priceOf(first));
  requireTrue("the liar's stakers lost", priceOf(liar) < priceOf(lying[0]));
  requireTrue("the liar's junior is gone", liar.vault.junior === 0n);
  requireTrue("who left got what it put in", left.honest >= first.vault.assets / 2n - 1n);
}

/** What a whole share is worth, in whole tokens: a share has three decimals more than its token. */
function priceOf({ vault }: Sample): number {
  return Number(vault.assets * 1_000_000_000n) / Number(vault.shares) / 1_000_000;
}

/** The part of the stake that bonds jobs. */
function utilisationOf({ vault: { stake } }: Sample): number {
  const all = stake.free + stake.locked;
  return all === 0n ? 0 : Number((stake.locked * 10_000n) / all) / 10_000;
}
