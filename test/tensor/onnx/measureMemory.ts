// Imports a model, or runs one unit of an imported one, and prints by how many bytes the process grew.
// Takes `import`, an ONNX file, a shape as in 1x3x48x320 and a file for the program; or `run` and that
// file. Node must run with --expose-gc: garbage does not count.
import { readFileSync, writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { importOnnx } from "../../../tensor/onnx/index";
import {
  WasmExecutor,
  decodeModel,
  encodeModel,
  inputHeader,
  zeros,
} from "../../../tensor/src/index";
import { OCR_FILES } from "../../../tensor/ocr/files";
import type { Imported, Sample, Stage } from "../../../tensor/onnx/index";
import type { Model } from "../../../tensor/src/index";

const SAMPLES = 2;
/** Steps of an import between collections. */
const COLLECTING = 8;
const SMALL = [1, 3, 48, 96];
/** Milliseconds until the system has back what was let go of. */
const SETTLING = 200;

/** Notes the most that the process holds, also while its main thread is busy. */
const SAMPLER = `
  const { workerData } = require("node:worker_threads");
  const [most, pause] = [new Float64Array(workerData), new Int32Array(new SharedArrayBuffer(4))];
  for (;;) {
    most[0] = Math.max(most[0], process.memoryUsage.rss());
    Atomics.wait(pause, 0, 0, 1);
  }`;

function importWaves(file: string, dims: readonly number[]): Promise<Imported> {
  const size = dims.reduce((product, dim) => product * dim);
  const samples = Array.from({ length: SAMPLES }, (_, sample): Sample => {
    const wave = Float32Array.from({ length: size }, (_, i) => Math.sin((1 + sample) * i * 0.37));
    return new Map([["x", wave]]);
  });
  const shapes = new Map([["x", dims]]);
  const progress = (_: Stage, done: number) => void (done % COLLECTING === 0 && global.gc?.());
  return importOnnx(readFileSync(file), { shapes, samples, progress });
}

async function runUnit(model: Model): Promise<void> {
  const { dtype, rows, cols } = inputHeader(model.program);
  await new WasmExecutor().run(model, [zeros(dtype, rows, cols)]);
}

/** The most that `work` adds to the process. */
async function growth(work: () => Promise<void>): Promise<number> {
  const shared = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const most = new Float64Array(shared);
  const sampler = new Worker(SAMPLER, { eval: true, workerData: shared });
  await new Promise((resolve) => sampler.once("online", resolve));
  global.gc?.();
  await new Promise((resolve) => setTimeout(resolve, SETTLING));
  global.gc?.();
  const before = process.memoryUsage.rss();
  most[0] = before;
  await work();
  await sampler.terminate();
  return most[0] - before;
}

async function measureImport([onnx, dims, program]: readonly string[]): Promise<number> {
  const models: Model[] = [];
  const shape = dims.split("x").map(Number);
  const grown = await growth(async () => void models.push((await importWaves(onnx, shape)).model));
  for (const model of models) writeFileSync(program, encodeModel(model));
  return grown;
}

async function main([task, ...args]: readonly string[]): Promise<void> {
  // compiles the code, which is no part of a model
  await runUnit((await importWaves(OCR_FILES.direction, SMALL)).model);
  const grown =
    task === "import"
      ? await measureImport(args)
      : await growth(() => runUnit(decodeModel(readFileSync(args[0]))));
  process.stdout.write(`${grown}`);
}

if (require.main === module) void main(process.argv.slice(2));
