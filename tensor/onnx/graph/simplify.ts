import { ELEMENT_TYPES } from "../file/schema";
import { foldLayers } from "./foldAffine";
import { findNorms } from "./findNorms";
import { inferGraph } from "./infer";
import { Rewriter } from "./rewrite";
import type { Inferred } from "./infer";

/** A graph that computes the same in fewer steps. */
export interface Simplified {
  readonly graph: Inferred;
  /** Outputs from which a final Softmax was taken off: their order is the same, their sum is not 1. */
  readonly withoutSoftmax: readonly string[];
}

/**
 * Takes out what changes nothing (Identity, Dropout, Cast between real types), a final Softmax, which
 * keeps the order, and batch normalisation, scales and biases after a layer, which go into its weights;
 * and finds normalisations that are written step by step. Throws like `inferGraph`.
 */
export function simplify(inferred: Inferred): Simplified {
  const rewriter = new Rewriter(withoutCopies(inferred));
  const withoutSoftmax = rewriter.outputs.flatMap((name) =>
    rewriter.producer(name, "Softmax") === undefined ? [] : [name],
  );
  rewriter.outputs = rewriter.outputs.map(
    (name) => rewriter.producer(name, "Softmax")?.inputs[0] ?? name,
  );
  findNorms(rewriter);
  foldLayers(rewriter);
  return { graph: inferGraph(rewriter.finish()), withoutSoftmax };
}

function withoutCopies(inferred: Inferred): Inferred {
  const originals = new Map<string, string>();
  const original = (name: string) => originals.get(name) ?? name;
  const nodes = inferred.steps.flatMap(({ node, operands, results }) => {
    const inputs = node.inputs.map(original);
    const copies =
      ["Identity", "Dropout"].includes(node.operator) ||
      (node.operator === "Cast" &&
        operands[0]?.kind === results[0].kind &&
        node.attributes.get("to") !== ELEMENT_TYPES.bool);
    if (!copies) return [{ ...node, inputs }];
    originals.set(node.outputs[0], inputs[0]);
    return [];
  });
  const outputs = inferred.outputs.map(original);
  return inferGraph({ ...inferred, outputs, nodes });
}
