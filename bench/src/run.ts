// Compares the executors with each other and with onnxruntime, and the worker's time with execution, in
// one run; writes docs/bench.json and docs/bench.md.
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { loadDigits } from "../../tensor/train/dataset";
import { loadDigitModel } from "../../tensor/train/files";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { compareDigits } from "./digits";
import { compareImport } from "./imports";
import { writeBench } from "./page";
import { compareProducts } from "./products";
import { IMPORTS, SIZES, reportSchema } from "./report";
import {
  barTable,
  importTable,
  scalingTable,
  timingTable,
  webGpuTable,
  workerTable,
} from "./tables";
import { measureScaling } from "./threads";
import { compareWebGpu } from "./webgpu";
import { measureWorker } from "./worker";
import type { ImportResult } from "./imports";
import type { ProductResult } from "./products";
import type { TextTable } from "./tables";
import type { ScalingResult } from "./threads";

const DIGITS = 4_000;
/** The imported network whose scaling is measured. */
const SCALED = "recogniser";

function print({ head, rows }: TextTable): void {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  console.log(table.toString());
}

/** Additions and multiplications a second that `--peak-tops` names, in 10^12. */
function peakOps(): number | undefined {
  const { values } = parseArgs({ options: { "peak-tops": { type: "string" } } });
  const given = values["peak-tops"];
  if (given === undefined) return undefined;
  const tops = Number(given);
  if (!(tops > 0)) throw new RangeError(`--peak-tops takes a positive number, not ${given}`);
  return tops * 1e12;
}

async function compareAllProducts(): Promise<ProductResult[]> {
  const products = [];
  for (const size of SIZES) {
    const result = await compareProducts(size);
    print(timingTable(`i8 product of ${size}`, result.micros, result.speedup));
    products.push(result);
  }
  return products;
}

/** Imported networks, and how the classifier and one of them scale over threads. */
async function compareNetworks(): Promise<{ imports: ImportResult[]; scaling: ScalingResult[] }> {
  const digits = loadDigits().training.slice(0, DIGITS).map(digitInput);
  const scaling = [await measureScaling("digit classifier", loadDigitModel(), digits)];
  const imports = [];
  for (const name of IMPORTS) {
    const { imported, inputs, result } = await compareImport(name);
    imports.push(result);
    if (name === SCALED) scaling.push(await measureScaling(name, imported.model, inputs));
  }
  return { imports, scaling };
}

async function main(): Promise<void> {
  const peak = peakOps();
  const products = await compareAllProducts();
  const digits = await compareDigits();
  print(timingTable(`digit classifier, ${digits.batch} at a time`, digits.micros, digits.speedup));
  const { imports, scaling } = await compareNetworks();
  const webgpu = await compareWebGpu(peak);
  const worker = await measureWorker();

  const report = reportSchema.parse({
    date: new Date().toISOString().slice(0, 10),
    machine: { cpu: cpus()[0].model, cores: availableParallelism(), node: process.version },
    products,
    digits,
    imports,
    scaling,
    webgpu,
    worker,
  });
  print(importTable(report));
  print(scalingTable(report));
  if (report.webgpu !== undefined) print(webGpuTable(report.webgpu));
  print(workerTable(report.worker));
  print(barTable(report));
  await writeBench(report);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
