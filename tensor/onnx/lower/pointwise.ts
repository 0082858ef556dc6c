import { demand } from "../errors";
import { LIMITS } from "../file/limits";
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
  /** Places of steps that compute functions among the graph's, by the value that they put out. */
  private readonly places = new Map<string, number>();
  private workLeft: number = LIMITS.tableWork;

  constructor(private readonly graph: Inferred) {
    graph.steps.forEach((step, place) => {
      const source = this.sourceOf(step);
      if (source === undefined) return;
      this.places.set(step.node.outputs[0], place);
      this.sources.set(step.node.outputs[0], source);
    });
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
      const same = operand.dims.join() === results[0].dims.join() && operand.kind === "real";
      if (!same || (source !== undefined && source !== found)) return undefined;
      source = found;
    }
    return source;
  }

  private apply(name: string, source: string, x: Float32Array): Elements {
    const steps = this.stepsTo(name);
    this.workLeft -= steps.length * x.length;
    demand(this.workLeft >= 0, "LIMIT", `functions such as "${name}" take too many operations`);
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

  /** The steps from a source to a function of it, in order. */
  private stepsTo(name: string): Step[] {
    const places = new Set<number>();
    const names = [name];
    for (let next = names.pop(); next !== undefined; next = names.pop()) {
      const place = this.places.get(next);
      if (place === undefined || places.has(place)) continue;
      places.add(place);
      names.push(...this.graph.steps[place].node.inputs);
    }
    return [...places].sort((a, b) => a - b).map((place) => this.graph.steps[place]);
  }
}
