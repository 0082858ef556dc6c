import { ProgramBuilder, ReferenceExecutor, WasmExecutor, tensor } from "../../tensor/src/index";
import { seededRandom } from "../../tensor/train/random";
import { OnnxModel } from "./onnxruntime";
import { speedups, timeInTurns } from "./timing";
import type { Model } from "../../tensor/src/index";
import type { OnnxGraph } from "./onnx";
import type { Threads } from "./onnxruntime";
import type { Candidate, Timings } from "./timing";

/** Products of square matrices of i8, the second one constant. */
export interface ProductResult {
  readonly size: number;
  /** Microseconds of one product. */
  readonly micros: Timings;
  /** How many times faster WebAssembly is. */
  readonly speedup: Timings;
}

const CALLS = { 256: 60, 512: 30, 1024: 12 } as const;
const REFERENCE_CALLS = 2;

type Size = keyof typeof CALLS;

/** Sizes that are compared: rows, columns and inner length. */
export const SIZES: readonly Size[] = [256, 512, 1024];

/** Times one size. Throws if integer products differ in a single bit. */
export async function compareProducts(size: Size): Promise<ProductResult> {
  const random = seededRandom(size);
  const matrix = () => Int8Array.from({ length: size * size }, () => Math.floor(random() * 256));
  const [a, b] = [matrix(), matrix()];
  const model = productModel(size, b);
  const inputs = [tensor("i8", size, size, a)];

  const executors = [new WasmExecutor(), new ReferenceExecutor()].map((executor) => ({
    name: executor.name,
    calls: executor.name === "reference" ? REFERENCE_CALLS : CALLS[size],
    run: async () => (await executor.run(model, inputs))[0].data,
  }));
  const floats = Float32Array.from(a);
  const peers = (["1 thread", "all threads"] satisfies Threads[]).flatMap((threads) => {
    const integer = OnnxModel.load(integerGraph(size, b), threads);
    const float = OnnxModel.load(floatGraph(size, b), threads);
    return [
      {
        name: `onnxruntime i8, ${threads}`,
        calls: CALLS[size],
        run: async () => (await integer).run(a),
      },
      {
        name: `onnxruntime f32, ${threads}`,
        calls: CALLS[size],
        run: async () => (await float).run(floats),
      },
    ];
  });
  const all = [...executors, ...peers];
  await checkEqual(all.filter(({ name }) => !name.includes("f32")));
  const candidates: Candidate[] = all.map((candidate) => ({ ...candidate, units: 1 }));
  const micros = await timeInTurns(candidates);
  return { size, micros, speedup: speedups(micros, "wasm") };
}

async function checkEqual(
  candidates: readonly { name: string; run: () => Promise<ArrayLike<number>> }[],
): Promise<void> {
  const [first, ...others] = candidates;
  const expected = await first.run();
  for (const { name, run } of others) {
    const result = await run();
    for (let i = 0; i < expected.length; i++) {
      if (result[i] !== expected[i]) throw new Error(`element ${i} of ${name} differs`);
    }
  }
}

function productModel(size: number, b: Int8Array): Model {
  const builder = new ProgramBuilder();
  const x = builder.input("a", "i8", size, size);
  // DOT multiplies rows by rows, so the constant is stored as its transpose.
  const transposed = b.map((_, i) => b[(i % size) * size + Math.floor(i / size)]);
  builder.dot("product", x, builder.constant("b", tensor("i8", size, size, transposed)));
  return builder.build();
}

function integerGraph(size: number, b: Int8Array): OnnxGraph {
  const dims = [size, size];
  return {
    inputs: [{ name: "a", type: "int8", dims }],
    outputs: [{ name: "c", type: "int32", dims }],
    constants: [{ name: "b", type: "int8", dims, data: b }],
    nodes: [{ type: "MatMulInteger", inputs: ["a", "b"], output: "c" }],
  };
}

function floatGraph(size: number, b: Int8Array): OnnxGraph {
  const dims = [size, size];
  return {
    inputs: [{ name: "a", type: "float32", dims }],
    outputs: [{ name: "c", type: "float32", dims }],
    constants: [{ name: "b", type: "float32", dims, data: Float32Array.from(b) }],
    nodes: [{ type: "MatMul", inputs: ["a", "b"], output: "c" }],
  };
}
