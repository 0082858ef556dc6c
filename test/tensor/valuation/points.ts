import {
  ReferenceExecutor,
  WasmExecutor,
  encodeState,
  readSums,
  readValues,
} from "../../../tensor/src/index";
import type {
  Contribution,
  Hex,
  LabelledPoint,
  Model,
  PointRow,
  Slot,
  SlotValues,
  Tensor,
  ValuationOptions,
} from "../../../tensor/src/index";
import type { Random } from "../../shared/random";

/** 1,000 points of 31 dimensions, 63 of each owner, valued by 100 test points. */
export const LARGE: ValuationOptions = {
  rows: 1_024,
  rowWords: 2,
  slotRows: 64,
  neighbours: 5,
  radiusSquared: 400,
};
export const LARGE_POINTS = 1_000;
export const LARGE_TESTS = 100;

/** Points of ten clusters, which overlap; some are near-copies of earlier ones. */
export function largePoints(random: Random): { points: LabelledPoint[]; tests: LabelledPoint[] } {
  const centres = Array.from({ length: 10 }, () =>
    Array.from({ length: 31 }, () => random.int(-90, 90)),
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

/** The address of the `i`-th owner, counted from 0. */
export function ownerOf(i: number): Hex {
  return `0x${(i + 1).toString(16).padStart(8, "0").repeat(5)}`;
}

/** What the `i`-th owner contributes. */
export function contributionOf(i: number, points: readonly PointRow[]): Contribution {
  return { owner: ownerOf(i), salt: `0x${(i + 1).toString(16).padStart(64, "0")}`, points };
}

/** Points in order in slots of as many owners as it takes. */
export function slotsOf(
  { slotRows }: Pick<ValuationOptions, "slotRows">,
  points: readonly PointRow[],
): Contribution[] {
  const each = slotRows - 1;
  return Array.from({ length: Math.ceil(points.length / each) }, (_, i) =>
    contributionOf(i, points.slice(i * each, (i + 1) * each)),
  );
}

/** The row that the `i`-th point has in `slotsOf`. */
export function rowOf({ slotRows }: Pick<ValuationOptions, "slotRows">, i: number): number {
  return i + 1 + Math.floor(i / (slotRows - 1));
}

/** The most points that slots have room for. */
export function roomFor({ rows, slotRows }: ValuationOptions): number {
  return rows - rows / slotRows;
}

/** What the program makes of contributions, by row and by slot. */
export interface Results extends SlotValues {
  readonly sums: readonly number[];
}

/** The results in a state. */
export function resultsIn(options: ValuationOptions, state: Tensor): Results {
  return { sums: readSums(options, state), ...readValues(options, state) };
}

/** The results of the program for all `tests`, the same on both executors. */
export async function valuesByProgram(
  model: Model,
  options: ValuationOptions,
  slots: readonly Slot[],
  tests: readonly PointRow[],
): Promise<Results> {
  const state = encodeState(options, slots, tests);
  return resultsIn(options, await runUnits(model, state, tests.length));
}
