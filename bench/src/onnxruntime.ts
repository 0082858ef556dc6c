import { InferenceSession, Tensor } from "onnxruntime-node";
import { encodeOnnx } from "./onnx";
import type { OnnxGraph } from "./onnx";

const THREADS = { "1 thread": 1, "all threads": 0 } as const;

/** Threads of onnxruntime: one, or as many as it chooses. */
export type Threads = keyof typeof THREADS;

/** A graph with one input and one output in onnxruntime, on the CPU. */
export class OnnxModel {
  private constructor(
    private readonly session: InferenceSession,
    private readonly graph: OnnxGraph,
  ) {}

  static async load(graph: OnnxGraph, threads: Threads): Promise<OnnxModel> {
    const session = await InferenceSession.create(encodeOnnx(graph), {
      executionProviders: ["cpu"],
      intraOpNumThreads: THREADS[threads],
    });
    return new OnnxModel(session, graph);
  }

  /** The elements of the output. */
  async run(data: Float32Array | Int8Array): Promise<ArrayLike<number>> {
    const [input] = this.graph.inputs;
    const [output] = this.graph.outputs;
    const feeds = { [input.name]: new Tensor(input.type, data, input.dims) };
    const results = await this.session.run(feeds);
    return results[output.name].data as Float32Array | Int32Array;
  }

  /** Ends the session and its threads. */
  async release(): Promise<void> {
    await this.session.release();
  }
}
