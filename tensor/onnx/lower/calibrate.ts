import { OnnxError } from "../errors";
import { LIMITS } from "../file/limits";
import { evaluate } from "../graph/evaluate";
import { findUnmasked } from "./masks";
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

/** Elements of a value that are kept at most, over all samples. */
const KEPT = 8_192;

/** Below this a number masks an element from a Softmax, and is no measure of a range. */
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
  const unmasked = findUnmasked(graph);
  const values = graph.inputs.length + graph.steps.length;
  const share = Math.ceil(Math.min(KEPT, LIMITS.keptElements / values) / samples.length);
  const seen = new Map<string, Seen>();
  samples.forEach((sample, index) => {
    const observe = (name: string, elements: Elements) => {
      const kept = need.has(name) ? Math.min(share, elements.length) : 0;
      const least = unmasked.has(name) ? -Infinity : MASK;
      const fresh = () => new Seen(least, new Float32Array(kept * samples.length));
      const value = seen.get(name) ?? fresh();
      seen.set(name, value);
      checkFinite(name, elements, least, index);
      value.note(elements, kept, (index * 0.618) % 1);
    };
    evaluate(graph, sample, observe, pool);
    progress(index + 1, samples.length);
  });
  return new Map([...seen].map(([name, values]) => [name, values.statistics()]));
}

/** What was seen of a value so far. */
class Seen {
  private min = Infinity;
  private max = -Infinity;
  private count = 0;

  /** Numbers below `least` are masks. */
  constructor(
    private readonly least: number,
    private readonly elements: Float32Array,
  ) {}

  /** Takes in all elements, and keeps `kept` of them, the first of which lies at the share `first` of a step. */
  note(elements: Elements, kept: number, first: number): void {
    for (let i = 0; i < elements.length; i++) {
      const value = elements[i];
      if (value < this.least) continue;
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
    }
    const step = elements.length / kept;
    for (let i = 0; i < kept; i++) {
      const value = elements[Math.floor((first + i) * step)];
      if (value >= this.least) this.elements[this.count++] = value;
    }
  }

  statistics(): Statistics {
    const { min, max, elements, count } = this;
    return { min: Math.min(min, max), max, elements: elements.subarray(0, count).sort() };
  }
}

/** Throws CALIBRATION for what is no number, or infinite and no mask. */
function checkFinite(name: string, elements: Elements, least: number, sample: number): void {
  const wrong = elements.find((value) => !Number.isFinite(value) && !(value < least));
  if (wrong === undefined) return;
  throw new OnnxError("CALIBRATION", `"${name}" is ${wrong} on sample ${sample}`);
}
