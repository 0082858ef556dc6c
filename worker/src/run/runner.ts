import { join } from "node:path";
import Piscina from "piscina";
import { RunError } from "./errors";
import type { Hex } from "../../../tensor/src/index";

/** A model as the worker offers it. */
export interface ModelFile {
  readonly id: Hex;
  readonly file: string;
}

/** Which executor runs the units. All give the same bits. */
export type ExecutorName = "wasm" | "webgpu" | "reference";

/** A tensor file and the id of its tensor. */
export interface TensorFile {
  readonly id: Hex;
  readonly bytes: Uint8Array;
}

/** What a thread knows from its start. */
export interface ThreadData {
  readonly models: readonly ModelFile[];
  readonly executor: ExecutorName;
}

/** What a thread may be asked. */
export type ThreadTask =
  | { readonly kind: "identify"; readonly files: readonly Uint8Array[] }
  | { readonly kind: "run"; readonly model: Hex; readonly inputs: readonly Uint8Array[] };

/** What a thread answers. */
export type ThreadAnswer =
  | { readonly ok: true; readonly results: readonly Hex[] | readonly TensorFile[] }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** What a thread tells of a GPU that it does not use any more, or not for one model. */
export interface ThreadWarning {
  readonly code: string;
  readonly message: string;
}

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

/**
 * A runner over `threads` threads. The inputs of one call are spread over them. `warn` hears of what
 * threads do in another way than they were told.
 */
export function createRunner(
  data: ThreadData,
  threads: number,
  warn: (warning: ThreadWarning) => void = () => undefined,
): Runner {
  const pool = new Piscina<ThreadTask, ThreadAnswer>({
    filename: join(__dirname, "thread.ts"),
    name: "answer",
    execArgv: ["-r", "ts-node/register/transpile-only"],
    workerData: data,
    minThreads: threads,
    maxThreads: threads,
  });
  pool.on("message", warn);

  async function ask<Result>(task: ThreadTask, signal?: AbortSignal): Promise<readonly Result[]> {
    const answer = await pool.run(task, { signal });
    if (!answer.ok) throw new RunError(answer.code, answer.message);
    return answer.results as readonly Result[];
  }

  return {
    identify: (files, signal) =>
      spread(files, threads, (part) => ask<Hex>({ kind: "identify", files: part }, signal)),
    run: (model, inputs, signal) =>
      spread(inputs, threads, (part) =>
        ask<TensorFile>({ kind: "run", model, inputs: part }, signal),
      ),
    close: () => pool.destroy(),
  };
}

async function spread<Item, Result>(
  items: readonly Item[],
  parts: number,
  call: (part: readonly Item[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const size = Math.ceil(items.length / parts);
  const calls: Promise<readonly Result[]>[] = [];
  for (let at = 0; at < items.length; at += size) calls.push(call(items.slice(at, at + size)));
  return (await Promise.all(calls)).flat();
}
