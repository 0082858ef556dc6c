import { expect } from "chai";
import { ProgramError } from "../../tensor/src/index";
import type {
  ConstNode,
  DType,
  DotNode,
  InputNode,
  MapNode,
  ProgramErrorCode,
  ReduceNode,
  TakeNode,
  ViewNode,
} from "../../tensor/src/index";

/** Nodes with everything filled in that a test does not care about. */

const i32 = { dtype: "i32" } as const;

export function input(rows: number, cols: number, dtype: DType = "i8"): InputNode {
  return { op: "input", dtype, rows, cols };
}

export function constant(rows: number, cols: number, dtype: DType = "i8"): ConstNode {
  return { op: "const", dtype, rows, cols, root: `0x${"00".repeat(32)}` };
}

export function dot(rows: number, cols: number, fields: Partial<DotNode> = {}): DotNode {
  return { op: "dot", ...i32, rows, cols, a: 0, b: 1, groups: 1, ...fields };
}

export function map(rows: number, cols: number, fields: Partial<MapNode> = {}): MapNode {
  return { op: "map", fn: "add", ...i32, rows, cols, a: 0, b: 0, shift: 0, ...fields };
}

export function reduce(rows: number, cols: number, fields: Partial<ReduceNode> = {}): ReduceNode {
  return { op: "reduce", fn: "sum", ...i32, rows, cols, a: 0, ...fields };
}

/** Reads a row of `cols` elements as it is. */
export function view(cols: number, fields: Partial<ViewNode> = {}): ViewNode {
  return {
    op: "view",
    ...i32,
    rows: 1,
    cols,
    a: 0,
    dims: [1, 1, 1, cols],
    offsets: [0, 0, 0, 0],
    loops: [{ extent: cols, axis: 3, stride: 1 }],
    pad: 0,
    ...fields,
  };
}

export function take(rows: number, cols: number, fields: Partial<TakeNode> = {}): TakeNode {
  return { op: "take", ...i32, rows, cols, a: 0, b: 0, chunk: 1, ...fields };
}

/** Asserts that `run` throws a `ProgramError` of this code and node, whose message has `text`. */
export function refuses(
  run: () => unknown,
  code: ProgramErrorCode,
  node: number | undefined,
  text = "",
): void {
  expect(run).to.throw(ProgramError, text).that.includes({ code, node, name: "ProgramError" });
}
