import { OnnxError } from "./errors";
import { parseOnnx } from "./file/parse";
import { evaluate } from "./graph/evaluate";
import { inferGraph } from "./graph/infer";
import { ElementPool } from "./graph/pool";
import { simplify } from "./graph/simplify";
import { calibrate } from "./lower/calibrate";
import { lowerGraph } from "./lower/lower";
import { measureLayers, measureModel, measureOutput } from "./report";
import type { Affine, Model } from "../src/index";
import type { LoadExternal } from "./file/constants";
import type { Inferred, InputShapes } from "./graph/infer";
import type { Elements } from "./graph/tensor";
import type { Sample, Statistics } from "./lower/calibrate";
import type { PackedInput } from "./lower/inputs";
import type { Lowered } from "./lower/lower";
import type { ImportReport } from "./report";

/** Long parts of an import. */
export type Stage = "calibrate" | "lower" | "measure";

export interface ImportOptions {
  /** Shapes of inputs that the file leaves open. */
  readonly shapes?: InputShapes;
  /** Name of the output; needed if there are several. */
  readonly output?: string;
  /** Inputs to choose ranges from; the last two also measure what integers lose. */
  readonly samples: readonly Sample[];
  /**
   * Signal to noise in decibels that the output is to reach against floating point; 30 by default.
   * Weights and values take 16 bits where 8 hurt, more of them until it is reached.
   */
  readonly targetDecibels?: number;
  /** Reads weights that lie beside the file. */
  readonly load?: LoadExternal;
  /** Told of each sample, of each step that is lowered, again in each turn, and of each measured value. */
  readonly progress?: (stage: Stage, done: number, total: number) => void;
}

/** How to read a program's output. */
export interface OutputFormat {
  readonly name: string;
  readonly dims: readonly number[];
  readonly affine: Affine;
  /** Whether the graph ends with a Softmax that the program leaves out. */
  readonly withoutSoftmax: boolean;
}

/** A model with what is needed to feed and read it. */
export interface Imported {
  readonly model: Model;
  readonly inputs: readonly PackedInput[];
  readonly output: OutputFormat;
  readonly report: ImportReport;
}

/** What 8 bits must give at first, and beyond what only 16 bits are taken, in decibels. */
const [FIRST_DECIBELS, MOST_DECIBELS] = [34, 54];

/** Least rise from one turn to the next. */
const LEAST_RISE = 4;

/** Samples that the loss of the output is measured on. */
const MEASURED = 2;

/**
 * Makes an integer program of a trained ONNX model. Throws `OnnxError`, which names the node at fault;
 * `ProgramError` or `QuantizeError` for what no program can hold.
 */
export async function importOnnx(bytes: Uint8Array, options: ImportOptions): Promise<Imported> {
  // the file and what it says beside the graph can go before the graph is lowered
  return lowerSource(readSource(bytes, options), options);
}

/** What is kept of a file: the graph in its simplest form, and its output. */
interface Source {
  readonly graph: Inferred;
  readonly name: string;
  readonly withoutSoftmax: boolean;
}

function readSource(bytes: Uint8Array, { load, output, shapes }: ImportOptions): Source {
  const parsed = parseOnnx(bytes, load);
  const outputs = chooseOutput(parsed.outputs, output);
  const { graph, withoutSoftmax } = simplify(inferGraph({ ...parsed, outputs }, shapes));
  const [name] = outputs;
  return { graph, name, withoutSoftmax: withoutSoftmax.includes(name) };
}

async function lowerSource(
  { graph, name, withoutSoftmax }: Source,
  options: ImportOptions,
): Promise<Imported> {
  const { samples, progress = () => undefined } = options;
  const report = (stage: Stage) => (done: number, total: number) => progress(stage, done, total);
  const measured = samples.slice(-MEASURED);
  const { statistics, exact } = runSamples(graph, samples, measured, report("calibrate"));
  const { lowered, ...quality } = await lowerUntil(
    (leastDecibels) => lowerGraph(graph, statistics, leastDecibels, report("lower")),
    (result) => measureOutput(result, measured, exact),
    options.targetDecibels,
  );
  const layers = measureLayers(graph, lowered, measured[0], report("measure"));
  const { model, inputs, output } = lowered;
  const { dims, affine } = output;
  return {
    model,
    inputs,
    output: { name, dims, affine, withoutSoftmax },
    report: { ...measureModel(model), ...quality, layers },
  };
}

function chooseOutput(outputs: readonly string[], chosen?: string): readonly string[] {
  if (chosen === undefined && outputs.length === 1) return outputs;
  const names = outputs.join(", ");
  if (chosen === undefined) throw new OnnxError("OUTPUT", `choose one of the outputs ${names}`);
  if (outputs.includes(chosen)) return [chosen];
  throw new OnnxError("OUTPUT", `there is no output "${chosen}"; there are: ${names}`);
}

/** What floating point gives: statistics of all samples, and outputs of those that are measured. */
function runSamples(
  graph: Inferred,
  samples: readonly Sample[],
  measured: readonly Sample[],
  progress: (done: number, total: number) => void,
): { statistics: ReadonlyMap<string, Statistics>; exact: readonly Elements[] } {
  const pool = new ElementPool();
  const statistics = calibrate(graph, samples, pool, progress);
  const exact = measured.map((sample) => evaluate(graph, sample, undefined, pool)[0]);
  return { statistics, exact };
}

/** Lowers with more and more of 16 bits, until the output is as wanted or all has them. */
async function lowerUntil(
  lower: (leastDecibels: number) => Lowered,
  measure: (lowered: Lowered) => Promise<number>,
  targetDecibels = 30,
): Promise<{ lowered: Lowered; decibels: number; leastDecibels: number }> {
  let leastDecibels = FIRST_DECIBELS;
  for (;;) {
    const lowered = lower(leastDecibels);
    const decibels = await measure(lowered);
    if (!(decibels < targetDecibels) || leastDecibels === Infinity) {
      return { lowered, decibels, leastDecibels };
    }
    leastDecibels += Math.max(LEAST_RISE, targetDecibels - decibels);
    if (leastDecibels > MOST_DECIBELS) leastDecibels = Infinity;
  }
}
