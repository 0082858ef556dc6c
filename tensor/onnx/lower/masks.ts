import type { Inferred } from "../graph/infer";

/** Operators after which what is far below all others still is. */
const KEEPING = new Set([
  "Add",
  "Concat",
  "Div",
  "Expand",
  "Flatten",
  "Gather",
  "Max",
  "Min",
  "Mul",
  "Reshape",
  "Slice",
  "Split",
  "Squeeze",
  "Sub",
  "Transpose",
  "Unsqueeze",
]);

/** Values whose numbers count as they are; the others lead to nothing but a Softmax, so they may hold masks. */
export function findUnmasked({ steps, outputs }: Inferred): ReadonlySet<string> {
  const unmasked = new Set(outputs);
  for (const { node } of [...steps].reverse()) {
    const kept = KEEPING.has(node.operator) && !node.outputs.some((name) => unmasked.has(name));
    if (kept || node.operator === "Softmax") continue;
    for (const name of node.inputs) unmasked.add(name);
  }
  return unmasked;
}
