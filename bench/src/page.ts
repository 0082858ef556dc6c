// Writes docs/bench.md again from docs/bench.json.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { fillMarks } from "../../scripts/docs/marks";
import { reportSchema } from "./report";
import {
  barTable,
  importTable,
  scalingTable,
  timingTable,
  webGpuTable,
  workerTable,
} from "./tables";
import type { Report } from "./report";
import type { TextTable } from "./tables";

/** What a run measured. */
export const REPORT_FILE = resolve(__dirname, "../../docs/bench.json");

const PAGE = resolve(__dirname, "../../docs/bench.md");

/** The committed measurements. Throws if they are not what a run measures. */
export function readReport(): Report {
  return reportSchema.parse(JSON.parse(readFileSync(REPORT_FILE, "utf8")));
}

/** The page on measurements; as it is committed, if nothing changed. */
export function renderBench(report: Report): Promise<string> {
  const { machine, date, products, digits, webgpu, worker } = report;
  return fillMarks(PAGE, {
    machine: `Measured on ${date}, on ${machine.cores} cores of ${machine.cpu}, with Node ${machine.node}.`,
    bars: markdown(barTable(report)),
    products: products
      .map(({ size, micros, speedup }) => markdown(timingTable(`${size} rows`, micros, speedup)))
      .join("\n\n"),
    digits: markdown(timingTable(`one of ${digits.batch} digits`, digits.micros, digits.speedup)),
    imports: markdown(importTable(report)),
    scaling: markdown(scalingTable(report)),
    webgpu:
      webgpu === undefined ? "There was no adapter for WebGPU." : markdown(webGpuTable(webgpu)),
    hardware:
      webgpu?.products === undefined
        ? "**Not measured:** there was no GPU at hand. Neither the share of a GPU's peak that products of 4,096 rows reach, nor " +
          "how many times faster they are than WebAssembly on one core, is known."
        : "Both are in the last row of the table above.",
    worker: markdown(workerTable(worker)),
  });
}

/** Writes what a run measured, with four digits, and the page. Throws if it is not what a run measures. */
export async function writeBench(report: Report): Promise<void> {
  const text = JSON.stringify(reportSchema.parse(report), rounded);
  const style = { ...(await resolveConfig(REPORT_FILE)), parser: "json" };
  writeFileSync(REPORT_FILE, await format(text, style));
  writeFileSync(PAGE, await renderBench(readReport()));
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}

function markdown({ head, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map(line).join("\n");
}

if (require.main === module) {
  writeBench(readReport()).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
