import { WasmExecutor } from "../wasm/WasmExecutor";
import { Gpu } from "./Gpu";
import { WebGpuError } from "./errors";
import type { Executor, TracingExecutor } from "../executor";
import type { Model } from "../model";
import type { Tensor } from "../tensor";
import type { GpuOptions } from "./Gpu";

/** How a GPU is used, and what is used where it cannot be. */
export interface WebGpuOptions extends GpuOptions {
  /** Hears of each failure of the GPU, before other means are used. */
  readonly warn?: (error: WebGpuError) => void;
  /** Runs what the GPU cannot, and the first input of every model for comparison. */
  readonly fallback?: Executor;
}

/**
 * Runs models on a GPU that proves itself, and on the fallback what the GPU cannot. A GPU that fails once is
 * not used again until `dispose`; a model that it has no room for is left to the fallback.
 */
export class WebGpuExecutor implements TracingExecutor {
  readonly name = "webgpu";
  private readonly fallback: Executor;
  private gpu: Gpu;
  private readonly told = new WeakSet<WebGpuError>();

  constructor(private readonly options: WebGpuOptions = {}) {
    this.fallback = options.fallback ?? new WasmExecutor();
    this.gpu = new Gpu(this.fallback, options);
  }

  /** What the adapter calls itself. Throws `WebGpuError` if there is none that can be used. */
  adapter(): Promise<string> {
    return this.gpu.open();
  }

  async run(model: Model, inputs: readonly Tensor[]): Promise<Tensor[]> {
    const { gpu } = this;
    try {
      return await gpu.run(model, inputs);
    } catch (error) {
      if (!(error instanceof WebGpuError)) throw error;
      // What `dispose` ended did not fail.
      if (gpu === this.gpu) this.tell(error);
    }
    return this.fallback.run(model, inputs);
  }

  /** The result of every node, from the GPU alone. Throws `ProgramError` INPUT or `WebGpuError`. */
  trace(model: Model, input: Tensor): Promise<Tensor[]> {
    return this.gpu.trace(model, input);
  }

  /** Ends the GPU's process. A later run starts another. */
  async dispose(): Promise<void> {
    const { gpu } = this;
    this.gpu = new Gpu(this.fallback, this.options);
    await gpu.dispose();
    await this.fallback.dispose?.();
  }

  private tell(error: WebGpuError): void {
    if (this.told.has(error)) return;
    this.told.add(error);
    this.options.warn?.(error);
  }
}
