import type { Check } from "./check";
import type { Sources } from "./sources";
import { BlobError } from "../blobs/store";
import type { Blobs } from "../blobs/store";
import type { OfferedModel } from "../engine/context";
import { splitDocument } from "../engine/inputs";
import { RunError } from "../run/errors";
import type { Runner } from "../run/runner";
import type { TensorFile } from "../run/threads";
import type { Job } from "../../../sdk/src/index";
import { listRoot } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

/** What the steps of a check that need no transaction use. */
export interface StepContext {
  readonly sources: Sources;
  readonly tensors: Blobs;
  readonly runner: Runner;
  readonly models: ReadonlyMap<Hex, OfferedModel>;
  /** Units that are run between two entries. */
  readonly unitsPerStep: number;
}

/** A step: what it changes of the check, or undefined if it failed for now. */
export type LocalStep = (
  check: Check,
  job: Job,
  context: StepContext,
  signal: AbortSignal,
) => Promise<Partial<Check> | undefined>;

/** Tensors fetched at once. */
const AT_ONCE = 8;

/** Finds the inputs of the chosen units, and stores them. */
export const fetchInputs: LocalStep = async (check, job, context, signal) => {
  const inputs =
    (await listedInputs(check, job, context, signal)) ??
    (await documentInputs(check, job, context, signal));
  return inputs && { inputs };
};

/** Runs the next few units. */
export const run: LocalStep = async (check, job, context, signal) => {
  const from = check.outputs.length;
  const units = check.units.slice(from, from + context.unitsPerStep);
  try {
    const outputs = job.chained
      ? await runChain(check, job, units.length, context, signal)
      : await runUnits(check, job, units, context, signal);
    await Promise.all(outputs.map(({ id, bytes }) => context.tensors.put(id, bytes, "private")));
    return { outputs: [...check.outputs, ...outputs.map(({ id }) => id)] };
  } catch (error) {
    if (error instanceof BlobError) return { inputs: undefined, outputs: [] };
    throw error;
  }
};

/** Finds the list of all outputs as they were published. */
export const fetchClaims: LocalStep = async (_check, job, { sources }, signal) => {
  const claims = await sources.list(job.outputRoot, Number(job.units), job.provider, signal);
  return claims && { claims };
};

/** Inputs that a source lists, as a worker does whose clients put them into its store. */
async function listedInputs(
  check: Check,
  job: Job,
  { sources, tensors }: StepContext,
  signal: AbortSignal,
): Promise<readonly Hex[] | undefined> {
  const { inputRoot, provider, chained } = job;
  const ids = chained
    ? [inputRoot]
    : await sources.list(inputRoot, Number(job.unitsAsked), provider, signal);
  if (ids === undefined) return undefined;
  const needed = neededOf(check, job).map((unit) => ids[unit]);
  for (let at = 0; at < needed.length; at += AT_ONCE) {
    const found = await Promise.all(
      needed.slice(at, at + AT_ONCE).map(async (id) => {
        if (await tensors.has(id)) return true;
        const file = await sources.tensor(id, provider, signal);
        if (file !== undefined) await tensors.put(id, file, "private");
        return file !== undefined;
      }),
    );
    if (found.includes(false)) return undefined;
  }
  return ids;
}

async function documentInputs(
  check: Check,
  job: Job,
  context: StepContext,
  signal: AbortSignal,
): Promise<readonly Hex[] | undefined> {
  const count = job.chained ? 1 : Number(job.unitsAsked);
  for await (const document of context.sources.documents(job.inputRoot, signal)) {
    const files = await inputsIn(document, job, count, context, signal);
    if (files === undefined) continue;
    const needed = neededOf(check, job).map((unit) => files[unit]);
    await Promise.all(needed.map(({ id, bytes }) => context.tensors.put(id, bytes, "private")));
    return files.map(({ id }) => id);
  }
  return undefined;
}

/** The inputs in a document; undefined if it is not that of the job. */
async function inputsIn(
  document: Uint8Array,
  job: Job,
  count: number,
  context: StepContext,
  signal: AbortSignal,
): Promise<readonly TensorFile[] | undefined> {
  try {
    const files = splitDocument(document, modelOf(job, context).input, count);
    const ids = await context.runner.identify(files, signal);
    if (listRoot(ids) !== job.inputRoot) return undefined;
    return ids.map((id, i) => ({ id, bytes: files[i] }));
  } catch (error) {
    if (error instanceof RunError) return undefined;
    throw error;
  }
}

/** The units whose inputs are needed. */
function neededOf({ units }: Check, { chained }: Job): readonly number[] {
  return chained ? [0] : units;
}

async function runUnits(
  { inputs = [] }: Check,
  { modelId }: Job,
  units: readonly number[],
  context: StepContext,
  signal: AbortSignal,
): Promise<readonly TensorFile[]> {
  const files = await Promise.all(units.map((unit) => readTensor(inputs[unit], context)));
  return context.runner.run(modelId, files, signal);
}

async function runChain(
  { inputs = [], outputs }: Check,
  { modelId }: Job,
  count: number,
  context: StepContext,
  signal: AbortSignal,
): Promise<readonly TensorFile[]> {
  const made: TensorFile[] = [];
  let file = await readTensor(outputs.at(-1) ?? inputs[0], context);
  for (let i = 0; i < count; i++) {
    const [output] = await context.runner.run(modelId, [file], signal);
    made.push(output);
    file = output.bytes;
  }
  return made;
}

async function readTensor(id: Hex, { tensors }: StepContext): Promise<Uint8Array> {
  const bytes = await tensors.get(id);
  if (bytes === undefined) throw new BlobError("CORRUPT", `blob ${id} is gone`);
  return bytes;
}

function modelOf({ modelId }: Job, { models }: StepContext): OfferedModel {
  const model = models.get(modelId);
  if (model !== undefined) return model;
  throw new RunError("MODEL", `model ${modelId} is not configured any more`);
}
