import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { parseNpy } from "../../tensor/onnx/index";
import type { FloatTensor, Sample } from "../../tensor/onnx/index";
import { ScriptError, messageOf } from "./errors";
import { readBytes } from "./files";

/**
 * Samples of a model's inputs in a folder: a NumPy file each, or for several inputs a folder each with
 * `<input>.npy`. Throws `ScriptError` FILE.
 *
 * @param names of the model's inputs.
 */
export async function readSamples(folder: string, names: readonly string[]): Promise<Sample[]> {
  const entries = await list(folder);
  const [only] = names;
  const samples: Sample[] = [];
  for (const entry of entries.sort()) {
    const path = join(folder, entry);
    if ((await stat(path)).isDirectory()) samples.push(await readParts(path, names));
    else if (names.length === 1 && entry.endsWith(".npy")) {
      samples.push(new Map([[only, (await readArray(path)).data]]));
    }
  }
  if (samples.length > 0) return samples;
  throw new ScriptError("FILE", `${folder} has no samples: a .npy file each, or a folder of them`);
}

async function readParts(folder: string, names: readonly string[]): Promise<Sample> {
  const sample = new Map<string, FloatTensor["data"]>();
  for (const name of names) {
    const { data } = await readArray(join(folder, `${name.replaceAll("/", "_")}.npy`));
    sample.set(name, data);
  }
  return sample;
}

async function readArray(path: string): Promise<FloatTensor> {
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
