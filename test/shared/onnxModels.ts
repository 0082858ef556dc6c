import { WasmExecutor } from "../../tensor/src/index";
import {
  decodeOutput,
  encodeInputs,
  evaluate,
  inferGraph,
  parseOnnx,
} from "../../tensor/onnx/index";
import { createRandom } from "./random";
import type { Imported, Sample } from "../../tensor/onnx/index";
import type { AttributeInput, GraphInputs, NodeInput, TensorInput } from "./onnx";

/** Real numbers in the bell curve around 0 of width 1. */
export function createNormal(seed: number): () => number {
  const random = createRandom(seed);
  const uniform = () => random.int(1, 1_000_000) / 1_000_001;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Builds a graph step by step; all methods give the name of a value. */
export class OnnxBuilder {
  readonly nodes: NodeInput[] = [];
  readonly constants: Record<string, TensorInput> = {};
  private count = 0;

  constructor(private readonly normal: () => number) {}

  node(op: string, inputs: readonly string[], attributes?: Record<string, AttributeInput>): string {
    const output = `v${this.count++}`;
    this.nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  constant(dims: readonly number[], value: (index: number) => number): string {
    const name = `c${this.count++}`;
    const length = dims.reduce((product, dim) => product * dim, 1);
    this.constants[name] = { dims, data: Float32Array.from({ length }, (_, i) => value(i)) };
    return name;
  }

  number(value: number): string {
    return this.constant([], () => value);
  }

  whole(...list: number[]): string {
    const name = `c${this.count++}`;
    this.constants[name] = { dims: [list.length], type: "int64", data: list };
    return name;
  }

  /** Random numbers around `centre`. */
  noise(dims: readonly number[], width: number, centre = 0): string {
    return this.constant(dims, () => centre + width * this.normal());
  }

  /** x times a random matrix, plus a random bias. */
  linear(x: string, inputs: number, outputs: number, biased = true): string {
    const y = this.node("MatMul", [x, this.noise([inputs, outputs], 1 / Math.sqrt(inputs))]);
    return biased ? this.node("Add", [y, this.noise([outputs], 0.1)]) : y;
  }

  finish(
    inputs: GraphInputs["inputs"],
    output: string,
    whole: readonly string[] = [],
  ): GraphInputs {
    return { inputs, whole, outputs: [output], constants: this.constants, nodes: this.nodes };
  }
}

/** What a program and the float graph put out for the same sample. */
export interface Compared {
  readonly exact: readonly number[];
  readonly integer: readonly number[];
}

/** Runs an imported model and its float graph on samples that calibration did not see. */
export async function compareRuns(
  bytes: Uint8Array,
  imported: Imported,
  samples: readonly Sample[],
): Promise<Compared[]> {
  const { model, inputs, output } = imported;
  const graph = inferGraph(parseOnnx(bytes), new Map(inputs.map(({ name, dims }) => [name, dims])));
  const results = await new WasmExecutor().run(
    model,
    samples.map((sample) => encodeInputs(model, inputs, sample)),
  );
  return results.map((result, i) => ({
    exact: [...evaluate(graph, samples[i])[0]],
    integer: [...decodeOutput(result, output.affine)],
  }));
}

/** Signal to noise in decibels over all runs. */
export function decibelsOf(runs: readonly Compared[]): number {
  let [signal, noise] = [0, 0];
  for (const { exact, integer } of runs) {
    exact.forEach((value, i) => {
      signal += value ** 2;
      noise += (value - integer[i]) ** 2;
    });
  }
  return 10 * Math.log10(signal / noise);
}
