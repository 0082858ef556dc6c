import { programWork, traceBytes } from "../src/index";
import { OnnxError, demand } from "./errors";
import { LIMITS } from "./file/limits";
import { parseOnnx } from "./file/parse";
import { evaluate } from "./graph/evaluate";
import { inferGraph } from "./graph/infer";
import { ElementPool } from "./graph/pool";
import { simplify } from "./graph/simplify";
import { calibrate } from "./lower/calibrate";
import { lowerGraph } from "./lower/lower";
import { measureLayers, measureModel, measureOutput } from "./report";
import type { Affine, Model, Program } from "../src/index";
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
 * `ProgramError`, `QuantizeError` or `TensorError` for what no program can hold.
 */
export async function importOnnx(bytes: Uint8Array, options: ImportOptions): Promise<Imported> {
  // the file and what it says beside the graph can go before the graph is lowered
  return lowerSource(readSource(bytes, options), options);
}

/** What is kept of a file: the graph in its simplest form, its output, and what floating point gives. */
interface Source {
  readonly graph: Inferred;
  readonly name: string;
  readonly withoutSoftmax: boolean;
  readonly statistics: ReadonlyMap<string, Statistics>;
  /** Outputs for the samples that are measured, of the graph before it was simplified. */
  readonly exact: readonly Elements[];
}

function readSource(bytes: Uint8Array, options: ImportOptions): Source {
  const parsed = parseOnnx(bytes, options.load);
  const outputs = chooseOutput(parsed.outputs, options.output);
  const inferred = inferGraph({ ...parsed, outputs }, options.shapes);
  const { graph, withoutSoftmax } = simplify(inferred);
  const unchanged = { ...inferred, outputs: graph.outputs };
  const [name] = outputs;
  const soft = withoutSoftmax.includes(name);
  return { graph, name, withoutSoftmax: soft, ...runSamples(graph, unchanged, options) };
}

async function lowerSource(
  { graph, name, withoutSoftmax, statistics, exact }: Source,
  options: ImportOptions,
): Promise<Imported> {
  const { samples, progress = () => undefined } = options;
  const report = (stage: Stage) => (done: number, total: number) => progress(stage, done, total);
  const measured = samples.slice(-MEASURED);
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

/** Throws LIMIT if a run of the program takes too much memory or time to be measured. */
function checkRun(program: Program): void {
  const [bytes, work] = [traceBytes(program), programWork(program)];
  const { traceBytes: mostBytes, work: mostWork } = LIMITS;
  demand(bytes <= mostBytes, "LIMIT", `a run makes ${bytes} bytes, more than ${mostBytes}`);
  demand(work <= mostWork, "LIMIT", `a run takes ${work} operations, more than ${mostWork}`);
}

/** What floating point gives: statistics of all samples, and outputs of those that are measured. */
function runSamples(
  graph: Inferred,
  unchanged: Inferred,
  { samples, progress = () => undefined }: ImportOptions,
): Pick<Source, "statistics" | "exact"> {
  const pool = new ElementPool();
  const report = (done: number, total: number) => progress("calibrate", done, total);
  const statistics = calibrate(graph, samples, pool, report);
  const measured = samples.slice(-MEASURED);
  const exact = measured.map((sample) => evaluate(unchanged, sample, undefined, pool)[0]);
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
    checkRun(lowered.model.program);
    const decibels = await measure(lowered);
    if (!(decibels < targetDecibels) || leastDecibels === Infinity) {
      return { lowered, decibels, leastDecibels };
    }
    leastDecibels += Math.max(LEAST_RISE, targetDecibels - decibels);
    if (leastDecibels > MOST_DECIBELS) leastDecibels = Infinity;
  }
}
