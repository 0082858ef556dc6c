import {
  WasmExecutor,
  dequantize,
  dtypeSize,
  encodeModel,
  modelId,
  operandsOf,
  programWork,
  traceBytes,
} from "../src/index";
import { evaluate } from "./graph/evaluate";
import { MASK } from "./lower/calibrate";
import { decodeOutput, encodeInputs, inOrder } from "./lower/encode";
import { registrationGas } from "./registration";
import type { DType, Hex, Model, ProgramNode } from "../src/index";
import type { Inferred } from "./graph/infer";
import type { Elements } from "./graph/tensor";
import type { Sample } from "./lower/calibrate";
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
    bytes: encodeModel(model).length,
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
  results.forEach((result, i) => loss.add(exact[i], decodeOutput(result, output.affine)));
  return loss.decibels;
}

/** Compares all values that a program holds with floating point, on one sample. */
export function measureLayers(
  graph: Inferred,
  { model, inputs, held }: Lowered,
  sample: Sample,
): LayerReport[] {
  const trace = new WasmExecutor().trace(model, encodeInputs(model, inputs, sample));
  const operators = new Map(
    graph.steps.flatMap(({ node }) => node.outputs.map((name) => [name, node.operator])),
  );
  const layers: LayerReport[] = [];
  evaluate(graph, sample, (name, elements) => {
    const value = held.get(name);
    if (value === undefined) return;
    const loss = new Loss();
    const integers = dequantize(trace[value.value.index].data, value.affine);
    loss.add(inOrder(elements, value.dims, value.order), integers);
    const operator = operators.get(name) ?? "Input";
    layers.push({ name, operator, dtype: value.affine.dtype, decibels: loss.decibels });
  });
  return layers;
}

/** Sums of squares of numbers and of what they are off by. */
class Loss {
  private signal = 0;
  private noise = 0;

  /** Compares exact numbers, those that mask others aside, with approximate ones. */
  add(exact: Elements, approximate: Float64Array): void {
    for (let i = 0; i < exact.length; i++) {
      if (exact[i] < MASK) continue;
      this.signal += exact[i] ** 2;
      this.noise += (exact[i] - approximate[i]) ** 2;
    }
  }

  get decibels(): number {
    return 10 * Math.log10(this.signal / this.noise);
  }
}
