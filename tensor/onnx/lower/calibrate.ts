import { OnnxError } from "../errors";
import { LIMITS } from "../file/limits";
import { evaluate } from "../graph/evaluate";
import { findUnmasked } from "./masks";
import type { Inferred } from "../graph/infer";
import type { Elements } from "../graph/tensor";

/** Elements of the inputs of a graph, by name. */
export type Sample = ReadonlyMap<string, Elements>;

/** What calibration saw of a value. */
export interface Statistics {
  readonly min: number;
  readonly max: number;
  /** Some of the elements, from all over it, in rising order. */
  readonly elements: Float32Array;
}

/** Elements of a value that are kept at most, over all samples. */
const KEPT = 32_768;

/** Below this a number masks an element from a Softmax, and is no measure of a range. */
export const MASK = -9e3;

/**
 * Runs the graph on samples and notes what values look like. Throws `OnnxError` CALIBRATION if there
 * are no samples or a value is not finite, INPUT if a sample does not fit.
 *
 * @param progress told of each sample that is done.
 */
export function calibrate(
  graph: Inferred,
  samples: readonly Sample[],
  progress: (done: number, total: number) => void = () => undefined,
): Map<string, Statistics> {
  if (samples.length === 0) throw new OnnxError("CALIBRATION", "there are no samples");
  const values = graph.inputs.length + graph.steps.length;
  const kept = Math.min(KEPT, LIMITS.keptElements / values);
  const share = Math.ceil(kept / samples.length);
  const unmasked = findUnmasked(graph);
  const seen = new Map<string, { min: number; max: number; elements: number[] }>();
  samples.forEach((sample, index) => {
    evaluate(graph, sample, (name, elements) => {
      const statistics = seen.get(name) ?? { min: Infinity, max: -Infinity, elements: [] };
      seen.set(name, statistics);
      const least = unmasked.has(name) ? -Infinity : MASK;
      checkFinite(name, elements, least, index);
      note(elements, statistics, least, share, index);
    });
    progress(index + 1, samples.length);
  });
  return new Map(
    [...seen].map(([name, { min, max, elements }]) => [
      name,
      { min: Math.min(min, max), max, elements: Float32Array.from(elements).sort() },
    ]),
  );
}

/** Throws CALIBRATION for what is no number, or infinite and no mask. */
function checkFinite(name: string, elements: Elements, least: number, sample: number): void {
  const wrong = elements.find((value) => !Number.isFinite(value) && !(value < least));
  if (wrong === undefined) return;
  throw new OnnxError("CALIBRATION", `"${name}" is ${wrong} on sample ${sample}`);
}

function note(
  elements: Elements,
  statistics: { min: number; max: number; elements: number[] },
  least: number,
  share: number,
  sample: number,
): void {
  for (let i = 0; i < elements.length; i++) {
    const value = elements[i];
    if (value < least) continue;
    if (value < statistics.min) statistics.min = value;
    if (value > statistics.max) statistics.max = value;
  }
  const step = Math.max(1, elements.length / share);
  for (let at = (sample * 0.618) % step; at < elements.length; at += step) {
    const value = elements[Math.floor(at)];
    if (value >= least) statistics.elements.push(value);
  }
}
