import { OnnxError } from "../errors";
import { evaluate } from "../graph/evaluate";
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

/** Elements of a value that are kept, over all samples. */
const KEPT = 32_768;

/** Below this a number says that something is masked, and is no measure of a range. */
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
  const share = Math.ceil(KEPT / samples.length);
  const seen = new Map<string, { min: number; max: number; elements: number[] }>();
  samples.forEach((sample, index) => {
    evaluate(graph, sample, (name, elements) => {
      const statistics = seen.get(name) ?? { min: Infinity, max: -Infinity, elements: [] };
      seen.set(name, statistics);
      note(name, elements, statistics, share, index);
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

function note(
  name: string,
  elements: Elements,
  statistics: { min: number; max: number; elements: number[] },
  share: number,
  sample: number,
): void {
  for (let i = 0; i < elements.length; i++) {
    const value = elements[i];
    if (Number.isNaN(value) || value === Infinity) {
      throw new OnnxError("CALIBRATION", `"${name}" is ${value} on sample ${sample}`);
    }
    if (value < MASK) continue;
    if (value < statistics.min) statistics.min = value;
    if (value > statistics.max) statistics.max = value;
  }
  const step = Math.max(1, elements.length / share);
  for (let at = (sample * 0.618) % step; at < elements.length; at += step) {
    const value = elements[Math.floor(at)];
    if (value >= MASK) statistics.elements.push(value);
  }
}
