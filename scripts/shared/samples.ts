import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { parseNpy } from "../../tensor/onnx/index";
import type { FloatTensor, Sample } from "../../tensor/onnx/index";
import { ScriptError, messageOf } from "./errors";
import { readBytes } from "./files";

/** An input of a model; an axis whose length is open is undefined. */
export interface SampledInput {
  readonly name: string;
  readonly dims?: readonly (number | undefined)[];
}

/**
 * Samples of a model's inputs in a folder: a NumPy file each, or for several inputs a folder each with
 * `<input>.npy`. An array has the shape of its input, leading axes of length 1 aside, or one axis. Throws
 * `ScriptError` FILE.
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
  throw new ScriptError("FILE", `${folder} has no samples: a .npy file each, or a folder of them`);
}

async function readParts(folder: string, inputs: readonly SampledInput[]): Promise<Sample> {
  const sample = new Map<string, FloatTensor["data"]>();
  for (const input of inputs) {
    const path = join(folder, `${input.name.replaceAll("/", "_")}.npy`);
    sample.set(input.name, await readArray(path, input));
  }
  return sample;
}

async function readArray(path: string, input: SampledInput): Promise<FloatTensor["data"]> {
  const { dims, data } = parseArray(path, await readBytes(path));
  if (hasShape(dims, input.dims)) return data;
  const wanted = input.dims?.map((dim) => dim ?? "?").join();
  const message = `${path} is [${dims.join()}], but input "${input.name}" is [${wanted}]`;
  throw new ScriptError("FILE", `${message}; save the array in that order of its axes`);
}

function parseArray(path: string, bytes: Uint8Array): FloatTensor {
  try {
    return parseNpy(bytes);
  } catch (cause) {
    throw new ScriptError("FILE", `${path}: ${messageOf(cause)}`, { cause });
  }
}

function hasShape(dims: readonly number[], wanted: SampledInput["dims"]): boolean {
  if (wanted === undefined || dims.length === 1) return true;
  const [found, expected] = [withoutOnes(dims), withoutOnes(wanted)];
  const fits = expected.every((dim, axis) => dim === undefined || dim === found[axis]);
  return fits && found.length === expected.length;
}

function withoutOnes<Dim>(dims: readonly Dim[]): readonly Dim[] {
  const first = dims.findIndex((dim) => dim !== 1);
  return first === -1 ? [] : dims.slice(first);
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new ScriptError("FILE", `${folder} cannot be read; check its path`, { cause });
  }
}
