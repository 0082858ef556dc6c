import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { encodeModel, encodeTensor, inputHeader, modelId } from "../../tensor/src/index";
import { openRunner } from "../../worker/src/run/runner";
import { time } from "./timing";
import type { Model, Tensor } from "../../tensor/src/index";

/** How many units a worker's threads run in a second. */
export interface ScalingResult {
  readonly model: string;
  /** Units of one call. */
  readonly units: number;
  readonly runs: readonly ScalingRun[];
}

interface ScalingRun {
  readonly threads: number;
  readonly unitsPerSecond: number;
  /** As a multiple of what one thread runs. */
  readonly ratio: number;
}

const CALLS = 4;

/** Runs a model on all inputs with one thread, two, four and so on up to one for each core. */
export async function measureScaling(
  name: string,
  model: Model,
  inputs: readonly Tensor[],
  cores = availableParallelism(),
): Promise<ScalingResult> {
  const folder = await mkdtemp(join(tmpdir(), "ergon-bench-"));
  try {
    const file = join(folder, "model.ergon");
    await writeFile(file, encodeModel(model));
    const runs: ScalingRun[] = [];
    for (const threads of threadCounts(cores)) {
      const unitsPerSecond = await measureRunner(file, model, inputs, threads);
      runs.push({
        threads,
        unitsPerSecond,
        ratio: unitsPerSecond / (runs[0]?.unitsPerSecond ?? unitsPerSecond),
      });
    }
    return { model: name, units: inputs.length, runs };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Powers of two below `cores`, and `cores`. */
function threadCounts(cores: number): number[] {
  const powers = Array.from({ length: Math.ceil(Math.log2(cores)) }, (_, i) => 2 ** i);
  return [...powers, cores];
}

async function measureRunner(
  file: string,
  model: Model,
  inputs: readonly Tensor[],
  threads: number,
): Promise<number> {
  const id = modelId(model.program);
  const runner = await openRunner({
    models: [{ id, file, input: inputHeader(model.program) }],
    ...{ executor: "wasm", threads, gpus: [], unitsPerStep: inputs.length },
  });
  const files = inputs.map(encodeTensor);
  let least = Infinity;
  for (let call = 0; call < CALLS; call++) {
    const { latency } = await time(() => runner.run(id, files), inputs.length);
    // the first call compiles
    if (call > 0) least = Math.min(least, latency);
  }
  await runner.close();
  return 1e6 / least;
}
