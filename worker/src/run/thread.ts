import { readFile } from "node:fs/promises";
import { workerData } from "node:worker_threads";
import type { TensorFile, ThreadData, ThreadTask } from "./runner";
import {
  ReferenceExecutor,
  decodeModel,
  decodeTensor,
  encodeTensor,
  tensorId,
} from "../../../tensor/src/index";
import type { Executor, Hex, Model } from "../../../tensor/src/index";

const { models } = (workerData as [unknown, ThreadData])[1];
const loaded = new Map<Hex, Promise<Model>>();
const executor = createExecutor();

/** Answers one task in a worker thread. */
export async function answer(task: ThreadTask): Promise<readonly Hex[] | TensorFile[]> {
  if (task.kind === "identify") return task.files.map((file) => tensorId(decodeTensor(file)));
  const outputs = await (
    await executor
  ).run(await modelOf(task.model), task.inputs.map(decodeTensor));
  return outputs.map((output) => ({ id: tensorId(output), bytes: encodeTensor(output) }));
}

async function createExecutor(): Promise<Executor> {
  return new ReferenceExecutor();
}

function modelOf(id: Hex): Promise<Model> {
  const known = loaded.get(id);
  if (known !== undefined) return known;
  const entry = models.find((model) => model.id === id);
  if (entry === undefined) throw new RangeError(`this thread knows no model ${id}`);
  const model = readFile(entry.file).then(decodeModel);
  loaded.set(id, model);
  return model;
}
