import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { parseNpy } from "../../tensor/onnx/index";
import type { FloatTensor, Sample } from "../../tensor/onnx/index";
import { ScriptError, messageOf } from "./errors";
import { readBytes } from "./files";

/** An input of a model, and the lengths of its axes. */
export interface SampledInput {
  readonly name: string;
  readonly dims: readonly number[];
}

/**
 * Samples of a model's inputs in a folder, in the order of their names: a NumPy file each, or for several inputs a
 * folder each with `<input>.npy`. Throws `ScriptError` FILE, also for an array of another shape.
 */
export async function readSamples(
  folder: string,
  inputs: readonly SampledInput[],
): Promise<Sample[]> {
  const entries = await list(folder);
  const [only] = inputs;
  const samples: Sample[] = [];
  for (const entry of entries.sort()) {
    const path = join(folder, entry);
    if ((await stat(path)).isDirectory()) samples.push(await readParts(path, inputs));
    else if (inputs.length === 1 && entry.endsWith(".npy")) {
      samples.push(new Map([[only.name, await readArray(path, only)]]));
    }
  }
  if (samples.length > 0) return samples;
  const kind = inputs.length === 1 ? "a .npy file each" : "a folder each, with <input>.npy";
  throw new ScriptError("FILE", `${folder} has no samples: put some there, ${kind}`);
}

async function readParts(folder: string, inputs: readonly SampledInput[]): Promise<Sample> {
  const sample = new Map<string, FloatTensor["data"]>();
  for (const input of inputs) {
    const file = join(folder, `${input.name.replaceAll("/", "_")}.npy`);
    sample.set(input.name, await readArray(file, input));
  }
  return sample;
}

async function readArray(path: string, { name, dims }: SampledInput): Promise<FloatTensor["data"]> {
  const array = await parseArray(path);
  if (longAxes(array.dims) === longAxes(dims)) return array.data;
  const shapes = `has the shape [${array.dims}], and input "${name}" [${dims}]`;
  throw new ScriptError("FILE", `${path} ${shapes}: order the axes as the ONNX model has them`);
}

/** Axes of length 1, such as a batch of one, need not be there. */
function longAxes(dims: readonly number[]): string {
  return dims.filter((length) => length !== 1).join();
}

async function parseArray(path: string): Promise<FloatTensor> {
  const bytes = await readBytes(path);
  try {
    return parseNpy(bytes);
  } catch (cause) {
    throw new ScriptError("FILE", `${path}: ${messageOf(cause)}`, { cause });
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new ScriptError("FILE", `${folder} cannot be read; check its path`, { cause });
  }
}
