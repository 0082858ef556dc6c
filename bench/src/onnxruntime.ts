import { createRequire } from "node:module";

const THREADS = { "1 thread": 1, "all threads": 0 } as const;

/** Threads of onnxruntime: one, or as many as it chooses. */
export type Threads = keyof typeof THREADS;

/** What is used of `onnxruntime-node`, which the root of the repository does without. */
interface Runtime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: SessionOptions): Promise<Session>;
  };
  readonly Tensor: new (type: string, data: Elements, dims: readonly number[]) => unknown;
}

interface SessionOptions {
  readonly executionProviders: readonly string[];
  readonly intraOpNumThreads: number;
}

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(
    feeds: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, { readonly data: Float32Array | Int32Array }>>;
  release(): Promise<void>;
}

type Elements = Float32Array | Int8Array;

/** Loads onnxruntime. Throws if `bench/` is not installed. */
export function loadRuntime(): Runtime {
  return createRequire(__filename)("onnxruntime-node") as Runtime;
}

/** An ONNX file with one input and one output in onnxruntime, on the CPU. */
export class OnnxModel {
  private constructor(
    private readonly runtime: Runtime,
    private readonly session: Session,
  ) {}

  static async load(file: Uint8Array, threads: Threads): Promise<OnnxModel> {
    const runtime = loadRuntime();
    const session = await runtime.InferenceSession.create(file, {
      executionProviders: ["cpu"],
      intraOpNumThreads: THREADS[threads],
    });
    return new OnnxModel(runtime, session);
  }

  /** The elements of the output for an input of this shape. */
  async run(data: Elements, dims: readonly number[]): Promise<Float32Array | Int32Array> {
    const [input] = this.session.inputNames;
    const [output] = this.session.outputNames;
    const type = data instanceof Int8Array ? "int8" : "float32";
    const feeds = { [input]: new this.runtime.Tensor(type, data, dims) };
    return (await this.session.run(feeds))[output].data;
  }

  /** Ends the session and its threads. */
  release(): Promise<void> {
    return this.session.release();
  }
}
