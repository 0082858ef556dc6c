import type {
  Axes,
  DType,
  Loop,
  MapFunction,
  ProgramNode,
  ReduceFunction,
} from "../../../tensor/src/index";

/** Short constructors of program nodes; a shape is written `[rows, cols]`. */
type Shape = readonly [rows: number, cols: number];

const ANY_ROOT = `0x${"c0".repeat(32)}` as const;

export function input(dtype: DType, [rows, cols]: Shape): ProgramNode {
  return { op: "input", dtype, rows, cols };
}

export function constant(dtype: DType, [rows, cols]: Shape): ProgramNode {
  return { op: "const", dtype, rows, cols, root: ANY_ROOT };
}

export function dot(
  dtype: DType,
  [rows, cols]: Shape,
  a: number,
  b: number,
  groups = 1,
): ProgramNode {
  return { op: "dot", dtype, rows, cols, a, b, groups };
}

export function map(
  fn: MapFunction,
  dtype: DType,
  [rows, cols]: Shape,
  a: number,
  b: number,
  shift = 0,
): ProgramNode {
  return { op: "map", fn, dtype, rows, cols, a, b, shift };
}

export function reduce(
  fn: ReduceFunction,
  dtype: DType,
  [rows, cols]: Shape,
  a: number,
): ProgramNode {
  return { op: "reduce", fn, dtype, rows, cols, a };
}

export function view(
  dtype: DType,
  [rows, cols]: Shape,
  a: number,
  fields: { dims: Axes; offsets?: Axes; loops?: readonly Loop[]; pad?: number },
): ProgramNode {
  return { op: "view", dtype, rows, cols, a, offsets: [0, 0, 0, 0], loops: [], pad: 0, ...fields };
}

export function take(
  dtype: DType,
  [rows, cols]: Shape,
  a: number,
  b: number,
  chunk: number,
): ProgramNode {
  return { op: "take", dtype, rows, cols, a, b, chunk };
}

export function loop(extent: number, axis: number, stride: number): Loop {
  return { extent, axis, stride };
}
