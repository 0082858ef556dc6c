import { elementCount } from "../../src/index";
import { stridesOf } from "../graph/tensor";
import type { Affine, Loop, Value } from "../../src/index";
import type { Emitter } from "./emitter";

/** A value of the graph as a node of the program. */
export interface Held {
  readonly value: Value;
  /** Its axes in the graph. */
  readonly dims: readonly number[];
  /** The axes in the order in which they lie in memory, slowest first. */
  readonly order: readonly number[];
  /** What its integers stand for. */
  readonly affine: Affine;
  /** Whether each row along the last axis has integers of at least 0 that add up to about 2^15. */
  readonly isShares?: boolean;
}

/** The axes of a value in their own order. */
export function naturalOrder(dims: readonly number[]): number[] {
  return dims.map((_, axis) => axis);
}

/** Whether two orders put the elements of a value in the same places. */
export function isSameOrder(
  dims: readonly number[],
  a: readonly number[],
  b: readonly number[],
): boolean {
  const long = (axis: number) => dims[axis] > 1;
  return a.filter(long).join() === b.filter(long).join();
}

/** Steps in memory along each axis of the graph's value. */
export function memoryStrides({ dims, order }: Pick<Held, "dims" | "order">): number[] {
  const strides = stridesOf(order.map((axis) => dims[axis]));
  return dims.map((_, axis) => strides[order.indexOf(axis)]);
}

/** The value with its axes in `order`, in rows of `cols` elements: of the last axis by default. */
export function arrange(
  emit: Emitter,
  held: Held,
  order: readonly number[],
  cols = held.dims[order[order.length - 1]] ?? 1,
): Held {
  const { dims, value } = held;
  const same = isSameOrder(dims, held.order, order);
  if (same && value.cols === cols) return { ...held, order };
  const strides = memoryStrides(held);
  const loops = order.map((axis) => ({ extent: dims[axis], axis: 3, stride: strides[axis] }));
  return { ...held, order, value: readAt(emit, value, loops, 0, cols) };
}

/** Elements of a value at regular steps, in rows of `cols`. */
export function readAt(
  emit: Emitter,
  value: Value,
  loops: readonly Loop[],
  offset: number,
  cols: number,
): Value {
  const count = loops.reduce((product, { extent }) => product * extent, 1);
  return emit.view("view", value, {
    rows: count / cols,
    cols,
    dims: [1, 1, 1, elementCount(value)],
    offsets: [0, 0, 0, offset],
    loops: mergeLoops(loops),
  });
}

/** Loops that step on where the next faster one ends become one with it. */
export function mergeLoops(loops: readonly Loop[]): Loop[] {
  return loops
    .filter(({ extent }) => extent > 1)
    .reduceRight<Loop[]>((merged, loop) => {
      const [next, ...faster] = merged;
      const carriesOn =
        next !== undefined && next.axis === loop.axis && next.extent * next.stride === loop.stride;
      return carriesOn
        ? [{ ...next, extent: loop.extent * next.extent }, ...faster]
        : [loop, ...merged];
    }, []);
}

/** The value in rows along its last axis, whose other axes lie in any order. */
export function asRows(emit: Emitter, held: Held): Held {
  const last = held.dims.length - 1;
  const order =
    held.dims[last] === 1 || held.order.at(-1) === last
      ? held.order
      : [...held.order.filter((axis) => axis !== last), last];
  return arrange(emit, held, [...order.filter((axis) => axis !== last), last]);
}

/** The order of a value of other axes with the same elements, if memory can stay as it is. */
export function reshapedOrder(
  { dims, order }: Held,
  next: readonly number[],
): number[] | undefined {
  const groups = commonGroups(dims, next);
  const place = order.filter((axis) => dims[axis] > 1);
  const blocks: { at: number; axes: number[] }[] = [];
  for (const { from, to } of groups) {
    const long = from.filter((axis) => dims[axis] > 1);
    const at = long.length === 0 ? -1 : place.indexOf(long[0]);
    if (long.some((axis, i) => place[at + i] !== axis)) return undefined;
    blocks.push({ at, axes: to });
  }
  return blocks.sort((a, b) => a.at - b.at).flatMap(({ axes }) => axes);
}

/** Axes of two shapes that hold the same elements, in groups of the same size. */
function commonGroups(
  a: readonly number[],
  b: readonly number[],
): { from: number[]; to: number[] }[] {
  const groups: { from: number[]; to: number[] }[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const group = { from: [] as number[], to: [] as number[] };
    let [x, y] = [1, 1];
    do {
      if (j >= b.length || (x <= y && i < a.length)) {
        x *= a[i];
        group.from.push(i++);
      } else {
        y *= b[j];
        group.to.push(j++);
      }
    } while (x !== y && (i < a.length || j < b.length));
    groups.push(group);
  }
  return groups;
}
