import { sizeOf } from "../graph/tensor";
import { evaluate } from "../graph/evaluate";
import { inferGraph } from "../graph/infer";
import { UNARY } from "../operators/elementwise";
import type { Inferred, Step } from "../graph/infer";
import type { Elements } from "../graph/tensor";

/** A value each of whose elements is a function of the same element of another value, its source. */
export interface Pointwise {
  readonly source: string;
  /** The function, for any number of elements. */
  readonly apply: (x: Float32Array) => Elements;
}

const BINARY = new Set(["Add", "Sub", "Mul", "Div", "Max", "Min", "Pow"]);

/** How the values of a graph depend on each other element by element. */
export class PointwiseMap {
  private readonly sources = new Map<string, string>();
  private readonly steps = new Map<string, Step[]>();

  constructor(private readonly graph: Inferred) {
    for (const step of graph.steps) {
      const source = this.sourceOf(step);
      if (source === undefined) continue;
      const steps = this.steps.get(source) ?? [];
      steps.push(step);
      this.steps.set(source, steps);
      this.sources.set(step.node.outputs[0], source);
    }
  }

  /** What the value is a function of; undefined if it is computed in any other way. */
  get(name: string): Pointwise | undefined {
    const source = this.sources.get(name);
    if (source === undefined) return undefined;
    return { source, apply: (x) => this.apply(name, source, x) };
  }

  private sourceOf({ node, operands, results }: Step): string | undefined {
    const isUnary = node.operator in UNARY;
    if (!isUnary && !BINARY.has(node.operator)) return undefined;
    let source: string | undefined;
    for (const operand of operands) {
      if (operand === undefined) continue;
      if (operand.data !== undefined) {
        if (sizeOf(operand.dims) !== 1) return undefined;
        continue;
      }
      const found = this.sources.get(operand.name) ?? operand.name;
      const same = sizeOf(operand.dims) === sizeOf(results[0].dims) && operand.kind === "real";
      if (!same || (source !== undefined && source !== found)) return undefined;
      source = found;
    }
    return source;
  }

  private apply(name: string, source: string, x: Float32Array): Elements {
    const steps = this.steps.get(source) ?? [];
    const constants = new Map(
      steps.flatMap(({ operands }) =>
        operands.flatMap((operand) =>
          operand?.data === undefined
            ? []
            : [[operand.name, { kind: operand.kind, dims: [], data: operand.data }] as const],
        ),
      ),
    );
    const graph = inferGraph({
      opset: this.graph.opset,
      inputs: [{ name: source, kind: "real", dims: [x.length] }],
      outputs: [name],
      constants,
      nodes: steps.map(({ node }) => node),
    });
    return evaluate(graph, new Map([[source, x]]))[0];
  }
}
