import { expect } from "chai";
import { ReferenceExecutor, tensorId, tensorRoot } from "../../tensor/src/index";
import type { InstructionNode, Model, Tensor, TracingExecutor } from "../../tensor/src/index";

/** A model of one instruction whose operand a is the input, and b, if it has one, a constant. */
export function modelOf(node: InstructionNode, [a, b]: readonly Tensor[]): Model {
  const { dtype, rows, cols } = a;
  const input = { op: "input", dtype, rows, cols } as const;
  if (b === undefined)
    return { program: { nodes: [input, { ...node, a: 0 }] }, weights: new Map() };
  const constant = {
    op: "const",
    dtype: b.dtype,
    rows: b.rows,
    cols: b.cols,
    root: tensorRoot(b),
  } as const;
  const instruction = "b" in node ? { ...node, a: 0, b: 1 } : node;
  return { program: { nodes: [input, constant, instruction] }, weights: new Map([[1, b]]) };
}

/**
 * Fails unless the executor gives the outputs of the reference, and to the first input, for which it
 * keeps every result, the reference's trace.
 */
export async function expectSame(
  executor: TracingExecutor,
  model: Model,
  inputs: readonly Tensor[],
  what = "",
): Promise<void> {
  const reference = new ReferenceExecutor();
  const traces = inputs.map((input) => reference.trace(model, input));
  const outputs = await executor.run(model, inputs);
  traces.forEach((trace, i) => {
    const where = `${what} input ${i}`;
    expect(tensorId(outputs[i]), where).to.equal(tensorId(trace[trace.length - 1]));
  });
  const ids = (await executor.trace(model, inputs[0])).map(tensorId);
  expect(ids, what).to.deep.equal(traces[0].map(tensorId));
}
