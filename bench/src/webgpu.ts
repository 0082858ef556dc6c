import {
  ProgramBuilder,
  WasmExecutor,
  WebGpuError,
  WebGpuExecutor,
  conv2d,
  tensor,
} from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { loadDigitModel } from "../../tensor/train/files";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { seededRandom } from "../../tensor/train/random";
import { productChain, productModel, randomBytes } from "./productModel";
import { timeInTurns } from "./timing";
import type { Executor, Model, Tensor } from "../../tensor/src/index";

/** WebGPU beside WebAssembly, on whatever adapter the machine has. */
export interface WebGpuResult {
  readonly adapter: string;
  /** Latency of a unit in microseconds, and how many times less WebGPU takes than WebAssembly. */
  readonly tasks: Readonly<Record<string, WebGpuTiming>>;
  /** Large products; not measured on a processor that plays a GPU. */
  readonly products?: LargeProducts;
}

/** Products of square i8 matrices, one after the other in one program. */
export interface LargeProducts {
  readonly size: number;
  readonly count: number;
  /** Additions and multiplications. */
  readonly opsPerSecond: number;
  /** As a multiple of WebAssembly on one core. */
  readonly ratio: number;
  /** Of the peak that was given. */
  readonly peakShare?: number;
}

interface WebGpuTiming {
  readonly wasm: number;
  readonly webgpu: number;
  readonly speedup: number;
}

const SIDE = 56;
const CHANNELS = 64;
const DIGITS = 100;
const [LARGE, PRODUCTS, LARGE_CALLS] = [4_096, 4, 3];

/** What adapters that are no GPU call themselves. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|basic render/i;

/**
 * Times products, a convolution and the digit classifier; undefined without an adapter. Throws if an output
 * differs in a single bit.
 *
 * @param peakOps additions and multiplications of bytes that the GPU can do in a second, if it is known.
 */
export async function compareWebGpu(peakOps?: number): Promise<WebGpuResult | undefined> {
  const warn = (error: WebGpuError) => {
    throw error;
  };
  const webgpu = new WebGpuExecutor({ warn });
  try {
    const adapter = await webgpu.adapter();
    const digits = loadDigits().heldOut.slice(0, DIGITS).map(digitInput);
    const tasks = {
      "product of 256": await compare(webgpu, ...productTask(256), 50),
      "product of 512": await compare(webgpu, ...productTask(512), 30),
      "product of 1024": await compare(webgpu, ...productTask(1024), 10),
      "convolution of 3 x 3": await compare(webgpu, ...convolutionTask(), 20),
      "digit classifier": await compare(webgpu, loadDigitModel(), digits, 20),
    };
    const products = SOFTWARE.test(adapter)
      ? undefined
      : await compareLargeProducts(webgpu, peakOps);
    return { adapter, tasks, products };
  } catch (error) {
    if (!(error instanceof WebGpuError) || error.code !== "ADAPTER") throw error;
    return undefined;
  } finally {
    await webgpu.dispose();
  }
}

/** Times a chain of products, so that the way to the device and back counts little. */
export async function compareLargeProducts(
  webgpu: Executor,
  peakOps?: number,
  size = LARGE,
): Promise<LargeProducts> {
  const random = seededRandom(size);
  const [a, b] = [randomBytes(random, size * size), randomBytes(random, size * size)];
  const model = productChain(size, b, PRODUCTS);
  const inputs = [tensor("i8", size, size, a)];
  const { webgpu: latency, speedup } = await compare(webgpu, model, inputs, LARGE_CALLS);
  const opsPerSecond = (2 * PRODUCTS * size ** 3 * 1e6) / latency;
  const peakShare = peakOps === undefined ? undefined : opsPerSecond / peakOps;
  return { size, count: PRODUCTS, opsPerSecond, ratio: speedup, peakShare };
}

async function compare(
  webgpu: Executor,
  model: Model,
  inputs: readonly Tensor[],
  calls: number,
): Promise<WebGpuTiming> {
  const executors = [webgpu, new WasmExecutor()];
  const [ours, theirs] = await Promise.all(executors.map((each) => each.run(model, inputs)));
  ours.forEach(({ data }, i) => {
    const at = data.findIndex((value, o) => value !== theirs[i].data[o]);
    if (at !== -1) throw new Error(`element ${at} of output ${i} differs`);
  });
  const times = await timeInTurns(
    executors.map((executor) => ({
      name: executor.name,
      units: inputs.length,
      calls,
      run: () => executor.run(model, inputs),
    })),
  );
  const [own, other] = [times.webgpu.latency, times.wasm.latency];
  return { wasm: other, webgpu: own, speedup: other / own };
}

function productTask(size: number): [Model, Tensor[]] {
  const random = seededRandom(size);
  const [a, b] = [randomBytes(random, size * size), randomBytes(random, size * size)];
  return [productModel(size, b), [tensor("i8", size, size, a)]];
}

/** A layer of a network: windows, products, bias and scale, back to bytes. */
function convolutionTask(): [Model, Tensor[]] {
  const random = seededRandom(1);
  const bytes = (rows: number, cols: number) =>
    tensor("i8", rows, cols, randomBytes(random, rows * cols));
  const builder = new ProgramBuilder();
  const image = builder.input("image", "i8", SIDE * SIDE, CHANNELS);
  const kernels = builder.constant("kernels", bytes(CHANNELS, 9 * CHANNELS));
  const sums = conv2d(builder, "sums", image, kernels, {
    height: SIDE,
    width: SIDE,
    channels: CHANNELS,
    kernel: [3, 3],
    padding: [1, 1, 1, 1],
  });
  const biased = builder.map.add("biased", sums, builder.constant("bias", bytes(1, CHANNELS)));
  const scale = builder.constant("scale", bytes(1, CHANNELS));
  builder.map.mul("output", biased, scale, { shift: 12, dtype: "i8" });
  return [builder.build(), [bytes(SIDE * SIDE, CHANNELS)]];
}
