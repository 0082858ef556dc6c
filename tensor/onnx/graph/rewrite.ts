import { sizeOf } from "./tensor";
import type { AttributeValue, Graph, GraphNode } from "./graph";
import type { Inferred } from "./infer";
import type { Elements, FloatTensor } from "./tensor";

/** A graph while it is rewritten: nodes by what they put out, and who reads what. */
export class Rewriter {
  readonly constants: Map<string, FloatTensor>;
  readonly nodes = new Map<string, GraphNode>();
  readonly dims = new Map<string, readonly number[]>();
  outputs: readonly string[];
  private readonly readers = new Map<string, number>();

  constructor(readonly graph: Inferred) {
    this.constants = new Map(graph.constants);
    this.outputs = graph.outputs;
    for (const { name, dims } of graph.inputs) this.dims.set(name, dims);
    for (const { node, results } of graph.steps) {
      results.forEach(({ dims }, i) => this.dims.set(node.outputs[i], dims));
      this.nodes.set(node.outputs.find((name) => name !== "") ?? "", node);
      for (const name of node.inputs) this.readers.set(name, (this.readers.get(name) ?? 0) + 1);
    }
    for (const name of graph.outputs) this.readers.set(name, (this.readers.get(name) ?? 0) + 1);
  }

  /** Whether just one node, and no output of the graph, reads a value. */
  isReadOnce(name: string): boolean {
    return this.readers.get(name) === 1;
  }

  /** Whether two values have as many axes. */
  isAsLong(a: string, b: string): boolean {
    return this.dims.get(a)?.length === this.dims.get(b)?.length;
  }

  /** The node that computes a value, if it has the operator. */
  producer(name: string, ...operators: readonly string[]): GraphNode | undefined {
    const node = this.nodes.get(name);
    return node !== undefined && operators.includes(node.operator) ? node : undefined;
  }

  /** The one number that a constant is, wherever it is spread; undefined for any other value. */
  scalar(name: string): number | undefined {
    const constant = this.constants.get(name);
    return constant !== undefined && sizeOf(constant.dims) === 1 ? constant.data[0] : undefined;
  }

  /** Adds a constant of real numbers under a name that starts with `base`. */
  addConstant(base: string, dims: readonly number[], data: Elements): string {
    let name = base;
    while (this.constants.has(name) || this.dims.has(name)) name += "'";
    const reals = data instanceof Float32Array ? data : Float32Array.from(data);
    this.constants.set(name, { kind: "real", dims, data: reals });
    return name;
  }

  /** Lets `node` be computed by another operator. What it read alone is no longer needed. */
  replace(
    node: GraphNode,
    operator: string,
    inputs: readonly string[],
    attributes: ReadonlyMap<string, AttributeValue> = new Map(),
  ): void {
    const { name, outputs } = node;
    for (const input of inputs) this.count(input, 1);
    for (const input of node.inputs) this.count(input, -1);
    this.nodes.set(outputs[0], { name, operator, inputs, outputs: [outputs[0]], attributes });
  }

  /** Takes out a node whose result nobody reads any more, and constants that it read alone. */
  remove(node: GraphNode): void {
    this.nodes.delete(node.outputs[0]);
    for (const input of node.inputs) this.count(input, -1);
  }

  /** The rewritten graph. */
  finish(): Graph {
    const { opset, inputs } = this.graph;
    return {
      opset,
      inputs,
      outputs: this.outputs,
      constants: this.constants,
      nodes: [...this.nodes.values()],
    };
  }

  private count(name: string, change: number): void {
    const readers = (this.readers.get(name) ?? 0) + change;
    this.readers.set(name, readers);
    if (readers === 0) this.constants.delete(name);
  }
}
