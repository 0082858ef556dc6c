import type { Context, OfferedModel } from "./context";
import { loadInputs } from "./inputs";
import { encodeIds } from "./lists";
import { BlobError } from "../blobs/store";
import type { Call } from "../chain/node";
import { RunError } from "../run/errors";
import type { TensorFile } from "../run/threads";
import { jobOf, pendingDemand } from "../tasks/task";
import type { LocalAction, PendingDemand, Task, TaskEvent, TxAction } from "../tasks/task";
import { openOutputOf } from "../../../sdk/src/index";
import type { JobRecord } from "../../../sdk/src/index";
import { decodeTensor, listRoot } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Does what only this machine sees; doing it again changes nothing. */
export type LocalHandler = (
  task: Task,
  context: Context,
  signal: AbortSignal,
) => Promise<readonly TaskEvent[]>;

/** One handler for each local action. */
export const LOCAL_HANDLERS: Record<LocalAction, LocalHandler> = { fetchInputs, run, publish };

/** The call that each transaction makes. May throw `RunError` JOB or DEMAND, or `BlobError`. */
export const CALLS: Record<TxAction, (task: Task, context: Context) => Call | Promise<Call>> = {
  fill: ({ offer, ask }, { market }) => market.fill(ask, offer),
  deliver: (task, { market }) =>
    market.deliver(recordOf(task), listRoot(task.outputs), BigInt(task.outputs.length)),
  showOutput: async (task, context) => {
    const [record, demand] = [recordOf(task), demandOf(task)];
    const unit = Number(demand.piece.unit);
    const file = await readTensor(task.outputs[unit], context);
    const ids = task.outputs.slice(0, Number(record.job.units));
    const opening = openOutputOf(decodeTensor(file), ids, demand.piece);
    return context.market.showOutput(record, demand.kind, opening);
  },
  lapseDemand: (task, { market }) => market.lapseDemand(recordOf(task), demandOf(task).kind),
  handBack: (task, { market }) => market.handBack(recordOf(task)),
  expire: (task, { market }) => market.expire(recordOf(task)),
  settle: (task, { market }) => market.settle(recordOf(task)),
};

async function fetchInputs(
  task: Task,
  context: Context,
  signal: AbortSignal,
): Promise<readonly TaskEvent[]> {
  const ids = await loadInputs(task.offer, modelOf(task, context), context, signal);
  return [{ type: "inputsStored", ids }];
}

/** Runs the next few units, so that a crash repeats only these. */
async function run(
  task: Task,
  context: Context,
  signal: AbortSignal,
): Promise<readonly TaskEvent[]> {
  const { bid } = task.offer;
  const from = task.outputs.length;
  const count = Math.min(context.options.unitsPerStep, Number(bid.units) - from);
  const started = context.clock.now();
  try {
    const outputs = bid.chained
      ? await runChain(task, count, context, signal)
      : await runUnits(task, (task.inputs ?? []).slice(from, from + count), context, signal);
    await Promise.all(outputs.map(({ id, bytes }) => context.tensors.put(id, bytes, "private")));
    context.metrics.unitsRun(bid.modelId, outputs.length, context.clock.now() - started);
    return [{ type: "unitsRun", from, ids: outputs.map(({ id }) => id) }];
  } catch (error) {
    if (error instanceof BlobError && error.code === "CORRUPT") return [{ type: "blobsLost" }];
    throw error;
  }
}

async function runUnits(
  task: Task,
  ids: readonly Hex[],
  context: Context,
  signal: AbortSignal,
): Promise<readonly TensorFile[]> {
  const files = await Promise.all(ids.map((id) => readTensor(id, context)));
  return context.runner.run(task.offer.bid.modelId, files, signal);
}

async function runChain(
  task: Task,
  count: number,
  context: Context,
  signal: AbortSignal,
): Promise<readonly TensorFile[]> {
  const first = task.outputs.at(-1) ?? task.inputs?.[0];
  if (first === undefined) throw new RunError("INPUT", "a chained job has one input");
  const outputs: TensorFile[] = [];
  let file = await readTensor(first, context);
  for (let i = 0; i < count; i++) {
    const [output] = await context.runner.run(task.offer.bid.modelId, [file], signal);
    outputs.push(output);
    file = output.bytes;
  }
  return outputs;
}

async function readTensor(id: Hex, { tensors }: Context): Promise<Uint8Array> {
  const bytes = await tensors.get(id);
  if (bytes === undefined) throw new BlobError("CORRUPT", `blob ${id} is gone`);
  return bytes;
}

async function publish(task: Task, context: Context): Promise<readonly TaskEvent[]> {
  for (const id of task.outputs) {
    if (!(await context.tensors.has(id))) return [{ type: "blobsLost" }];
    await context.tensors.publish(id);
  }
  const root = listRoot(task.outputs);
  await context.lists.put(root, encodeIds(task.outputs), "private");
  await context.lists.publish(root);
  return [{ type: "published" }];
}

function modelOf(task: Task, { models }: Context): OfferedModel {
  const model = models.get(task.offer.bid.modelId);
  if (model !== undefined) return model;
  throw new RunError("MODEL", `model ${task.offer.bid.modelId} is not offered any more`);
}

function recordOf(task: Task): JobRecord {
  const record = jobOf(task);
  if (record === undefined) throw new RunError("JOB", `bid ${task.id} has no job`);
  return record;
}

function demandOf(task: Task): PendingDemand {
  const demand = pendingDemand(task);
  if (demand === undefined) throw new RunError("DEMAND", `bid ${task.id} has no open demand`);
  return demand;
}
