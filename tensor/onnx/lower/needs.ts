import type { Inferred, Step } from "../graph/infer";
import type { PointwiseMap } from "./pointwise";

/** How exactly a value has to be kept: 8 bits serve layers, 16 what is normalised, added or multiplied. */
export type Need = "layer" | "exact";

/** Operators whose result is made of their first operand's elements, in its format. */
const KEEPING = new Set([
  "Expand",
  "Flatten",
  "Gather",
  "MaxPool",
  "Pad",
  "ReduceMax",
  "Reshape",
  "Resize",
  "Slice",
  "Split",
  "Squeeze",
  "Tile",
  "Transpose",
  "Unsqueeze",
  "Upsample",
]);

const LAYERS = new Set([
  "AveragePool",
  "Concat",
  "Conv",
  "ConvTranspose",
  "GlobalAveragePool",
  "Linear",
  "ReduceMean",
]);

/** Whether a step's result is in the format of its first operand. */
function keepsFormat(step: Step): boolean {
  return KEEPING.has(step.node.operator) && step.operands[0]?.data === undefined;
}

/** What a program has to hold. */
export interface Needs {
  /** How exactly each value is kept; those that only a table's function passes through are left out. */
  readonly need: ReadonlyMap<string, Need>;
  /** Values that are read by themselves, and not only as the source of others. */
  readonly direct: ReadonlySet<string>;
  /** For each source the values that are needed as functions of its elements. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
}

/** Finds what a program has to hold. */
export function findNeeds(graph: Inferred, pointwise: PointwiseMap): Needs {
  const need = new Map<string, Need>();
  const functions = new Map<string, string[]>();
  const demand = (name: string, how: Need) => {
    if (need.get(name) !== "exact") need.set(name, how);
  };
  const direct = new Set(graph.outputs);
  for (const name of graph.outputs) demand(name, "exact");
  for (const step of [...graph.steps].reverse()) {
    const { node, operands } = step;
    const read = node.outputs.filter((name) => need.has(name));
    if (read.length === 0) continue;
    const source = pointwise.get(node.outputs[0])?.source;
    if (source !== undefined) {
      demand(source, "exact");
      const names = functions.get(source) ?? [];
      functions.set(source, names);
      names.push(node.outputs[0]);
      continue;
    }
    const isExact = read.some((name) => need.get(name) === "exact");
    for (const operand of operands) {
      if (operand === undefined || operand.data !== undefined) continue;
      direct.add(operand.name);
      const keeps = keepsFormat(step) && operand === operands[0];
      const serves = keeps ? !isExact : LAYERS.has(node.operator);
      demand(operand.name, serves ? "layer" : "exact");
    }
  }
  return { need, direct, functions };
}
