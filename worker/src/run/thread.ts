import { readFile } from "node:fs/promises";
import { workerData } from "node:worker_threads";
import { RunError } from "./errors";
import type { ThreadAnswer, ThreadData, ThreadResults, ThreadTask } from "./threads";
import { errorCode, errorMessage } from "../errors";
import {
  Gpu,
  ReferenceExecutor,
  WasmExecutor,
  WebGpuError,
  decodeModel,
  decodeTensor,
  encodeTensor,
  findWrongResult,
  tensorId,
} from "../../../tensor/src/index";
import type { Hex, Model, TracingExecutor } from "../../../tensor/src/index";

const { models, executor: name, gpu } = workerData as ThreadData;
const loaded = new Map<Hex, Promise<Model>>();
const executor = createExecutor();
let proof: Promise<string> | undefined;

function createExecutor(): TracingExecutor {
  if (name === "reference") return new ReferenceExecutor();
  const wasm = new WasmExecutor();
  return name === "wasm" ? wasm : new Gpu(wasm, gpu);
}

/** Does one task in a worker thread. Errors lose their class between threads, so they are told. */
export async function answer(task: ThreadTask): Promise<ThreadAnswer> {
  try {
    return { ok: true, results: await perform(task) };
  } catch (error) {
    const failed = { code: errorCode(error), message: errorMessage(error) };
    return { ok: false, gpu: error instanceof WebGpuError, ...failed };
  }
}

async function perform(task: ThreadTask): Promise<ThreadResults> {
  if (task.kind === "identify") return task.files.map((file) => tensorId(decodeTensor(file)));
  proof ??= prove();
  const proved = await proof;
  if (task.kind === "prove") return [proved];
  const model = await modelOf(task.model);
  const outputs = await executor.run(model, task.files.map(decodeTensor));
  return outputs.map((output) => ({ id: tensorId(output), bytes: encodeTensor(output) }));
}

/** Name of the executor, or of its adapter, once it has given the reference's results. */
async function prove(): Promise<string> {
  if (executor instanceof Gpu) return executor.open();
  const wrong = await findWrongResult(executor);
  if (wrong === undefined) return executor.name;
  throw new RunError(
    "MISMATCH",
    `${executor.name} gives ${wrong} on this machine; run "npm ci" and "npm run build" again, or use another machine`,
  );
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
