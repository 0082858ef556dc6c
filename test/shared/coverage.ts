import {
  DTYPES,
  MAP_FUNCTIONS,
  REDUCE_FUNCTIONS,
  dtypeMax,
  dtypeMin,
  operandsOf,
} from "../../tensor/src/index";
import type {
  DotNode,
  DType,
  InstructionNode,
  MapNode,
  Program,
  TakeNode,
  Tensor,
  ViewNode,
} from "../../tensor/src/index";
import type { Wanted } from "./randomProgram";

const MAX_SHIFT = 62;
const VIEWS = 3;

/** Each instruction with each function, type of result and types of operands; MUL with each shift. */
export function everyInstruction(): Wanted[] {
  const one = DTYPES.map((a) => [a]);
  const two = DTYPES.flatMap((a) => DTYPES.map((b) => [a, b]));
  const typed = (instruction: Wanted, all: readonly DType[][]): Wanted[] =>
    DTYPES.flatMap((dtype) => all.map((operands) => ({ ...instruction, dtype, operands })));
  const shifts = Array.from({ length: MAX_SHIFT + 1 }, (_, shift) => shift);
  return [
    ...typed({ op: "dot" }, two),
    ...MAP_FUNCTIONS.flatMap((fn) => typed({ op: "map", fn }, fn === "sqrt" ? one : two)),
    ...REDUCE_FUNCTIONS.flatMap((fn) => typed({ op: "reduce", fn }, one)),
    // what is special about views takes several of them
    ...Array.from({ length: VIEWS }, () => typed({ op: "view" }, one)).flat(),
    ...typed({ op: "take" }, two),
    ...shifts.map((shift): Wanted => {
      return { op: "map", fn: "mul", dtype: "i32", operands: ["i32", "i32"], shift };
    }),
  ];
}

/** What an instruction is called in `coverageOf`. */
export function nameOf({ op, fn, dtype, operands = [] }: Wanted): string {
  return `${fn === undefined ? op : `${op} ${fn}`} to ${dtype} of ${operands.join()}`;
}

/** Names of what is special about the instructions of a program and what they read. */
export function coverageOf({ nodes }: Program, trace: readonly Tensor[]): Set<string> {
  const seen = new Set<string>();
  for (const node of nodes) {
    if (node.op === "input" || node.op === "const") continue;
    const operands = operandsOf(node).map((index) => trace[index]);
    const fn = "fn" in node ? node.fn : undefined;
    seen.add(nameOf({ ...node, fn, operands: operands.map(({ dtype }) => dtype) }));
    for (const name of shapesOf(node)) seen.add(name);
    for (const operand of operands) for (const name of valuesOf(operand)) seen.add(name);
    for (const name of specialsOf(node, operands)) seen.add(name);
  }
  return seen;
}

function shapesOf({ rows, cols }: InstructionNode): string[] {
  return named({
    "one row": rows === 1 && cols > 1,
    "one column": cols === 1 && rows > 1,
    "one element": rows * cols === 1,
    "columns that no 4 divides": cols % 4 !== 0,
    "elements that no 16 divides": (rows * cols) % 16 !== 0,
  });
}

function valuesOf({ dtype, data }: Tensor): string[] {
  const [min, max] = [dtypeMin(dtype), dtypeMax(dtype)];
  const has = (test: (x: number) => boolean) => data.some(test);
  return named({
    [`least ${dtype}`]: has((x) => x === min),
    [`greatest ${dtype}`]: has((x) => x === max),
    [`-1 as ${dtype}`]: has((x) => x === -1),
    [`0 as ${dtype}`]: has((x) => x === 0),
    [`power of two as ${dtype}`]: has((x) => x > 4 && isPower(x)),
    [`power of two plus one as ${dtype}`]: has((x) => x > 4 && isPower(x - 1)),
    [`power of two minus one as ${dtype}`]: has((x) => x > 4 && x < max && isPower(x + 1)),
  });
}

function isPower(x: number): boolean {
  return Number.isInteger(Math.log2(x));
}

function specialsOf(node: InstructionNode, operands: readonly Tensor[]): string[] {
  switch (node.op) {
    case "dot":
      return dotSpecials(node, operands);
    case "map":
      return mapSpecials(node, operands);
    case "reduce":
      return named({ "several maxima": node.fn === "argmax" && hasTie(operands[0]) });
    case "view":
      return viewSpecials(node, operands[0]);
    case "take":
      return takeSpecials(node, operands);
  }
}

function dotSpecials(node: DotNode, [a, b]: readonly Tensor[]): string[] {
  const groupsOfB = b.rows / ((node.rows * node.cols) / a.rows);
  return named({
    groups: node.groups > 1 && groupsOfB === node.groups,
    "groups that share rows": node.groups > groupsOfB,
    "an odd row": a.cols % 4 !== 0,
    "a square of what was read": node.a === node.b,
  });
}

function mapSpecials({ fn, rows, cols, shift }: MapNode, [a, b]: readonly Tensor[]): string[] {
  const least = dtypeMin("i32");
  const spread = [a, b ?? a].filter((each) => each.rows < rows || each.cols < cols);
  return named({
    [`shift ${shift}`]: fn === "mul",
    "spread over rows or columns": spread.some(
      (each) => (rows % each.rows) + (cols % each.cols) === 0,
    ),
    "spread with a rest": spread.some((each) => (rows % each.rows) + (cols % each.cols) > 0),
    "a larger operand": [a, b ?? a].some((each) => each.rows > rows || each.cols > cols),
    "division by zero": fn === "div" && b.data.includes(0),
    "division by a negative number": fn === "div" && b.data.some((x) => x < 0),
    "division of the least number": fn === "div" && a.data.includes(least),
    "root of a negative number": fn === "sqrt" && a.data.some((x) => x < 0),
  });
}

function hasTie({ data, rows, cols }: Tensor): boolean {
  return Array.from({ length: rows }, (_, row) => data.slice(row * cols, (row + 1) * cols)).some(
    (row) => row.filter((x) => x === Math.max(...row)).length > 1,
  );
}

function viewSpecials({ loops, offsets, dims }: ViewNode, { data }: Tensor): string[] {
  const ends = dims.map((_, axis) => {
    const reach = loops.filter((loop) => loop.axis === axis).map((l) => (l.extent - 1) * l.stride);
    const sum = (list: readonly number[]) => list.reduce((total, x) => total + x, offsets[axis]);
    return { least: sum(reach.filter((r) => r < 0)), most: sum(reach.filter((r) => r > 0)) };
  });
  return named({
    "no loops": loops.length === 0,
    "8 loops": loops.length === 8,
    "padding before": ends.some(({ least }) => least < 0),
    "padding after": ends.some(({ most }, axis) => most >= dims[axis]),
    "far outside": ends.some(({ least, most }) => Math.max(-least, most) >= 2 ** 23),
    backwards: loops.some(({ stride, extent }) => stride < 0 && extent > 1),
    "again and again": loops.some(({ stride, extent }) => stride === 0 && extent > 1),
    "a view of one element": data.length === 1,
  });
}

function takeSpecials({ chunk }: TakeNode, [a, b]: readonly Tensor[]): string[] {
  const chunks = a.data.length / chunk;
  return named({
    "chunks of several elements": chunk > 1,
    "a negative index": b.data.some((x) => x < 0),
    "an index beyond the end": b.data.some((x) => x >= chunks),
    "the least index": b.data.includes(dtypeMin("i32")),
    "the greatest index": b.data.includes(dtypeMax("i32")),
  });
}

function named(found: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(found).flatMap(([name, isSeen]) => (isSeen ? [name] : []));
}
