import { OnnxError } from "../errors";
import { OperatorCall } from "./call";
import { ELEMENTWISE } from "./elementwise";
import { LINEAR } from "./linear";
import { MOVEMENT } from "./movement";
import { REDUCE } from "./reduce";
import { SHAPE } from "./shape";
import type { GraphNode } from "../graph/graph";
import type { Operand, Result } from "./call";

const RULES = new Map(
  Object.entries({ ...ELEMENTWISE, ...LINEAR, ...MOVEMENT, ...REDUCE, ...SHAPE }),
);

/**
 * What a node puts out, one result for each output that is named. Throws `OnnxError` OPERATOR if it is
 * not supported, or what is wrong with its inputs and attributes.
 */
export function applyOperator(
  node: GraphNode,
  opset: number,
  operands: readonly (Operand | undefined)[],
): Result[] {
  const rule = RULES.get(node.operator);
  if (rule === undefined) throw new OnnxError("OPERATOR", "this operator is not supported", node);
  const results = [rule(new OperatorCall(node, opset, operands))].flat() as Result[];
  const missing = node.outputs.slice(results.length).some((name) => name !== "");
  if (missing) throw new OnnxError("OPERATOR", "its further outputs are not supported", node);
  return results;
}
