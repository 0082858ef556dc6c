import { ReferenceExecutor, WasmExecutor, encodeState, readSums } from "../../../tensor/src/index";
import type {
  LabelledPoint,
  Model,
  PointRow,
  Tensor,
  ValuationOptions,
} from "../../../tensor/src/index";
import type { Random } from "../../shared/random";

/** 1,000 points of 63 dimensions, valued by 100 test points. */
export const LARGE: ValuationOptions = {
  rows: 1_024,
  rowWords: 2,
  neighbours: 5,
  radiusSquared: 400,
};
export const LARGE_POINTS = 1_000;
export const LARGE_TESTS = 100;

/** Points of ten clusters, which overlap; some are near-copies of earlier ones. */
export function largePoints(random: Random): { points: LabelledPoint[]; tests: LabelledPoint[] } {
  const centres = Array.from({ length: 10 }, () =>
    Array.from({ length: 63 }, () => random.int(-90, 90)),
  );
  const near = (label: number): LabelledPoint => ({
    embedding: centres[label - 1].map((x) =>
      Math.min(127, Math.max(-128, x + random.int(-99, 99))),
    ),
    label: random.oneIn(10) ? random.int(1, 10) : label,
  });
  const points: LabelledPoint[] = [];
  while (points.length < LARGE_POINTS) {
    if (points.length > 0 && random.oneIn(20)) points.push(nearCopy(random, random.pick(points)));
    else points.push(near(random.int(1, 10)));
  }
  return { points, tests: Array.from({ length: LARGE_TESTS }, () => near(random.int(1, 10))) };
}

/** A point with one dimension moved by one. */
export function nearCopy(random: Random, { embedding, label }: LabelledPoint): LabelledPoint {
  const moved = Array.from(embedding);
  const k = random.int(0, moved.length - 1);
  moved[k] += moved[k] > 0 ? -1 : 1;
  return { embedding: moved, label };
}

/** The state after a unit for each test point, by the reference; the same by WebAssembly. */
export async function runUnits(model: Model, first: Tensor, units: number): Promise<Tensor> {
  const [reference, wasm] = [new ReferenceExecutor(), new WasmExecutor()];
  let state = first;
  for (let unit = 0; unit < units; unit++) {
    const [[expected], [result]] = await Promise.all(
      [reference, wasm].map((executor) => executor.run(model, [state])),
    );
    if (!Buffer.from(expected.data.buffer).equals(Buffer.from(result.data.buffer))) {
      throw new Error(`unit ${unit}: WebAssembly differs from the reference`);
    }
    state = result;
  }
  return state;
}

/** The sums of the program for all `tests`, on both executors. */
export async function valuesByProgram(
  model: Model,
  options: ValuationOptions,
  points: readonly PointRow[],
  tests: readonly PointRow[],
): Promise<number[]> {
  const state = encodeState(options, points, tests);
  return readSums(options, await runUnits(model, state, tests.length));
}
