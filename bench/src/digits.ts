import { ReferenceExecutor, WasmExecutor } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { loadDigitModel, loadDigitParameters } from "../../tensor/train/files";
import { ARCHITECTURE, CLASSES, DigitNetwork } from "../../tensor/train/network";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { intensities } from "../../tensor/train/training";
import { encodeOnnx } from "./onnx";
import { OnnxModel } from "./onnxruntime";
import { speedups, timeInTurns } from "./timing";
import type { Digit } from "../../tensor/train/dataset";
import type { Convolution, Layer, Parameters } from "../../tensor/train/network";
import type { OnnxConstant, OnnxGraph } from "./onnx";
import type { Threads } from "./onnxruntime";
import type { Candidate, Timings } from "./timing";

/** The digit classifier: integers here, floats in onnxruntime. */
export interface DigitResult {
  /** Digits of one call. */
  readonly batch: number;
  /** Microseconds of one digit. */
  readonly micros: Timings;
  /** How many times less WebAssembly takes. */
  readonly speedup: Timings;
}

const BATCH = 100;
const CALLS = 200;
const REFERENCE_CALLS = 3;
const TOLERANCE = 1e-3;

/** Times a batch. Throws if onnxruntime does not compute the network that was trained. */
export async function compareDigits(): Promise<DigitResult> {
  const digits = loadDigits().heldOut.slice(0, BATCH);
  const model = loadDigitModel();
  const inputs = digits.map(digitInput);
  const executors = [new WasmExecutor(), new ReferenceExecutor()].map((executor) => ({
    name: executor.name,
    units: BATCH,
    calls: executor.name === "reference" ? REFERENCE_CALLS : CALLS,
    run: () => executor.run(model, inputs),
  }));
  const single = await timePeers("1 thread", digits, executors);
  // Threads of onnxruntime go on spinning after a run, so what uses them comes last.
  const multiple = await timePeers("all threads", digits, []);
  const micros = { ...single, ...multiple };
  return { batch: BATCH, micros, speedup: speedups(micros, "wasm") };
}

async function timePeers(
  threads: Threads,
  digits: readonly Digit[],
  others: readonly Candidate[],
): Promise<Timings> {
  const parameters = loadDigitParameters();
  const images = digits.map(intensities);
  const batch = Float32Array.from(images.flatMap((image) => [...image]));
  const load = (count: number) =>
    OnnxModel.load(encodeOnnx(digitGraph(parameters, count)), threads);
  const [whole, single] = [await load(digits.length), await load(1)];
  const dims = (count: number) => [
    count,
    1,
    ARCHITECTURE.conv1.inputSide,
    ARCHITECTURE.conv1.inputSide,
  ];
  checkLogits(await whole.run(batch, dims(digits.length)), parameters, digits);
  const common = { units: digits.length, calls: CALLS };
  const timings = await timeInTurns([
    ...others,
    {
      name: `onnxruntime f32 in one batch, ${threads}`,
      ...common,
      run: () => whole.run(batch, dims(digits.length)),
    },
    {
      name: `onnxruntime f32 one by one, ${threads}`,
      ...common,
      run: async () => {
        for (const image of images) await single.run(image, dims(1));
      },
    },
  ]);
  await whole.release();
  await single.release();
  return timings;
}

function checkLogits(
  logits: ArrayLike<number>,
  parameters: Parameters,
  digits: readonly Digit[],
): void {
  const network = new DigitNetwork(parameters);
  digits.forEach((digit, index) => {
    network.forward(intensities(digit)).logits.forEach((logit, c) => {
      const difference = Math.abs(logit - logits[index * CLASSES + c]);
      if (!(difference < TOLERANCE)) throw new Error(`logit ${c} of digit ${index} differs`);
    });
  });
}

/** The network in the layout of ONNX, channels first. */
function digitGraph({ conv1, conv2, dense }: Parameters, batch: number): OnnxGraph {
  const { inputSide } = ARCHITECTURE.conv1;
  const strides = (shape: Convolution) => ({ strides: [shape.stride, shape.stride] });
  return {
    inputs: [{ name: "image", type: "float32", dims: [batch, 1, inputSide, inputSide] }],
    outputs: [{ name: "logits", type: "float32", dims: [batch, CLASSES] }],
    constants: [
      ...convolutionConstants("conv1", conv1, ARCHITECTURE.conv1),
      ...convolutionConstants("conv2", conv2, ARCHITECTURE.conv2),
      ...denseConstants(dense, ARCHITECTURE.conv2),
      { name: "flat", type: "int64", dims: [2], data: BigInt64Array.of(BigInt(batch), -1n) },
    ],
    nodes: [
      {
        type: "Conv",
        inputs: ["image", "conv1.w", "conv1.b"],
        output: "sums1",
        attributes: strides(ARCHITECTURE.conv1),
      },
      { type: "Relu", inputs: ["sums1"], output: "hidden1" },
      {
        type: "Conv",
        inputs: ["hidden1", "conv2.w", "conv2.b"],
        output: "sums2",
        attributes: strides(ARCHITECTURE.conv2),
      },
      { type: "Relu", inputs: ["sums2"], output: "hidden2" },
      { type: "Reshape", inputs: ["hidden2", "flat"], output: "features" },
      { type: "Gemm", inputs: ["features", "dense.w", "dense.b"], output: "logits" },
    ],
  };
}

function convolutionConstants(
  name: string,
  { weights, bias }: Layer,
  { kernel, inputChannels, outputChannels }: Convolution,
): OnnxConstant[] {
  const dims = [outputChannels, inputChannels, kernel, kernel];
  const area = kernel * kernel;
  const data = weights.map((_, i) => {
    const [tap, channel] = [i % area, Math.floor(i / area)];
    const [output, input] = [Math.floor(channel / inputChannels), channel % inputChannels];
    return weights[(output * area + tap) * inputChannels + input];
  });
  return [
    { name: `${name}.w`, type: "float32", dims, data },
    { name: `${name}.b`, type: "float32", dims: [outputChannels], data: bias },
  ];
}

/** Weights as [features, classes], features with channels first. */
function denseConstants({ weights, bias }: Layer, shape: Convolution): OnnxConstant[] {
  const positions = shape.outputSide ** 2;
  const features = positions * shape.outputChannels;
  const data = weights.map((_, i) => {
    const [feature, output] = [Math.floor(i / CLASSES), i % CLASSES];
    const [channel, position] = [Math.floor(feature / positions), feature % positions];
    return weights[output * features + position * shape.outputChannels + channel];
  });
  return [
    { name: "dense.w", type: "float32", dims: [features, CLASSES], data },
    { name: "dense.b", type: "float32", dims: [CLASSES], data: bias },
  ];
}
