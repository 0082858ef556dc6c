import { OnnxError } from "../errors";
import { ElementPool } from "./pool";
import { sizeOf } from "./tensor";
import type { Inferred, Step } from "./infer";
import type { Elements } from "./tensor";

/** Told of each value as it is computed; its elements are overwritten after this call. */
export type Observe = (name: string, elements: Elements) => void;

/**
 * Runs the graph in floating point: each value rounded to 32 bits, sums to 64. Values are forgotten
 * once nothing reads them, and their memory is used again.
 *
 * @param inputs elements of the inputs by name. Throws `OnnxError` INPUT if one is missing or of
 * another size.
 * @param pool lends the memory; one for many runs spares each of them its own.
 * @return the elements of the outputs, in order.
 */
export function evaluate(
  graph: Inferred,
  inputs: ReadonlyMap<string, Elements>,
  observe: Observe = () => undefined,
  pool = new ElementPool(),
): Elements[] {
  const values = new Map<string, Elements>();
  for (const { name, dims } of graph.inputs) {
    const elements = inputs.get(name);
    const size = sizeOf(dims);
    if (elements?.length !== size) {
      throw new OnnxError("INPUT", `input "${name}" has ${elements?.length} elements, not ${size}`);
    }
    values.set(name, elements);
    observe(name, elements);
  }
  const lastRead = lastReads(graph);
  graph.steps.forEach((step, index) => {
    compute(step, values, observe, pool);
    for (const name of new Set([...step.node.inputs, ...step.node.outputs])) {
      if ((lastRead.get(name) ?? index) !== index) continue;
      const elements = values.get(name);
      values.delete(name);
      if (elements !== undefined && !inputs.has(name)) pool.give(elements);
    }
  });
  return graph.outputs.map((name) => values.get(name) ?? new Float32Array(0));
}

function compute(
  { node, operands, results }: Step,
  values: Map<string, Elements>,
  observe: Observe,
  pool: ElementPool,
): void {
  const inputs = operands.map((operand) =>
    operand === undefined ? undefined : (operand.data ?? values.get(operand.name)),
  ) as Elements[];
  results.forEach((result, i) => {
    const name = node.outputs[i];
    if (!name) return;
    const elements = result.compute(inputs, pool);
    values.set(name, elements);
    observe(name, elements);
  });
}

function lastReads({ steps, outputs }: Inferred): Map<string, number> {
  const last = new Map<string, number>();
  steps.forEach(({ node }, index) => {
    for (const name of node.inputs) last.set(name, index);
  });
  for (const name of outputs) last.set(name, Infinity);
  return last;
}
