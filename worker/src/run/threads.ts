import { join } from "node:path";
import Piscina from "piscina";
import { GpuFault, RunError } from "./errors";
import type { GpuOptions, Hex } from "../../../tensor/src/index";

/** A model as the worker offers it. */
export interface ModelFile {
  readonly id: Hex;
  readonly file: string;
}

/** A tensor file and the id of its tensor. */
export interface TensorFile {
  readonly id: Hex;
  readonly bytes: Uint8Array;
}

/** Which executor runs units. All give the same bits. */
export type ExecutorName = "wasm" | "webgpu" | "reference";

/** What a thread knows from its start. */
export interface ThreadData {
  readonly models: readonly ModelFile[];
  readonly executor: ExecutorName;
  /** Which GPU, where the executor is `webgpu`. */
  readonly gpu?: GpuOptions;
}

/** What is done with each of several tensor files. */
export type Work = { readonly kind: "identify" } | { readonly kind: "run"; readonly model: Hex };

/** What a thread may be asked. */
export type ThreadTask =
  { readonly kind: "prove" } | (Work & { readonly files: readonly Uint8Array[] });

/** What a thread gives for a task: names, ids or tensor files. */
export type ThreadResults = readonly string[] | readonly TensorFile[];

/** What a thread answers. */
export type ThreadAnswer =
  | { readonly ok: true; readonly results: ThreadResults }
  | { readonly ok: false; readonly gpu: boolean; readonly code: string; readonly message: string };

/** Threads with one executor each, which do one task at a time. */
export interface Threads {
  /**
   * What the next free thread gives. Throws `RunError` MISMATCH if its executor is wrong and `RunError` if a
   * file is; `GpuFault` if its GPU failed.
   */
  ask<Result>(task: ThreadTask, signal?: AbortSignal): Promise<readonly Result[]>;
  /** Stops all of them. */
  close(): Promise<void>;
}

/** Starts `count` threads. */
export type StartThreads = (data: ThreadData, count: number) => Threads;

/** Starts threads that run `file`. */
export function startThreads(
  data: ThreadData,
  count: number,
  file = join(__dirname, "thread.ts"),
): Threads {
  const pool = new Piscina<ThreadTask, ThreadAnswer>({
    filename: file,
    name: "answer",
    execArgv: ["-r", "ts-node/register/transpile-only"],
    workerData: data,
    minThreads: count,
    maxThreads: count,
  });
  return {
    ask: async <Result>(task: ThreadTask, signal?: AbortSignal) => {
      const answer = await pool.run(task, { signal });
      if (answer.ok) return answer.results as readonly Result[];
      const { gpu, code, message } = answer;
      throw gpu ? new GpuFault(code, message) : new RunError(code, message);
    },
    close: () => pool.destroy(),
  };
}
