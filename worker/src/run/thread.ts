import { readFile } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import { RunError } from "./errors";
import type { TensorFile, ThreadAnswer, ThreadData, ThreadTask, ThreadWarning } from "./runner";
import { errorCode, errorMessage } from "../errors";
import {
  ReferenceExecutor,
  WasmExecutor,
  WebGpuExecutor,
  decodeModel,
  decodeTensor,
  encodeTensor,
  tensorId,
} from "../../../tensor/src/index";
import type { Executor, Hex, Model } from "../../../tensor/src/index";

const { models, executor: name } = workerData as ThreadData;
const loaded = new Map<Hex, Promise<Model>>();
const executor = createExecutor();

function createExecutor(): Executor {
  if (name === "reference") return new ReferenceExecutor();
  if (name === "wasm") return new WasmExecutor();
  return new WebGpuExecutor({
    warn: ({ code, message }) => parentPort?.postMessage({ code, message } satisfies ThreadWarning),
  });
}

/** Does one task in a worker thread. Errors lose their class between threads, so they are told. */
export async function answer(task: ThreadTask): Promise<ThreadAnswer> {
  try {
    return { ok: true, results: await perform(task) };
  } catch (error) {
    return { ok: false, code: errorCode(error), message: errorMessage(error) };
  }
}

async function perform(task: ThreadTask): Promise<readonly Hex[] | readonly TensorFile[]> {
  if (task.kind === "identify") return task.files.map((file) => tensorId(decodeTensor(file)));
  const model = await modelOf(task.model);
  const outputs = await executor.run(model, task.inputs.map(decodeTensor));
  return outputs.map((output) => ({ id: tensorId(output), bytes: encodeTensor(output) }));
}

function modelOf(id: Hex): Promise<Model> {
  const known = loaded.get(id);
  if (known !== undefined) return known;
  const entry = models.find((model) => model.id === id);
  if (entry === undefined) throw new RunError("MODEL", `this thread knows no model ${id}`);
  const model = readFile(entry.file).then(decodeModel);
  loaded.set(id, model);
  return model;
}
