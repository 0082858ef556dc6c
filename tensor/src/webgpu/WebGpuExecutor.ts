import { checkInput, weightOf } from "../model";
import { tensorId } from "../tensorTree";
import { WasmExecutor } from "../wasm/WasmExecutor";
import { GpuProcess } from "./GpuProcess";
import { WebGpuError } from "./errors";
import { checkSelf } from "./selfTest";
import type { Executor } from "../executor";
import type { Model } from "../model";
import type { Tensor } from "../tensor";
import type { DeviceOptions } from "./device";

/** How a GPU is used. */
export interface WebGpuOptions {
  /** Hears of each failure of the GPU, before other means are used. */
  readonly warn?: (error: WebGpuError) => void;
  /** Milliseconds without a sign of life after which the GPU counts as hung. */
  readonly silenceMs?: number;
  readonly device?: DeviceOptions;
  /** Runs what the GPU cannot, and the first input of every model for comparison. */
  readonly fallback?: Executor;
  /** The program of the GPU's process, for tests. */
  readonly processPath?: string;
}

/** A GPU that has proved itself. */
interface Opened {
  readonly gpu: GpuProcess;
  readonly adapter: string;
}

const SILENCE_MS = 60_000;

/**
 * Runs models on a GPU, in a process of its own. Before it is used it must give the reference's results, and
 * its first output of every model must be the fallback's. A GPU that fails once is not used again until
 * `dispose`; a model that it has no room for is left to the fallback.
 */
export class WebGpuExecutor implements Executor {
  readonly name = "webgpu";
  private readonly fallback: Executor;
  private opening?: Promise<Opened>;
  private failure?: WebGpuError;
  private models = new WeakMap<Model, Promise<number>>();
  private readonly tooLarge = new WeakSet<Model>();
  private nextKey = 0;
  private readonly dropped = new FinalizationRegistry<{ gpu: GpuProcess; key: number }>(
    ({ gpu, key }) => void gpu.ask({ kind: "drop", key }).catch(() => undefined),
  );

  constructor(private readonly options: WebGpuOptions = {}) {
    this.fallback = options.fallback ?? new WasmExecutor();
  }

  /** What the adapter calls itself. Throws `WebGpuError` if there is none that can be used. */
  async adapter(): Promise<string> {
    return (await this.open()).adapter;
  }

  async run(model: Model, inputs: readonly Tensor[]): Promise<Tensor[]> {
    for (const input of inputs) checkInput(model.program, input);
    if (this.failure === undefined && !this.tooLarge.has(model) && inputs.length > 0) {
      const opening = this.open();
      try {
        return await this.runOnGpu(await opening, model, inputs);
      } catch (error) {
        if (!(error instanceof WebGpuError)) throw error;
        // What `dispose` ended did not fail.
        if (this.opening === opening) this.giveUp(model, error);
      }
    }
    return this.fallback.run(model, inputs);
  }

  /** The result of every node, from the GPU alone. Throws `ProgramError` INPUT or `WebGpuError`. */
  async trace(model: Model, input: Tensor): Promise<Tensor[]> {
    const { program, weights } = model;
    checkInput(program, input);
    const { gpu } = await this.open();
    const key = this.nextKey++;
    await gpu.ask({ kind: "load", key, model, keep: true });
    const computed = await gpu.ask({ kind: "trace", key, input });
    await gpu.ask({ kind: "drop", key });
    let next = 0;
    return program.nodes.map((node, index) => {
      if (node.op === "input") return input;
      return node.op === "const" ? weightOf(weights, index) : computed[next++];
    });
  }

  /** Ends the GPU's process. A later run starts another. */
  async dispose(): Promise<void> {
    const { opening } = this;
    this.opening = undefined;
    this.failure = undefined;
    this.models = new WeakMap();
    await opening?.then(
      ({ gpu }) => gpu.close(),
      () => undefined,
    );
    await this.fallback.dispose?.();
  }

  private async runOnGpu(
    opened: Opened,
    model: Model,
    inputs: readonly Tensor[],
  ): Promise<Tensor[]> {
    const loading = this.models.get(model) ?? this.load(opened, model, inputs[0]);
    this.models.set(model, loading);
    return opened.gpu.ask({ kind: "run", key: await loading, inputs });
  }

  private async load({ gpu, adapter }: Opened, model: Model, input: Tensor): Promise<number> {
    const key = this.nextKey++;
    const { program, weights } = model;
    await gpu.ask({ kind: "load", key, model: { program, weights }, keep: false });
    this.dropped.register(model, { gpu, key });
    const [output] = await gpu.ask({ kind: "run", key, inputs: [input] });
    const [expected] = await this.fallback.run(model, [input]);
    if (tensorId(output) === tensorId(expected)) return key;
    throw new WebGpuError("MISMATCH", `${adapter} gives another output than ${this.fallback.name}`);
  }

  private open(): Promise<Opened> {
    this.opening ??= this.start();
    return this.opening;
  }

  private async start(): Promise<Opened> {
    const { silenceMs = SILENCE_MS, device = {}, processPath } = this.options;
    const gpu = new GpuProcess(silenceMs, processPath);
    try {
      const adapter = await gpu.ask({ kind: "open", options: device });
      await checkSelf(gpu, adapter);
      return { gpu, adapter };
    } catch (error) {
      gpu.close();
      throw error;
    }
  }

  private giveUp(model: Model, error: WebGpuError): void {
    if (error.code === "LIMIT") this.tooLarge.add(model);
    else if (this.failure === undefined) {
      this.failure = error;
      void this.opening?.then(
        ({ gpu }) => gpu.close(),
        () => undefined,
      );
    } else return;
    this.options.warn?.(error);
  }
}
