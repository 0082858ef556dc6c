import { ProgramError, ensure } from "./errors";
import { isInstruction, operandsOf } from "./node";
import { AXES, checkFields } from "./nodeFields";
import { MAX_COMMITTED_BYTES, describeHeader, elementCount, layoutOf } from "./tensor";
import type { DotNode, MapNode, ProgramNode, ReduceNode, TakeNode, ViewNode } from "./node";
import type { Program } from "./program";
import type { Header } from "./tensor";

/** Least and most nodes of a program. */
export const MIN_NODES = 2;
export const MAX_NODES = 65_536;
/** Most columns that DOT sums over when both operands are i8. */
export const MAX_DOT_COLUMNS_I8 = 16_384;
/** Most columns that DOT sums over when an operand is wider. */
export const MAX_DOT_COLUMNS_WIDE = 4_096;
/** Most columns of the operand of REDUCE. */
export const MAX_REDUCE_COLUMNS = 16_384;
/** Most bits that MAP mul shifts by. */
export const MAX_SHIFT = 62;

/** Names a node for messages, as in `node 3 "conv1" (dot i32 [4,8])`. */
export function describeNode(node: ProgramNode, index: number, name?: string): string {
  const what = node.op === "map" || node.op === "reduce" ? `${node.op} ${node.fn}` : node.op;
  return `node ${index} ${name ? `"${name}" ` : ""}(${what} ${describeHeader(node)})`;
}

/**
 * Throws `ProgramError` unless a registry would accept the program's structure, with the index of
 * the first node at fault. `modelId` checks the limits on work and trace bytes.
 */
export function validateProgram(program: Program): void {
  const { nodes } = program;
  ensure(
    nodes.length >= MIN_NODES && nodes.length <= MAX_NODES,
    "NODE_COUNT",
    `a program has ${MIN_NODES} to ${MAX_NODES} nodes, not ${nodes.length}`,
  );
  const used = new Uint8Array(nodes.length);
  for (let index = 0; index < nodes.length; index++) {
    atNode(program, index, () => {
      checkPosition(nodes, index);
      checkNode(nodes[index], operandHeaders(nodes, index));
    });
    for (const operand of operandsOf(nodes[index])) used[operand] = 1;
  }
  for (let index = 0; index < nodes.length - 1; index++) {
    atNode(program, index, () =>
      ensure(used[index] === 1, "UNUSED_NODE", "no later node reads it"),
    );
  }
}

/**
 * Throws `ProgramError`, naming no node, unless `node` may have operands with these headers, given
 * in the order of `operandsOf`.
 */
export function checkNode(node: ProgramNode, operands: readonly Header[]): void {
  checkFields(node);
  const { bytes } = layoutOf(node);
  ensure(
    bytes <= MAX_COMMITTED_BYTES,
    "TOO_LARGE",
    `its ${bytes} committed bytes are more than ${MAX_COMMITTED_BYTES}`,
  );
  const [a, b] = operands;
  switch (node.op) {
    case "input":
    case "const":
      return;
    case "dot":
      return checkDot(node, a, b);
    case "map":
      return checkMap(node);
    case "reduce":
      return checkReduce(node, a);
    case "view":
      return checkView(node, a);
    case "take":
      return checkTake(node, a, b);
  }
}

/** Runs `check` and adds the name of the node to the `ProgramError` that it may throw. */
export function naming<Result>(
  node: ProgramNode,
  index: number,
  name: string | undefined,
  check: () => Result,
): Result {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    const message = `${describeNode(node, index, name)}: ${error.message}`;
    throw new ProgramError(error.code, message, index, { cause: error });
  }
}

/** Like `naming`, for a node of `program`. */
export function atNode<Result>(program: Program, index: number, check: () => Result): Result {
  return naming(program.nodes[index], index, program.names?.[index], check);
}

function checkPosition(nodes: readonly ProgramNode[], index: number): void {
  const node = nodes[index];
  ensure(
    (node.op === "input") === (index === 0),
    "INPUT_POSITION",
    "the input is node 0 and no other",
  );
  ensure(
    isInstruction(node) || index < nodes.length - 1,
    "OUTPUT",
    "the last node is an instruction",
  );
}

function operandHeaders(nodes: readonly ProgramNode[], index: number): readonly Header[] {
  return operandsOf(nodes[index]).map((operand) => {
    ensure(operand < index, "OPERAND", `its operand ${operand} is not an earlier node`);
    return nodes[operand];
  });
}

