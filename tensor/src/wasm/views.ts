import type { FlatView } from "../flatView";
import type { Loop } from "../node";

const AXES = 4;
const MAX_LOOPS = 8;

/** Integers of a view in memory: count, pad, extents, axes, strides, dims, offsets. */
export const VIEW_WORDS = 2 + 3 * MAX_LOOPS + 2 * AXES;

/** Writes a view for the kernel `gather`; `pad` must be in the range of its result. */
export function encodeView({ loops, dims, offsets }: FlatView, pad: number): Int32Array {
  // The kernel wants at least two loops.
  const idle = { extent: 1, axis: 0, stride: 0 };
  const used = [...Array.from({ length: Math.max(0, 2 - loops.length) }, () => idle), ...loops];
  const column = (field: keyof Loop) =>
    Array.from({ length: MAX_LOOPS }, (_, l) => used[l]?.[field] ?? 0);
  return Int32Array.of(
    used.length,
    pad,
    ...column("extent"),
    ...column("axis"),
    ...column("stride"),
    ...dims,
    ...offsets,
  );
}
