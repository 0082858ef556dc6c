import { barsOf } from "./bars";
import type { Report } from "./report";

/** Rows of text below a head of text. */
export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

type Timings = Readonly<Record<string, { readonly latency: number; readonly coreTime: number }>>;

/** Times of candidates, and how many times less WebAssembly takes. */
export function timingTable(title: string, micros: Timings, speedup: Timings): TextTable {
  return {
    head: [title, "latency µs", "wasm takes less by", "core time µs", "wasm takes less by"],
    rows: Object.entries(micros).map(([name, { latency, coreTime }]) => {
      const factor = name in speedup ? speedup[name] : undefined;
      return [
        name,
        plain(latency),
        factor === undefined ? "" : ratio(factor.latency),
        plain(coreTime),
        factor === undefined ? "" : ratio(factor.coreTime),
      ];
    }),
  };
}

/** Ratios that have to be reached. */
export function barTable(report: Pick<Report, "products">): TextTable {
  return {
    head: ["WebAssembly takes less by", "at least", "measured", ""],
    rows: barsOf(report).map(({ what, least, measured, verdict }) => [
      what,
      `${least}`,
      ratio(measured),
      verdict,
    ]),
  };
}

/** Imported networks: sizes, and latency beside onnxruntime. */
export function importTable({ imports }: Pick<Report, "imports">): TextTable {
  return {
    head: [
      ...["imported network", "input", "ONNX MB", "program MB", "million MACs", "import s"],
      ...["agreement", "wasm ms", "onnxruntime f32 ms, 1 thread", "all threads"],
      ...["wasm takes less by, 1 thread", "all threads"],
    ],
    rows: imports.map(({ name, dims, bytes, macs, importSeconds, agreement, micros, speedup }) => [
      name,
      dims.join(" x "),
      mega(bytes.onnx),
      mega(bytes.program),
      mega(macs),
      importSeconds.toFixed(1),
      `${(100 * agreement).toFixed(0)} %`,
      milli(micros.wasm.latency),
      milli(micros["onnxruntime f32, 1 thread"].latency),
      milli(micros["onnxruntime f32, all threads"].latency),
      ratio(speedup["onnxruntime f32, 1 thread"].latency),
      ratio(speedup["onnxruntime f32, all threads"].latency),
    ]),
  };
}

/** Units that the threads of a worker run in a second. */
export function scalingTable({ scaling }: Pick<Report, "scaling">): TextTable {
  return {
    head: ["worker's threads", "threads", "units a second", "of one thread's"],
    rows: scaling.flatMap(({ model, units, runs }) =>
      runs.map(({ threads, unitsPerSecond, ratio: factor }) => [
        `${model}, ${units} at a time`,
        `${threads}`,
        plain(unitsPerSecond),
        ratio(factor),
      ]),
    ),
  };
}

/** Latency on the adapter beside WebAssembly, and large products if they were measured. */
export function webGpuTable({
  adapter,
  tasks,
  products,
}: NonNullable<Report["webgpu"]>): TextTable {
  const rows = Object.entries(tasks).map(([name, { webgpu, wasm, speedup }]) => [
    name,
    plain(webgpu),
    plain(wasm),
    ratio(speedup),
  ]);
  return {
    head: [`webgpu on ${adapter}`, "latency µs", "wasm µs", "webgpu takes less by"],
    rows: products === undefined ? rows : [...rows, largeProducts(products)],
  };
}

function largeProducts({
  size,
  count,
  opsPerSecond,
  ratio: factor,
  peakShare,
}: NonNullable<NonNullable<Report["webgpu"]>["products"]>): string[] {
  const share = peakShare === undefined ? "" : `, ${(100 * peakShare).toFixed(1)} % of the peak`;
  const tera = `${(opsPerSecond / 1e12).toPrecision(3)} Tops/s${share}`;
  return [`${count} products of ${size}`, tera, "", ratio(factor)];
}

/** Where a worker's time goes. */
export function workerTable({ units, micros, parts, overhead }: Report["worker"]): TextTable {
  return {
    head: [`worker, ${units} digits a job`, "latency µs", "core time µs"],
    rows: [
      ...Object.entries(micros).map(([name, { latency, coreTime }]) => [
        name,
        plain(latency),
        plain(coreTime),
      ]),
      ...Object.entries(parts).map(([name, latency]) => [`- ${name}`, plain(latency), ""]),
      ["overhead / execution", ratio(overhead.latency), ratio(overhead.coreTime)],
    ],
  };
}

function plain(value: number): string {
  return value.toFixed(value < 1_000 ? 1 : 0);
}

function milli(value: number): string {
  return (value / 1e3).toPrecision(3);
}

function mega(value: number): string {
  return (value / 1e6).toPrecision(3);
}

function ratio(value: number): string {
  return value.toFixed(2);
}