function checkDot(node: DotNode, a: Header, b: Header): void {
  const shapes = `a is ${describeHeader(a)}, b is ${describeHeader(b)}`;
  ensure(node.groups >= 1, "DOT_GROUPS", "there is at least one group");
  ensure(a.cols === b.cols, "DOT_COLUMNS", `columns differ: ${shapes}`);
  const limit = a.dtype === "i8" && b.dtype === "i8" ? MAX_DOT_COLUMNS_I8 : MAX_DOT_COLUMNS_WIDE;
  ensure(a.cols <= limit, "COLUMNS_LIMIT", `at most ${limit} columns: ${shapes}`);
  const n = elementCount(node) / a.rows;
  ensure(Number.isInteger(n), "DOT_ROWS", `the rows of a do not divide the result: ${shapes}`);
  const h = b.rows / n;
  ensure(Number.isInteger(h), "DOT_ROWS", `groups of ${n} rows do not divide b: ${shapes}`);
  ensure(
    node.groups % h === 0,
    "DOT_GROUPS",
    `the ${h} groups of b do not divide ${node.groups} groups: ${shapes}`,
  );
  ensure(
    a.rows % node.groups === 0,
    "DOT_GROUPS",
    `${node.groups} groups do not divide the rows of a: ${shapes}`,
  );
}

function checkMap({ shift }: MapNode): void {
  ensure(shift <= MAX_SHIFT, "MAP_SHIFT", `shift ${shift} is more than ${MAX_SHIFT}`);
}

function checkReduce(node: ReduceNode, a: Header): void {
  ensure(
    elementCount(node) === a.rows,
    "REDUCE_COUNT",
    `the result needs one element for each row: a is ${describeHeader(a)}`,
  );
  ensure(
    a.cols <= MAX_REDUCE_COLUMNS,
    "COLUMNS_LIMIT",
    `at most ${MAX_REDUCE_COLUMNS} columns: a is ${describeHeader(a)}`,
  );
}

function checkView(node: ViewNode, a: Header): void {
  node.loops.forEach(({ extent, axis }, i) => {
    ensure(extent >= 1, "VIEW_EXTENTS", `loop ${i} has extent 0`);
    ensure(axis < AXES, "VIEW_AXIS", `loop ${i} runs along axis ${axis}, beyond ${AXES - 1}`);
  });
  const extents = product(node.loops.map((loop) => loop.extent));
  ensure(
    extents === BigInt(elementCount(node)),
    "VIEW_EXTENTS",
    `the loops give ${extents} elements, the result has ${elementCount(node)}`,
  );
  const dims = product(node.dims);
  ensure(
    dims === BigInt(elementCount(a)),
    "VIEW_DIMS",
    `the dims [${node.dims}] have ${dims} elements: a is ${describeHeader(a)}`,
  );
  for (let axis = 0; axis < AXES; axis++) checkViewRange(node, axis);
}

function checkViewRange(node: ViewNode, axis: number): void {
  let low = BigInt(node.offsets[axis]);
  let high = low;
  for (const loop of node.loops.filter((candidate) => candidate.axis === axis)) {
    const reach = BigInt(loop.extent - 1) * BigInt(loop.stride);
    if (reach < 0n) low += reach;
    else high += reach;
  }
  ensure(
    low >= -(2n ** 31n) && high < 2n ** 31n,
    "VIEW_RANGE",
    `positions on axis ${axis} reach from ${low} to ${high}, beyond 32 bits`,
  );
}

function checkTake(node: TakeNode, a: Header, b: Header): void {
  const shapes = `a is ${describeHeader(a)}, b is ${describeHeader(b)}`;
  ensure(node.chunk >= 1, "TAKE_CHUNK", "a chunk has at least one element");
  ensure(
    elementCount(a) % node.chunk === 0,
    "TAKE_CHUNK",
    `chunks of ${node.chunk} do not divide a: ${shapes}`,
  );
  ensure(
    BigInt(elementCount(node)) === BigInt(elementCount(b)) * BigInt(node.chunk),
    "TAKE_COUNT",
    `the result needs ${node.chunk} elements for each index: ${shapes}`,
  );
}

function product(factors: readonly number[]): bigint {
  return factors.reduce((result, factor) => result * BigInt(factor), 1n);
}
