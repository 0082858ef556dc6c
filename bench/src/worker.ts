import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Wallet } from "ethers";
import { bidOn, prepareCast } from "../../scripts/demo/cast";
import { withStage } from "../../scripts/demo/stage";
import { setUpWorker } from "../../scripts/demo/worker";
import { encodeTensors } from "../../scripts/shared/files";
import { toJson } from "../../scripts/shared/output";
import { signBid } from "../../sdk/src/index";
import { WasmExecutor } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { loadConfig } from "../../worker/src/config/load";
import { createLogger } from "../../worker/src/log";
import { withResources } from "../../worker/src/assembly";
import { createEngine, openWorkerParts } from "../../worker/src/worker";
import { PARTS } from "./report";
import { Stopwatch } from "./stopwatch";
import { least, time } from "./timing";
import type { Cast } from "../../scripts/demo/cast";
import type { Stage } from "../../scripts/demo/stage";
import type { Tensor } from "../../tensor/src/index";
import type { Config } from "../../worker/src/config/schema";
import type { Context } from "../../worker/src/engine/context";
import type { Open } from "../../worker/src/assembly";
import type { Timing } from "./timing";

/**
 * Where a worker's time goes: reading the document; ids of the inputs; running, with the way to the
 * thread and the ids of the outputs; inputs and outputs on disk; journal; the chain.
 */
export type Part = (typeof PARTS)[number];

/** What a worker spends on a job beside executing the model. */
export interface WorkerResult {
  /** Digits of one job. */
  readonly units: number;
  /** Microseconds of one digit: of the executor alone, and of the whole job. */
  readonly micros: Readonly<Record<"execution" | "job", Timing>>;
  /** Microseconds of one digit by what the job waited for, in the job that took least. */
  readonly parts: Readonly<Record<Part, number>>;
  /** What the worker adds to the execution, as a multiple of it. */
  readonly overhead: Timing;
}

const LOG = createLogger("error");
const UNITS = 1_000;
const JOBS = 8;
const NEVER: Timing = { latency: Infinity, coreTime: Infinity };

/** Times jobs of a worker, with one thread, on a local chain; keeps the fastest. */
export function measureWorker(): Promise<WorkerResult> {
  return withStage(async (stage) => {
    const cast = await prepareCast(stage);
    const site = await setUpWorker(stage, cast, { inputs: { fileRoots: ["."] } });
    const config = loadConfig(site.config);
    return withResources(LOG, (open) => measureJobs(stage, cast, config, open));
  });
}

async function measureJobs(
  { folder }: Stage,
  cast: Cast,
  config: Config,
  open: Open,
): Promise<WorkerResult> {
  const watch = new Stopwatch(PARTS);
  const wallet = new Wallet(cast.key.privateKey);
  const { signal } = new AbortController();
  const opened = await openWorkerParts({ config, wallet, log: LOG, signal }, open);
  const context = timed(opened.context, watch);
  const { engine, intake } = await createEngine({ ...opened, context }, config, signal);
  const executor = new WasmExecutor();

  let [execution, job, parts] = [NEVER, NEVER, watch.read()];
  for (let i = 0; i < JOBS; i++) {
    const inputs = inputsOf(i);
    const offer = await offerOn(cast, inputs, join(folder, `inputs-${i}`));
    execution = least(execution, await time(() => executor.run(cast.model, inputs), UNITS));
    watch.reset();
    const took = await time(async () => {
      const { id } = await intake.submit(offer);
      while (context.journal.get(id)?.published !== true) {
        await engine.turn();
        await engine.settled();
      }
    }, UNITS);
    if (took.latency < job.latency) parts = watch.read();
    job = least(job, took);
  }
  return {
    units: UNITS,
    micros: { execution, job },
    parts: scaled(parts, 1e3 / UNITS),
    overhead: excess(job, execution),
  };
}

/** By what share one timing is longer than another. */
function excess(long: Timing, short: Timing): Timing {
  return {
    latency: long.latency / short.latency - 1,
    coreTime: long.coreTime / short.coreTime - 1,
  };
}

/** Others for each job: a worker keeps what it has seen. */
function inputsOf(job: number): Tensor[] {
  const digits = loadDigits().training.slice(job * UNITS, (job + 1) * UNITS);
  return digits.map(digitInput);
}

function scaled(parts: Readonly<Record<Part, number>>, factor: number): Record<Part, number> {
  const entries = Object.entries(parts).map(([name, value]) => [name, factor * value]);
  return Object.fromEntries(entries) as Record<Part, number>;
}

function timed(context: Context, watch: Stopwatch<Part>): Context {
  const { fetcher, runner, tensors, lists, journal, sender, node, market } = context;
  return {
    ...context,
    fetcher: watch.timed("fetch", fetcher),
    runner: { ...watch.timed("run", runner), identify: watch.timed("hash", runner).identify },
    tensors: watch.timed("blobs", tensors),
    lists: watch.timed("blobs", lists),
    journal: watch.timed("journal", journal),
    sender: watch.timed("chain", sender),
    node: watch.timed("chain", node),
    market: watch.timed("chain", market),
  };
}

/** A bid on inputs that lie in `document` from now on. */
async function offerOn(cast: Cast, inputs: readonly Tensor[], document: string): Promise<unknown> {
  await writeFile(document, encodeTensors(inputs));
  const inputUri = pathToFileURL(document).href;
  const bid = await bidOn(cast, inputs, inputUri);
  const signature = await signBid(cast.client, bid);
  return JSON.parse(toJson({ bid, signature, inputUri }));
}
