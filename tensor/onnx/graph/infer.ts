import { OnnxError, demand } from "../errors";
import { LIMITS } from "../file/limits";
import { checkDims } from "../file/constants";
import { applyOperator } from "../operators/index";
import { ElementPool } from "./pool";
import { sizeOf } from "./tensor";
import type { Operand, Result } from "../operators/call";
import type { Graph, GraphNode } from "./graph";
import type { FloatTensor, Shaped } from "./tensor";

/** A node that depends on the graph's inputs, with its inputs and outputs. */
export interface Step {
  readonly node: GraphNode;
  readonly operands: readonly (Operand | undefined)[];
  readonly results: readonly Result[];
}

/** A graph whose shapes are all known and whose constants are computed. */
export interface Inferred {
  readonly opset: number;
  readonly inputs: readonly (Shaped & { readonly name: string })[];
  readonly outputs: readonly string[];
  readonly constants: ReadonlyMap<string, FloatTensor>;
  /** In an order in which inputs come first; only those that an output needs. */
  readonly steps: readonly Step[];
}

/** Shapes of inputs, by name. */
export type InputShapes = ReadonlyMap<string, readonly number[]>;

/**
 * Finds the shapes of all values, computes what does not depend on an input, and leaves out what no
 * output needs. Throws `OnnxError` INPUT (a shape that does not fit the graph's, or is missing), CYCLE,
 * UNDEFINED, OUTPUT (it does not depend on an input), LIMIT, or what is wrong with a node.
 */
export function inferGraph(graph: Graph, shapes: InputShapes = new Map()): Inferred {
  const inputs = fixInputs(graph, shapes);
  const folder = new Folder(graph, inputs);
  const steps = graph.nodes.flatMap((node) => folder.add(node) ?? []);
  for (const name of graph.outputs) {
    demand(!folder.constants.has(name), "OUTPUT", `output "${name}" depends on no input`);
    demand(folder.values.has(name), "UNDEFINED", `output "${name}" is not computed`);
  }
  const needed = neededSteps(steps, graph.outputs);
  const used = new Set(needed.flatMap(({ node }) => node.inputs));
  const constants = new Map([...folder.constants].filter(([name]) => used.has(name)));
  return { opset: graph.opset, inputs, outputs: graph.outputs, constants, steps: needed };
}

function fixInputs(graph: Graph, shapes: InputShapes): Inferred["inputs"] {
  for (const name of shapes.keys()) {
    const known = graph.inputs.some((input) => input.name === name);
    const names = graph.inputs.map((input) => input.name).join(", ");
    demand(known, "INPUT", `there is no input "${name}"; there are: ${names}`);
  }
  return graph.inputs.map(({ name, kind, dims: open }) => {
    const given = shapes.get(name);
    const dims = given ?? open?.map((dim) => dim ?? 0);
    const described = open?.map((dim) => dim ?? "?").join(",") ?? "?";
    const fits = open === undefined || open.length === dims?.length;
    const agrees =
      fits && (open?.every((dim, i) => dim === undefined || dim === dims?.[i]) ?? true);
    const complete = dims !== undefined && agrees && dims.every((dim) => dim >= 1);
    demand(complete, "INPUT", `input "${name}" needs a shape: it is [${described}]`);
    checkDims(dims, name);
    return { name, kind, dims };
  });
}

class Folder {
  readonly values = new Map<string, Operand>();
  readonly constants: Map<string, FloatTensor>;
  private readonly made: ReadonlySet<string>;
  private foldedElements: number = LIMITS.foldedElements;
  private foldedWork: number = LIMITS.foldedWork;
  private work: number = LIMITS.work;
  private runElements: number = LIMITS.runElements;

  constructor(
    private readonly graph: Graph,
    inputs: Inferred["inputs"],
  ) {
    this.constants = new Map(graph.constants);
    for (const input of inputs) {
      this.values.set(input.name, input);
      this.spendElements(input.name, input.dims);
    }
    for (const [name, constant] of graph.constants) this.values.set(name, { name, ...constant });
    this.made = new Set(graph.nodes.flatMap((node) => node.outputs));
  }

  /** The step that the node is, undefined if it was computed at once. */
  add(node: GraphNode): Step | undefined {
    const operands = node.inputs.map((name) => (name === "" ? undefined : this.value(name, node)));
    const results = applyOperator(node, this.graph.opset, operands);
    this.spend(node, results);
    const given = operands.filter((operand) => operand !== undefined);
    if (given.every(({ data }) => data !== undefined) || node.operator === "Shape") {
      this.fold(node, operands, results);
      return undefined;
    }
    results.forEach(({ kind, dims }, i) => {
      const name = node.outputs[i];
      this.spendElements(name, dims);
      if (name) this.values.set(name, { name, kind, dims });
    });
    return { node, operands, results };
  }

  private value(name: string, node: GraphNode): Operand {
    const value = this.values.get(name);
    if (value !== undefined) return value;
    if (this.made.has(name)) {
      throw new OnnxError("CYCLE", `it reads "${name}", which is computed after it`, node);
    }
    throw new OnnxError("UNDEFINED", `it reads "${name}", which is nowhere computed`, node);
  }

  private spendElements(name: string, dims: readonly number[]): void {
    this.runElements -= sizeOf(dims);
    const bounded = this.runElements >= 0;
    demand(bounded, "LIMIT", `with "${name}" a run has more than ${LIMITS.runElements} elements`);
  }

  private spend(node: GraphNode, results: readonly Result[]): void {
    for (const { work } of results) this.work -= work;
    demand(this.work >= 0, "LIMIT", `a run takes more than ${LIMITS.work} operations`, node);
  }

  private fold(
    node: GraphNode,
    operands: readonly (Operand | undefined)[],
    results: readonly Result[],
  ): void {
    const inputs = operands.map((operand) => operand?.data ?? new Float32Array(0));
    const pool = new ElementPool();
    results.forEach(({ kind, dims, work, compute }, i) => {
      const name = node.outputs[i];
      if (!name) return;
      this.foldedElements -= sizeOf(dims);
      this.foldedWork -= work;
      const bounded = this.foldedElements >= 0 && this.foldedWork >= 0;
      demand(bounded, "LIMIT", "constants take too many elements or operations", node);
      const constant = { kind, dims, data: compute(inputs, pool) };
      this.constants.set(name, constant);
      this.values.set(name, { name, ...constant });
    });
  }
}

function neededSteps(steps: readonly Step[], outputs: readonly string[]): Step[] {
  const needed = new Set(outputs);
  const reversed = [...steps].reverse().filter(({ node }) => {
    if (!node.outputs.some((name) => needed.has(name))) return false;
    for (const name of node.inputs) needed.add(name);
    return true;
  });
  return reversed.reverse();
}
