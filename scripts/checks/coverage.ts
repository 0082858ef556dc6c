import { readFileSync } from "node:fs";

type Measure = "lines" | "statements" | "functions" | "branches";

/** The least share of contract code that tests reach, in per cent. */
const GATE: Readonly<Partial<Record<Measure, number>>> = {
  lines: 100,
  functions: 100,
  branches: 95,
};

const summary = JSON.parse(readFileSync("coverage/coverage-summary.json", "utf8")) as {
  readonly total: Readonly<Record<Measure, { readonly pct: number }>>;
};

for (const [measure, least] of Object.entries(GATE) as [Measure, number][]) {
  const { pct } = summary.total[measure];
  console.log(`${measure}: ${pct} % of at least ${least} %`);
  if (pct < least) process.exitCode = 1;
}
