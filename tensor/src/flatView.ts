import type { Loop, ViewNode } from "./node";

/** A view as kernels read it: the same elements, with as few loops and axes as possible. */
export interface FlatView {
  readonly loops: readonly Loop[];
  readonly dims: readonly number[];
  readonly offsets: readonly number[];
}

const AXES = 4;
const MAX_INT32 = 2 ** 31 - 1;

/**
 * Simplifies a view without changing an element. An axis that never leaves its range folds into the
 * next slower one; a loop that carries on where the next faster one ends becomes one with it. So the
 * kernel walks along runs that are as long as possible.
 */
export function flattenView({ loops, dims, offsets }: ViewNode): FlatView {
  let view: FlatView = { loops: loops.filter(({ extent }) => extent > 1), dims, offsets };
  for (let axis = AXES - 1; axis > 0; axis--) view = foldAxis(view, axis);
  return { ...view, loops: mergeLoops(view.loops) };
}

/** Least and greatest position on an axis, within or beyond the array. */
export function rangeOf({ loops, offsets }: FlatView, axis: number): [number, number] {
  let [low, high] = [offsets[axis], offsets[axis]];
  for (const loop of loops) {
    if (loop.axis !== axis) continue;
    const reach = (loop.extent - 1) * loop.stride;
    low += Math.min(reach, 0);
    high += Math.max(reach, 0);
  }
  return [low, high];
}

/**
 * Folds `axis` into the one before if it never leaves its range: a position (p, q) of dimensions
 * (m, n) is p x n + q of m x n, and inside if p is.
 */
function foldAxis(view: FlatView, axis: number): FlatView {
  const { loops, dims, offsets } = view;
  const [low, high] = rangeOf(view, axis);
  const width = dims[axis];
  if (low < 0 || high >= width) return view;

  const folded: FlatView = {
    loops: loops.map((loop) => {
      if (loop.axis === axis) return { ...loop, axis: axis - 1 };
      return loop.axis === axis - 1 ? { ...loop, stride: loop.stride * width } : loop;
    }),
    dims: dims.map((dim, i) => (i === axis - 1 ? dim * width : i === axis ? 1 : dim)),
    offsets: offsets.map((offset, i) =>
      i === axis - 1 ? offset * width + offsets[axis] : i === axis ? 0 : offset,
    ),
  };
  const [foldedLow, foldedHigh] = rangeOf(folded, axis - 1);
  return foldedLow >= -MAX_INT32 && foldedHigh <= MAX_INT32 ? folded : view;
}

function mergeLoops(loops: readonly Loop[]): Loop[] {
  return loops.reduceRight<Loop[]>((merged, loop) => {
    const [next, ...faster] = merged;
    const carriesOn =
      next !== undefined && next.axis === loop.axis && next.extent * next.stride === loop.stride;
    return carriesOn
      ? [{ ...next, extent: loop.extent * next.extent }, ...faster]
      : [loop, ...merged];
  }, []);
}
