import {
  ZERO_HASH,
  datasetAt,
  getContribution,
  getContributions,
  sameHex,
  slotShapeOf,
  translated,
} from "../../sdk/src/index";
import type { Dataset, Epoch, ErgonClient } from "../../sdk/src/index";
import { blockRoots, encodeState, listRoot, slotRoot, tensorId } from "../../tensor/src/index";
import type { Contribution, Hex, Slot, Tensor, TestRow } from "../../tensor/src/index";
import { readContributions } from "./datasetFiles";
import { ScriptError } from "./errors";
import { readTensor } from "./files";
import { WorkerApi } from "./workerApi";

/** Where the last state of a valuation is found: at the worker that computed it, or in a file. */
export interface StateSource {
  readonly worker?: string;
  readonly state?: string;
}

/** What a worker has of a valuation. */
export interface Valued {
  /** Of the job's outputs, in order. */
  readonly outputIds: readonly Hex[];
  readonly last: Tensor;
}

/**
 * The slots that a closed epoch counts, or all of an open one, out of files of contributions, an empty one in the place of
 * each that left. Throws `ScriptError` FILE, and ARGUMENT that names the slots of which there is no file.
 */
export async function slotsIn(
  client: ErgonClient,
  { dataset, shape, epochs: epochId, running }: Dataset,
  files: readonly string[],
): Promise<Slot[]> {
  const known = await contributionsIn(slotShapeOf(shape), files);
  const given = await getContributions(client, { dataset });
  const count = running === undefined || running.count === 0n ? given.length : running.count;
  const slots: Slot[] = [];
  const missing: string[] = [];
  for (const { slot, owner, index, left } of given.slice(0, Number(count))) {
    const gone = left && (await getContribution(client, { dataset, slot })).leftIn !== epochId;
    const contribution = known.get(slot);
    if (!gone && contribution === undefined) missing.push(`slot ${index}, ${slot}, of ${owner}`);
    slots.push(gone ? undefined : contribution);
  }
  if (missing.length === 0) return slots;
  throw new ScriptError("ARGUMENT", `no file of --slots has ${missing.join("; ")}`);
}

async function contributionsIn(
  shape: Parameters<typeof slotRoot>[0],
  files: readonly string[],
): Promise<Map<string, Contribution>> {
  const found = new Map<string, Contribution>();
  for (const file of files) {
    const { owner, slots } = await readContributions(file);
    for (const { salt, points } of slots) {
      const contribution = { owner, salt, points };
      found.set(slotRoot(shape, contribution), contribution);
    }
  }
  return found;
}

/**
 * The state that the job of the running epoch begins with. Throws `ScriptError` CHECK_FAILED unless it is the one that the
 * chain has of it.
 */
export async function firstState(
  client: ErgonClient,
  { dataset, shape, epochs: epochId }: Dataset,
  slots: readonly Slot[],
  tests: readonly TestRow[],
): Promise<Tensor> {
  const state = encodeState(slotShapeOf(shape), slots, tests);
  const expected = await translated(() => datasetAt(client, dataset).inputIdOf(epochId));
  if (sameHex(tensorId(state), expected)) return state;
  const message = `slots and test points give state ${tensorId(state)}, and the chain has ${expected}`;
  throw new ScriptError("CHECK_FAILED", `${message}: are the test points those that were drawn?`);
}

/**
 * What a worker delivered of an epoch's job. Throws `ScriptError` WORKER, ARGUMENT if it was not recorded, and CHECK_FAILED
 * unless it is what the chain has recorded.
 */
export async function fetchValued(
  { jobId, outputRoot }: Pick<Epoch, "jobId" | "outputRoot">,
  url: string,
): Promise<Valued> {
  if (sameHex(outputRoot, ZERO_HASH)) {
    throw new ScriptError(
      "ARGUMENT",
      `job ${jobId} was not recorded: epoch record does that, once it is delivered`,
    );
  }
  const worker = new WorkerApi(url);
  const { outputs } = await worker.jobStatus(jobId);
  if (outputs === undefined || outputs.length === 0) {
    throw new ScriptError("WORKER", `job ${jobId} has no outputs yet`, { retryable: true });
  }
  const root = listRoot(outputs);
  if (!sameHex(root, outputRoot)) {
    const message = `the worker has outputs with root ${root}, and the epoch has ${outputRoot} of job ${jobId}`;
    throw new ScriptError("CHECK_FAILED", message);
  }
  const [last] = await worker.getTensors(outputs.slice(-1), () => undefined);
  return { outputIds: outputs, last };
}

/**
 * The state that has an epoch's values. Throws `ScriptError` ARGUMENT without a source, CHECK_FAILED unless its values are
 * those that settled the epoch, FILE or WORKER.
 */
export async function lastState(
  { shape }: Dataset,
  epoch: Epoch,
  { worker, state: file }: StateSource,
): Promise<Tensor> {
  if (worker === undefined && file === undefined) {
    throw new ScriptError("ARGUMENT", "say who has the values: give --worker, or --state");
  }
  const state =
    worker === undefined ? await readTensor(file ?? "") : (await fetchValued(epoch, worker)).last;
  const { values } = blockRoots(slotShapeOf(shape), state);
  if (sameHex(values, epoch.valuesRoot)) return state;
  const message = `the state has values ${values}, and the epoch was settled with ${epoch.valuesRoot}`;
  throw new ScriptError("CHECK_FAILED", message);
}
