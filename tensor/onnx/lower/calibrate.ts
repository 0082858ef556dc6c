import { OnnxError } from "../errors";
import { evaluate } from "../graph/evaluate";
import { findNeeds } from "./needs";
import { PointwiseMap } from "./pointwise";
import type { Inferred } from "../graph/infer";
import type { ElementPool } from "../graph/pool";
import type { Elements } from "../graph/tensor";

/** Elements of the inputs of a graph, by name. */
export type Sample = ReadonlyMap<string, Elements>;

/** What calibration saw of a value. */
export interface Statistics {
  readonly min: number;
  readonly max: number;
  /** Some of the elements, from all over it, in rising order; none if no program holds the value. */
  readonly elements: Float32Array;
}

/** Elements of a value that are kept, over all samples. */
const KEPT = 8_192;

/** Below this a number says that something is masked, and is no measure of a range. */
export const MASK = -9e3;

/**
 * Runs the graph on samples and notes what values look like. Throws `OnnxError` CALIBRATION if there
 * are no samples or a value is not finite, INPUT if a sample does not fit.
 *
 * @param pool lends memory to the runs.
 * @param progress told of each sample that is done.
 */
export function calibrate(
  graph: Inferred,
  samples: readonly Sample[],
  pool: ElementPool,
  progress: (done: number, total: number) => void = () => undefined,
): Map<string, Statistics> {
  if (samples.length === 0) throw new OnnxError("CALIBRATION", "there are no samples");
  const { need } = findNeeds(graph, new PointwiseMap(graph));
  const share = Math.ceil(KEPT / samples.length);
  const seen = new Map<string, Seen>();
  samples.forEach((sample, index) => {
    const observe = (name: string, elements: Elements) => {
      const kept = need.has(name) ? Math.min(share, elements.length) : 0;
      const fresh = () => new Seen(new Float32Array(kept * samples.length));
      const values = seen.get(name) ?? fresh();
      seen.set(name, values);
      note(name, elements, values, kept, index);
    };
    evaluate(graph, sample, observe, pool);
    progress(index + 1, samples.length);
  });
  return new Map([...seen].map(([name, values]) => [name, values.statistics()]));
}

/** What was seen of a value so far. */
class Seen {
  min = Infinity;
  max = -Infinity;
  private count = 0;

  constructor(private readonly elements: Float32Array) {}

  keep(element: number): void {
    this.elements[this.count++] = element;
  }

  statistics(): Statistics {
    const { min, max, elements, count } = this;
    return { min: Math.min(min, max), max, elements: elements.subarray(0, count).sort() };
  }
}

function note(name: string, elements: Elements, seen: Seen, kept: number, sample: number): void {
  for (let i = 0; i < elements.length; i++) {
    const value = elements[i];
    if (Number.isNaN(value) || value === Infinity) {
      throw new OnnxError("CALIBRATION", `"${name}" is ${value} on sample ${sample}`);
    }
    if (value < MASK) continue;
    if (value < seen.min) seen.min = value;
    if (value > seen.max) seen.max = value;
  }
  const step = elements.length / kept;
  const first = (sample * 0.618) % 1;
  for (let i = 0; i < kept; i++) {
    const value = elements[Math.floor((first + i) * step)];
    if (value >= MASK) seen.keep(value);
  }
}
