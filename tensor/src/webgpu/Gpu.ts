import { checkInput, weightOf } from "../model";
import { findWrongResult } from "../selfTest";
import { tensorId } from "../tensorTree";
import { GpuProcess } from "./GpuProcess";
import { WebGpuError } from "./errors";
import type { Executor, TracingExecutor } from "../executor";
import type { Model } from "../model";
import type { Tensor } from "../tensor";
import type { DeviceOptions } from "./device";

/** Which GPU is used, and how. */
export interface GpuOptions {
  readonly device?: DeviceOptions;
  /** Variables for the driver, beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds without a sign of life after which it counts as hung. */
  readonly silenceMs?: number;
  /** The program of its process, for tests. */
  readonly processPath?: string;
}

/** A process whose GPU has proved itself. */
interface Opened {
  readonly process: GpuProcess;
  readonly adapter: string;
}

const SILENCE_MS = 60_000;

/** The name of the test's model; others have 0 and above. */
const TEST_KEY = -1;

/**
 * One GPU, in a process of its own. Before it is used it must give the reference's results, and its first
 * output of every model must be the witness's. Its first failure is its last: whatever is asked of it from
 * then on, or was being asked, fails with the same `WebGpuError`. LIMIT is the failure of one model alone.
 */
export class Gpu implements TracingExecutor {
  readonly name = "webgpu";
  private opening?: Promise<Opened>;
  private process?: GpuProcess;
  private failure?: WebGpuError;
  private readonly models = new WeakMap<Model, Promise<number>>();
  private readonly tooLarge = new WeakMap<Model, WebGpuError>();
  private nextKey = 0;
  private readonly dropped = new FinalizationRegistry<{ process: GpuProcess; key: number }>(
    ({ process, key }) => void process.ask({ kind: "drop", key }).catch(() => undefined),
  );

  constructor(
    private readonly witness: Executor,
    private readonly options: GpuOptions = {},
  ) {}

  /** Starts it unless it was, and gives what the adapter calls itself. Throws `WebGpuError`. */
  open(): Promise<string> {
    return this.guarded(async () => (await this.start()).adapter);
  }

  /** The output for each of `inputs`, in order. Throws `ProgramError` INPUT or `WebGpuError`. */
  async run(model: Model, inputs: readonly Tensor[]): Promise<Tensor[]> {
    for (const input of inputs) checkInput(model.program, input);
    if (inputs.length === 0) return [];
    return this.guarded(async () => {
      const opened = await this.start();
      const loading = this.models.get(model) ?? this.load(opened, model, inputs[0]);
      this.models.set(model, loading);
      return opened.process.ask({ kind: "run", key: await loading, inputs });
    }, model);
  }

  /** The result of every node. Throws `ProgramError` INPUT or `WebGpuError`. */
  async trace(model: Model, input: Tensor): Promise<Tensor[]> {
    checkInput(model.program, input);
    return this.guarded(
      async () => traceOn((await this.start()).process, this.nextKey++, model, input),
      model,
    );
  }

  /** Ends its process, and its use. */
  async dispose(): Promise<void> {
    this.fail(new WebGpuError("CLOSED", "it was closed"));
  }

  private async guarded<Result>(act: () => Promise<Result>, model?: Model): Promise<Result> {
    const known = this.failure ?? (model && this.tooLarge.get(model));
    if (known !== undefined) throw known;
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof WebGpuError)) throw error;
      if (error.code !== "LIMIT" || model === undefined) throw this.fail(error);
      this.tooLarge.set(model, error);
      throw error;
    }
  }

  /** The first failure, which may be an earlier one than this. */
  private fail(error: WebGpuError): WebGpuError {
    this.failure ??= error;
    this.process?.close();
    return this.failure;
  }

  private async load({ process, adapter }: Opened, model: Model, input: Tensor): Promise<number> {
    const key = this.nextKey++;
    const { program, weights } = model;
    await process.ask({ kind: "load", key, model: { program, weights }, keep: false });
    this.dropped.register(model, { process, key });
    const [output] = await process.ask({ kind: "run", key, inputs: [input] });
    const [expected] = await this.witness.run(model, [input]);
    if (tensorId(output) === tensorId(expected)) return key;
    throw new WebGpuError("MISMATCH", `${adapter} gives another output than ${this.witness.name}`);
  }

  private start(): Promise<Opened> {
    this.opening ??= this.prove();
    return this.opening;
  }

  private async prove(): Promise<Opened> {
    const { silenceMs = SILENCE_MS, device = {}, environment, processPath } = this.options;
    const process = new GpuProcess(silenceMs, environment, processPath);
    this.process = process;
    const adapter = await process.ask({ kind: "open", options: device });
    const wrong = await findWrongResult({
      run: (model, inputs) => runOn(process, TEST_KEY, model, inputs),
      trace: (model, input) => traceOn(process, TEST_KEY, model, input),
    });
    if (wrong === undefined) return { process, adapter };
    throw new WebGpuError("MISMATCH", `${adapter} gives ${wrong}`);
  }
}

async function runOn(
  process: GpuProcess,
  key: number,
  model: Model,
  inputs: readonly Tensor[],
): Promise<Tensor[]> {
  await process.ask({ kind: "load", key, model, keep: false });
  const outputs = await process.ask({ kind: "run", key, inputs });
  await process.ask({ kind: "drop", key });
  return outputs;
}

async function traceOn(
  process: GpuProcess,
  key: number,
  { program, weights }: Model,
  input: Tensor,
): Promise<Tensor[]> {
  await process.ask({ kind: "load", key, model: { program, weights }, keep: true });
  const computed = await process.ask({ kind: "trace", key, input });
  await process.ask({ kind: "drop", key });
  let next = 0;
  return program.nodes.map((node, index) => {
    if (node.op === "input") return input;
    return node.op === "const" ? weightOf(weights, index) : computed[next++];
  });
}
