import { GpuLane, Lane } from "./lane";
import { measureUnit } from "./measure";
import { shareOut } from "./shareOut";
import { startThreads } from "./threads";
import type { GpuFault } from "./errors";
import type { ExecutorName, ModelFile, StartThreads, TensorFile } from "./threads";
import type { GpuOptions, Header, Hex } from "../../../tensor/src/index";

/** Computes on tensor files. */
export interface Runner {
  /** Ids of tensor files, in order. Throws `RunError` if one is not canonical. */
  identify(files: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly Hex[]>;
  /** Outputs of the model for each input, in order. Throws `RunError` if one does not fit. */
  run(
    model: Hex,
    inputs: readonly Uint8Array[],
    signal?: AbortSignal,
  ): Promise<readonly TensorFile[]>;
  /** Stops all threads. */
  close(): Promise<void>;
}

/** A model to run, and what its inputs look like. */
export interface RunnableModel extends ModelFile {
  readonly input: Header;
}

/** What a runner is made of. */
export interface RunnerOptions {
  readonly models: readonly RunnableModel[];
  /** `auto` takes for each model what runs it faster. */
  readonly executor: ExecutorName | "auto";
  /** Threads beside the GPUs. */
  readonly threads: number;
  /** GPUs that `auto` and `webgpu` use. */
  readonly gpus: readonly GpuOptions[];
  /** Units of a usual call. */
  readonly unitsPerStep: number;
}

/** A GPU by its place in the configuration, and what its adapter calls itself. */
export type GpuName = Pick<GpuLane, "entry" | "adapter">;

/** Where a model runs from now on. */
export interface Placement {
  readonly model: Hex;
  readonly executor: ExecutorName;
  /** Those that run it, where the executor is `webgpu`. */
  readonly gpus: readonly GpuName[];
  /** Where they were compared. */
  readonly unitMs?: UnitMs;
}

/** Milliseconds of one unit on all threads together, and on all GPUs together. */
export type UnitMs = Readonly<Record<"wasm" | "webgpu", number>>;

/** Hears of what runs where. */
export interface RunnerListener {
  /** A GPU is not used any more, or not for one model. */
  refused(gpu: GpuName, fault: GpuFault, model?: Hex): void;
  placed(placement: Placement): void;
}

/** What a runner starts threads with, and milliseconds from any start. */
export interface RunnerTools {
  readonly start: StartThreads;
  readonly now: () => number;
}

const NO_LISTENER: RunnerListener = { refused: () => undefined, placed: () => undefined };
const TOOLS: RunnerTools = { start: startThreads, now: () => performance.now() };

/**
 * Starts threads and GPUs, and lets each prove itself against the reference. A GPU that fails then or later
 * is refused until the runner is closed; other GPUs do its work, or the threads if there are none. Throws
 * `RunError` MISMATCH if the threads' executor is wrong.
 */
export async function openRunner(
  options: RunnerOptions,
  listener: RunnerListener = NO_LISTENER,
  tools: RunnerTools = TOOLS,
): Promise<Runner> {
  const lanes = new Lanes(options, listener, tools);
  try {
    await lanes.prove();
    for (const model of options.models) await lanes.place(model);
    await lanes.closeUnused();
  } catch (error) {
    await lanes.close();
    throw error;
  }
  return {
    identify: (files, signal) => shareOut({ kind: "identify" }, files, () => lanes.cpu, signal),
    run: (model, inputs, signal) =>
      shareOut({ kind: "run", model }, inputs, () => lanes.of(model), signal),
    close: () => lanes.close(),
  };
}

/** Whether GPUs may be used. */
export function usesGpus({ executor }: Pick<RunnerOptions, "executor">): boolean {
  return executor === "auto" || executor === "webgpu";
}

/** All that runs units, and what runs which model. */
class Lanes {
  readonly cpu: readonly Lane[];
  private readonly cpuExecutor: ExecutorName;
  private readonly threads;
  private readonly gpus: readonly GpuLane[];
  private readonly onGpus = new Set<Hex>();

  constructor(
    private readonly options: RunnerOptions,
    private readonly listener: RunnerListener,
    private readonly tools: RunnerTools,
  ) {
    const { executor, threads, gpus } = options;
    const { start, now } = tools;
    const models = options.models.map(({ id, file }) => ({ id, file }));
    this.cpuExecutor = executor === "reference" ? "reference" : "wasm";
    this.threads = start({ models, executor: this.cpuExecutor }, threads);
    this.cpu = Array.from({ length: threads }, () => new Lane(this.threads, now));
    const used = usesGpus(options) ? gpus : [];
    this.gpus = used.map((gpu, entry) => {
      const started = start({ models, executor: "webgpu", gpu }, 1);
      const name = gpu.device?.adapter ?? "the first adapter";
      return new GpuLane(started, now, entry, name, (...fault) => this.onFault(...fault));
    });
  }

  /** Lets every executor prove itself. Throws `RunError` MISMATCH. */
  async prove(): Promise<void> {
    await Promise.all([
      ...this.cpu.map(() => this.threads.ask({ kind: "prove" })),
      ...this.gpus.map((gpu) => gpu.open()),
    ]);
  }

  /** Decides what runs a model. Throws `RunError` if it cannot run. */
  async place(model: RunnableModel): Promise<void> {
    const { id } = model;
    const unitMs = this.options.executor === "auto" ? await this.compare(model) : undefined;
    const faster = unitMs === undefined || unitMs.webgpu < unitMs.wasm;
    if (faster && this.able(id).length > 0) this.onGpus.add(id);
    this.listener.placed({ ...this.placementOf(id), ...(unitMs && { unitMs }) });
  }

  /** Stops the GPUs if they run no model. */
  async closeUnused(): Promise<void> {
    if (this.onGpus.size === 0) await Promise.all(this.gpus.map((gpu) => gpu.close()));
  }

  /** What runs a model now. */
  of(model: Hex): readonly Lane[] {
    const able = this.onGpus.has(model) ? this.able(model) : [];
    return able.length > 0 ? able : this.cpu;
  }

  /** Stops all. */
  async close(): Promise<void> {
    await Promise.all([this.threads.close(), ...this.gpus.map((gpu) => gpu.close())]);
  }

  private able(model: Hex): readonly GpuLane[] {
    return this.gpus.filter((gpu) => gpu.serves(model));
  }

  /** Undefined if there is no GPU to compare with. */
  private async compare(model: RunnableModel): Promise<UnitMs | undefined> {
    const measure = (lanes: () => readonly Lane[]) =>
      measureUnit(model, lanes, this.options.unitsPerStep, this.tools.now);
    const webgpu = await measure(() => this.able(model.id));
    const wasm = webgpu === undefined ? undefined : await measure(() => this.cpu);
    return webgpu === undefined || wasm === undefined ? undefined : { wasm, webgpu };
  }

  private onFault(gpu: GpuLane, fault: GpuFault, model?: Hex): void {
    this.listener.refused(gpu, fault, model);
    for (const moved of model === undefined ? this.onGpus : [model]) {
      if (this.onGpus.has(moved)) this.listener.placed(this.placementOf(moved));
    }
  }

  private placementOf(model: Hex): Placement {
    const gpus = this.onGpus.has(model) ? this.able(model) : [];
    const executor = gpus.length > 0 ? "webgpu" : this.cpuExecutor;
    return { model, executor, gpus: gpus.map(({ entry, adapter }) => ({ entry, adapter })) };
  }
}
