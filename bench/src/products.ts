import { ReferenceExecutor, WasmExecutor, tensor } from "../../tensor/src/index";
import { seededRandom } from "../../tensor/train/random";
import { encodeOnnx } from "./onnx";
import { OnnxModel } from "./onnxruntime";
import { productModel, randomBytes } from "./productModel";
import { speedups, timeInTurns } from "./timing";
import type { SIZES } from "./report";
import type { OnnxGraph } from "./onnx";
import type { Threads } from "./onnxruntime";
import type { Candidate, Timings } from "./timing";

/** Products of square matrices of i8, the second one constant. */
export interface ProductResult {
  readonly size: number;
  /** Microseconds of one product. */
  readonly micros: Timings;
  /** How many times less WebAssembly takes. */
  readonly speedup: Timings;
}

const CALLS = { 256: 200, 512: 80, 1024: 24 } as const;
const REFERENCE_CALLS = { 256: 3, 512: 2, 1024: 1 } as const;

type Size = (typeof SIZES)[number];

/** Times one size. Throws if integer products differ in a single bit. */
export async function compareProducts(size: Size): Promise<ProductResult> {
  const random = seededRandom(size);
  const [a, b] = [randomBytes(random, size * size), randomBytes(random, size * size)];
  const expected = await executorsOf(size, a, b)[0].run();
  const single = await timePeers("1 thread", size, a, b, expected, executorsOf(size, a, b));
  // Threads of onnxruntime go on spinning after a run, so what uses them comes last.
  const multiple = await timePeers("all threads", size, a, b, expected, []);
  const micros = { ...single, ...multiple };
  return { size, micros, speedup: speedups(micros, "wasm") };
}

interface Product extends Candidate {
  run(): Promise<ArrayLike<number>>;
}

function executorsOf(size: Size, a: Int8Array, b: Int8Array): Product[] {
  const model = productModel(size, b);
  const inputs = [tensor("i8", size, size, a)];
  return [new WasmExecutor(), new ReferenceExecutor()].map((executor) => ({
    name: executor.name,
    units: 1,
    calls: executor.name === "reference" ? REFERENCE_CALLS[size] : CALLS[size],
    run: async () => (await executor.run(model, inputs))[0].data,
  }));
}

async function timePeers(
  threads: Threads,
  size: Size,
  a: Int8Array,
  b: Int8Array,
  expected: ArrayLike<number>,
  others: readonly Product[],
): Promise<Timings> {
  const integer = await OnnxModel.load(encodeOnnx(integerGraph(size, b)), threads);
  const float = await OnnxModel.load(encodeOnnx(floatGraph(size, b)), threads);
  const dims = [size, size];
  const floats = Float32Array.from(a);
  const common = { units: 1, calls: CALLS[size] };
  const peer = { name: `onnxruntime i8, ${threads}`, ...common, run: () => integer.run(a, dims) };
  await checkEqual(expected, [...others, peer]);
  const timings = await timeInTurns([
    ...others,
    peer,
    { name: `onnxruntime f32, ${threads}`, ...common, run: () => float.run(floats, dims) },
  ]);
  await integer.release();
  await float.release();
  return timings;
}

async function checkEqual(
  expected: ArrayLike<number>,
  products: readonly Product[],
): Promise<void> {
  for (const { name, run } of products) {
    const result = await run();
    for (let i = 0; i < expected.length; i++) {
      if (result[i] !== expected[i]) throw new Error(`element ${i} of ${name} differs`);
    }
  }
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
