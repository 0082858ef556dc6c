import {
  WasmExecutor,
  dtypeSize,
  modelBytes,
  modelId,
  operandsOf,
  programWork,
  traceBytes,
} from "../src/index";
import { evaluate } from "./graph/evaluate";
import { ElementPool } from "./graph/pool";
import { MASK } from "./lower/calibrate";
import { encodeInputs, inOrder } from "./lower/encode";
import { registrationGas } from "./registration";
import type { Affine, DType, Hex, Model, ProgramNode, Tensor } from "../src/index";
import type { Inferred } from "./graph/infer";
import type { Elements } from "./graph/tensor";
import type { Sample } from "./lower/calibrate";
import type { Held } from "./lower/held";
import type { Lowered } from "./lower/lower";

/** How well a value of the graph is kept. */
export interface LayerReport {
  readonly name: string;
  readonly operator: string;
  readonly dtype: DType;
  /** Signal to noise against floating point in decibels, on one sample. */
  readonly decibels: number;
}

/** The element that takes the most data to check on its own. */
export interface LargestStep {
  readonly node: number;
  readonly name: string;
  /** Bytes of the rows that it is made of. */
  readonly bytes: number;
}

/** What an import made. */
export interface ImportReport {
  readonly modelId: Hex;
  readonly nodes: number;
  /** Bytes of the model file. */
  readonly bytes: number;
  readonly macs: bigint;
  readonly traceBytes: bigint;
  /** About what its registration takes. */
  readonly registrationGas: number;
  readonly largestStep: LargestStep;
  /** Signal to noise of the output in decibels. */
  readonly decibels: number;
  /** What 8 bits had to give where they were chosen, in decibels. */
  readonly leastDecibels: number;
  readonly layers: readonly LayerReport[];
}

/** Counts and sizes of a model. */
export function measureModel(
  model: Model,
): Omit<ImportReport, "decibels" | "leastDecibels" | "layers"> {
  const { program } = model;
  return {
    modelId: modelId(program),
    nodes: program.nodes.length,
    bytes: modelBytes(program),
    macs: programWork(program),
    traceBytes: traceBytes(program),
    registrationGas: registrationGas(program),
    largestStep: largestStep(model),
  };
}

function largestStep({ program }: Model): LargestStep {
  const { nodes, names = [] } = program;
  const steps = nodes.map((node, index) => ({
    node: index,
    name: names[index] ?? "",
    bytes: bytesOfElement(nodes, node),
  }));
  return steps.reduce((most, step) => (step.bytes > most.bytes ? step : most));
}

function bytesOfElement(nodes: readonly ProgramNode[], node: ProgramNode): number {
  const isRow = node.op === "dot" || node.op === "reduce";
  return operandsOf(node).reduce((bytes, operand) => {
    const { dtype, cols } = nodes[operand];
    return bytes + dtypeSize(dtype) * (isRow ? cols : 1);
  }, 0);
}

/** Signal to noise of a program's output against what floating point puts out, in decibels. */
export async function measureOutput(
  { model, inputs, output }: Lowered,
  samples: readonly Sample[],
  exact: readonly Elements[],
): Promise<number> {
  const encoded = samples.map((sample) => encodeInputs(model, inputs, sample));
  const results = await new WasmExecutor().run(model, encoded);
  const loss = new Loss();
  results.forEach((result, i) => loss.add(exact[i], result, output.affine));
  return loss.decibels;
}

/**
 * Compares all values that a program holds with floating point, on one sample.
 *
 * @param progress told of each value that is done.
 */
export function measureLayers(
  graph: Inferred,
  { model, inputs, held }: Lowered,
  sample: Sample,
  progress: (done: number, total: number) => void = () => undefined,
): LayerReport[] {
  const operators = new Map([
    ...graph.inputs.map(({ name }) => [name, "Input"] as const),
    ...graph.steps.flatMap(({ node }) =>
      node.outputs.map((name) => [name, node.operator] as const),
    ),
  ]);
  const total = [...operators.keys()].filter((name) => held.has(name)).length;
  progress(0, total);
  const input = encodeInputs(model, inputs, sample);
  const results = new ResultReader(model, input, held.values());
  const layers: LayerReport[] = [];
  const pool = new ElementPool();
  const observe = (name: string, elements: Elements) => {
    const value = held.get(name);
    if (value === undefined) return;
    const loss = new Loss();
    const exact = inOrder(elements, value.dims, value.order, pool);
    loss.add(exact, results.read(value), value.affine);
    pool.give(exact);
    const operator = operators.get(name) ?? "Input";
    layers.push({ name, operator, dtype: value.affine.dtype, decibels: loss.decibels });
    progress(layers.length, total);
  };
  evaluate(graph, sample, observe, pool);
  return layers;
}

/** Reads results of a program in about the order of its nodes, and keeps those that are read later. */
class ResultReader {
  private readonly kept = new Map<number, Tensor>();
  private readonly readers = new Map<number, number>();
  private readonly results: Iterator<[number, Tensor], void>;

  /** @param values what is read, each once. */
  constructor(model: Model, input: Tensor, values: Iterable<Held>) {
    for (const { value } of values) this.count(value.index, 1);
    this.results = new WasmExecutor().results(model, input, (index) => this.readers.has(index));
  }

  read({ value: { index } }: Held): Tensor {
    for (let next; !this.kept.has(index) && !(next = this.results.next()).done;) {
      this.kept.set(...next.value);
    }
    const result = this.kept.get(index);
    if (result === undefined) throw new RangeError(`the result of node ${index} is read too often`);
    if (this.count(index, -1) === 0) this.kept.delete(index);
    return result;
  }

  private count(index: number, change: number): number {
    const readers = (this.readers.get(index) ?? 0) + change;
    this.readers.set(index, readers);
    return readers;
  }
}

/** Sums of squares of numbers and of what they are off by. */
class Loss {
  private signal = 0;
  private noise = 0;

  /** Compares exact numbers, those that mask others aside, with what integers stand for. */
  add(exact: Elements, { data }: Tensor, { scale, zeroPoint }: Affine): void {
    for (let i = 0; i < exact.length; i++) {
      if (exact[i] < MASK) continue;
      this.signal += exact[i] ** 2;
      this.noise += (exact[i] - scale * (data[i] - zeroPoint)) ** 2;
    }
  }

  get decibels(): number {
    return 10 * Math.log10(this.signal / this.noise);
  }
}
