// Compares the executors with each other and with onnxruntime, and the worker's time with execution, in
// one run; writes docs/bench.json.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, resolve } from "node:path";
import Table from "cli-table3";
import { compareDigits } from "./digits";
import { compareProducts } from "./products";
import { SIZES, reportSchema } from "./report";
import { compareWebGpu } from "./webgpu";
import { measureWorker } from "./worker";
import type { Timings } from "./timing";
import type { WebGpuResult } from "./webgpu";
import type { WorkerResult } from "./worker";

const REPORT = resolve(__dirname, "../../docs/bench.json");

function print(title: string, micros: Timings, speedup: Timings): void {
  const table = new Table({
    head: [title, "latency µs", "wasm takes less by", "core time µs", "wasm takes less by"],
    colAligns: ["left", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, { latency, coreTime }] of Object.entries(micros)) {
    const factor = speedup[name];
    table.push([
      name,
      latency.toFixed(1),
      factor?.latency.toFixed(2) ?? "",
      coreTime.toFixed(1),
      factor?.coreTime.toFixed(2) ?? "",
    ]);
  }
  console.log(table.toString());
}

function printWebGpu({ adapter, tasks }: WebGpuResult): void {
  const table = new Table({
    head: [`webgpu on ${adapter}`, "latency µs", "wasm µs", "webgpu takes less by"],
    colAligns: ["left", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, { webgpu, wasm, speedup }] of Object.entries(tasks)) {
    table.push([name, webgpu.toFixed(1), wasm.toFixed(1), speedup.toFixed(2)]);
  }
  console.log(table.toString());
}

function printWorker({ units, micros, parts, overhead }: WorkerResult): void {
  const table = new Table({
    head: [`worker, ${units} digits a job`, "latency µs", "core time µs"],
    colAligns: ["left", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, { latency, coreTime }] of Object.entries(micros)) {
    table.push([name, latency.toFixed(1), coreTime.toFixed(1)]);
  }
  for (const [name, latency] of Object.entries(parts)) {
    table.push([`- ${name}`, latency.toFixed(1), ""]);
  }
  const { latency, coreTime } = overhead;
  table.push(["overhead / execution", latency.toFixed(2), coreTime.toFixed(2)]);
  console.log(table.toString());
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}

async function main(): Promise<void> {
  const products = [];
  for (const size of SIZES) {
    const result = await compareProducts(size);
    print(`i8 product ${size} x ${size} x ${size}`, result.micros, result.speedup);
    products.push(result);
  }
  const digits = await compareDigits();
  print(`digit classifier, ${digits.batch} at a time`, digits.micros, digits.speedup);

  const webgpu = await compareWebGpu();
  if (webgpu !== undefined) printWebGpu(webgpu);

  const worker = await measureWorker();
  printWorker(worker);

  const report = reportSchema.parse({
    date: new Date().toISOString().slice(0, 10),
    machine: { cpu: cpus()[0].model, cores: cpus().length, node: process.version },
    products,
    digits,
    webgpu,
    worker,
  });
  mkdirSync(dirname(REPORT), { recursive: true });
  writeFileSync(REPORT, `${JSON.stringify(report, rounded, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
