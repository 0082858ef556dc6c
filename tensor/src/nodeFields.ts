import { ensure } from "./errors";
import { isHex } from "./hex";
import { WORD_BYTES } from "./merkle";
import { isDimension } from "./tensor";
import type { ProgramNode, ViewNode } from "./node";

/** Most loops of a VIEW. */
export const MAX_LOOPS = 8;
/** Axes of a VIEW. */
export const AXES = 4;

const UINT32 = [0, 2 ** 32 - 1] as const;
const INT32 = [-(2 ** 31), 2 ** 31 - 1] as const;
const INT24 = [-(2 ** 23), 2 ** 23 - 1] as const;
const UINT8 = [0, 255] as const;

/**
 * Throws `ProgramError` unless each field of `node` fits its place in the encoding and those its
 * function does not use are zero: FIELD_RANGE, SHAPE, VIEW_LOOPS or UNUSED_FIELD.
 */
export function checkFields(node: ProgramNode): void {
  ensure(
    isDimension(node.rows) && isDimension(node.cols),
    "SHAPE",
    `a node has 1 to 2^32 - 1 rows and columns, not [${node.rows},${node.cols}]`,
  );
  switch (node.op) {
    case "input":
      return;
    case "const":
      ensure(isHex(node.root, WORD_BYTES), "FIELD_RANGE", `root is ${node.root}, not 32 bytes`);
      return;
    case "dot":
      return checkRanges(UINT32, { a: node.a, b: node.b, groups: node.groups });
    case "map":
      checkRanges(UINT32, { a: node.a, b: node.b, shift: node.shift });
      ensure(node.fn === "mul" || node.shift === 0, "UNUSED_FIELD", `${node.fn} has no shift`);
      ensure(node.fn !== "sqrt" || node.b === 0, "UNUSED_FIELD", "sqrt has no operand b");
      return;
    case "reduce":
      return checkRanges(UINT32, { a: node.a });
    case "view":
      return checkViewFields(node);
    case "take":
      return checkRanges(UINT32, { a: node.a, b: node.b, chunk: node.chunk });
  }
}

function checkViewFields({ a, dims, offsets, pad, loops }: ViewNode): void {
  checkRanges(UINT32, { a });
  checkRanges(INT32, { pad });
  ensure(
    dims.length === AXES && offsets.length === AXES,
    "FIELD_RANGE",
    `a view has ${AXES} dims and offsets, not ${dims.length} and ${offsets.length}`,
  );
  dims.forEach((dim, axis) => checkRanges(UINT32, { [`dims[${axis}]`]: dim }));
  offsets.forEach((offset, axis) => checkRanges(INT32, { [`offsets[${axis}]`]: offset }));
  ensure(
    loops.length <= MAX_LOOPS,
    "VIEW_LOOPS",
    `a view has at most ${MAX_LOOPS} loops, not ${loops.length}`,
  );
  loops.forEach(({ extent, axis, stride }, i) => {
    checkRanges(UINT32, { [`loops[${i}].extent`]: extent });
    checkRanges(UINT8, { [`loops[${i}].axis`]: axis });
    checkRanges(INT24, { [`loops[${i}].stride`]: stride });
  });
}

function checkRanges([min, max]: readonly [number, number], fields: Record<string, number>): void {
  for (const [name, value] of Object.entries(fields)) {
    ensure(
      Number.isInteger(value) && value >= min && value <= max,
      "FIELD_RANGE",
      `${name} is ${value}, not an integer from ${min} to ${max}`,
    );
  }
}
