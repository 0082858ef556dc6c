import { join } from "node:path";
import Piscina from "piscina";
import type { Hex } from "../../../tensor/src/index";

/** A model as the worker offers it. */
export interface ModelFile {
  readonly id: Hex;
  readonly file: string;
}

/** Which executor runs the units. Both give the same bits. */
export type ExecutorName = "wasm" | "reference";

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

/** Computes on tensor files. */
export interface Runner {
  /** Ids of tensor files, in order. Throws `TensorError` if one is not canonical. */
  identify(files: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly Hex[]>;
  /** Outputs of the model for each input, in order. Throws `ProgramError` if one does not fit. */
  run(model: Hex, inputs: readonly Uint8Array[], signal?: AbortSignal): Promise<TensorFile[]>;
  /** Stops all threads. */
  close(): Promise<void>;
}

/** A runner over `threads` threads. Inputs of one call are spread over them. */
export function createRunner(data: ThreadData, threads: number): Runner {
  const pool = new Piscina<ThreadTask, unknown>({
    filename: join(__dirname, "thread.ts"),
    name: "answer",
    execArgv: ["-r", "ts-node/register/transpile-only"],
    workerData: data,
    minThreads: threads,
    maxThreads: threads,
  });
  return {
    identify: (files, signal) =>
      spread(files, threads, (part) =>
        pool.run({ kind: "identify", files: part }, { signal }),
      ) as Promise<Hex[]>,
    run: (model, inputs, signal) =>
      spread(inputs, threads, (part) =>
        pool.run({ kind: "run", model, inputs: part }, { signal }),
      ) as Promise<TensorFile[]>,
    close: () => pool.destroy(),
  };
}

async function spread(
  items: readonly Uint8Array[],
  parts: number,
  call: (part: readonly Uint8Array[]) => Promise<unknown>,
): Promise<unknown[]> {
  const size = Math.ceil(items.length / parts);
  const calls: Promise<unknown>[] = [];
  for (let at = 0; at < items.length; at += size) calls.push(call(items.slice(at, at + size)));
  return (await Promise.all(calls)).flat();
}
