import { evaluateNode, isInstruction, operandsOf } from "../../../tensor/src/index";
import type { InstructionNode, Model, Tensor } from "../../../tensor/src/index";

/** The result with another element. */
export function changed(result: Tensor, element: number): Tensor {
  const data = result.data.slice();
  data[element] ^= 1;
  return { ...result, data };
}

/** The results of a liar that changes one element of a node, and goes on from there. */
export function lie(
  { program: { nodes } }: Model,
  truth: readonly Tensor[],
  at: number,
  element: number,
): Tensor[] {
  const results: Tensor[] = [];
  nodes.forEach((node, index) => {
    if (index === at) results.push(changed(truth[index], element));
    else if (index < at || !isInstruction(node)) results.push(truth[index]);
    else results.push(evaluateNode(node, operandsAt(results, node)));
  });
  return results;
}

/** What an instruction reads of all results. */
export function operandsAt(results: readonly Tensor[], node: InstructionNode): Tensor[] {
  return operandsOf(node).map((operand) => results[operand]);
}
