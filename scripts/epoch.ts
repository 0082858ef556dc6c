import { writeFile } from "node:fs/promises";
import type { Command } from "commander";

import { withAccount, withChain, withReader, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions, Session } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { readAsk, readEpochFile, readTests } from "./shared/datasetFiles";
import { requireDataset, viewDataset } from "./shared/datasets";
import { ScriptError } from "./shared/errors";
import { commitHost, commitPool, drawFrom } from "./shared/epochFiles";
import { describeEpoch, viewEpoch } from "./shared/epochs";
import { printResult, toJson } from "./shared/output";
import { showProgress } from "./shared/progress";
import { address, bigNumber, wholeNumber } from "./shared/values";
import { fetchValued, firstState, slotsIn } from "./shared/valuations";
import { WorkerApi } from "./shared/workerApi";
import {
  buyValuation,
  carryOverPot,
  closeEpoch,
  getJob,
  recordDelivery,
  settleEpoch,
  settlementOf,
  showSeed,
  slotShapeOf,
  voidEpoch,
} from "../sdk/src/index";
import type { Address, Dataset, Epoch, ErgonClient } from "../sdk/src/index";
import { encodeTensor } from "../tensor/src/index";
import type { Tensor } from "../tensor/src/index";

type SignedOptions = ChainOptions & AccountOptions;

interface OpenOptions extends SignedOptions {
  readonly segmentRows: number;
  readonly days: bigint;
  readonly out: string;
}

interface OutOptions extends SignedOptions {
  readonly out: string;
}

interface CloseOptions extends SignedOptions {
  readonly slots?: readonly string[];
}

interface ValueOptions extends SignedOptions {
  readonly ask: string;
  readonly worker: string;
  readonly slots: readonly string[];
  readonly tests: string;
}

interface SettleOptions extends SignedOptions {
  readonly worker: string;
  readonly out?: string;
}

const SLOTS = "files of what owners contributed";

const command = createCommand("epoch", "Find out what the data of a dataset are worth.");
withChain(on("status", "show where the last epoch stands, and what is next, by whom")).action(
  status,
);
withAccount(on("open", "open an epoch, as the pool's owner, and bond a seed"))
  .argument("<pool>", "file of test points, as JSON: embeddings and labels")
  .requiredOption("--segment-rows <number>", "test points that are drawn, 2^n", wholeNumber)
  .option("--days <number>", "how long it takes contributions", bigNumber, 7n)
  .requiredOption("--out <file>", "keeps the seed and the salted pool, for nobody else")
  .action(open);
withAccount(on("join", "commit the host to a seed, and bond it"))
  .requiredOption("--out <file>", "keeps the seed, for nobody else")
  .action(join);
withAccount(on("close", "close it, as the host that has the data"))
  .option("--slots <files...>", `${SLOTS}: refuses to close if one is missing`)
  .action(close);
withAccount(on("show-seed", "show a seed that was committed to"))
  .argument("<file>", "what open or join kept")
  .action(show);
withAccount(on("draw", "draw test points out of the pool"))
  .argument("<file>", "what open kept")
  .requiredOption("--out <file>", "keeps the drawn test points, for whoever buys the valuation")
  .action(draw);
withAccount(on("value", "bring a worker the data, and buy the valuation from it"))
  .requiredOption("--ask <file>", "ask that its provider signed")
  .requiredOption("--worker <url>", "the worker")
  .requiredOption("--slots <files...>", SLOTS)
  .requiredOption("--tests <file>", "what draw kept")
  .action(value);
withAccount(on("record", "take down what the worker delivered, before its job is settled")).action(
  record,
);
withAccount(on("settle", "give the epoch its values, once its job is settled"))
  .requiredOption("--worker <url>", "the worker that delivered them")
  .option("--out <file>", "keeps the last state, for claims, as a tensor file")
  .action(settle);
withAccount(on("void", "end an epoch in which somebody was silent")).action(
  (dataset: Address, options: SignedOptions) => act(dataset, options, voidEpoch),
);
withAccount(on("carry-over", "put into the next pot what nobody claimed in a year"))
  .argument("<epoch>", "number of the epoch", bigNumber)
  .action((dataset: Address, epochId: bigint, options: SignedOptions) =>
    act(dataset, options, (client) => carryOverPot(client, { dataset, epochId })),
  );

function on(name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .argument("<dataset>", "address of the dataset", address);
}

async function status(dataset: Address, options: ChainOptions): Promise<void> {
  await withReader(options, (session) => print(session, dataset));
}

async function open(dataset: Address, file: string, options: OpenOptions): Promise<void> {
  const rows = await readTests(file);
  const { segmentRows, days, out } = options;
  await act(dataset, options, (client, told) =>
    commitPool(client, told, { rows, segmentRows, days, out }),
  );
}

async function join(dataset: Address, options: OutOptions): Promise<void> {
  await act(dataset, options, (client, told) => commitHost(client, told, options.out));
}

async function close(dataset: Address, options: CloseOptions): Promise<void> {
  await act(dataset, options, async (client, told) => {
    if (options.slots !== undefined) await slotsIn(client, told, options.slots);
    return closeEpoch(client, { dataset });
  });
}

async function show(dataset: Address, file: string, options: SignedOptions): Promise<void> {
  const { seed } = await readEpochFile(file);
  await act(dataset, options, (client) => showSeed(client, { dataset, seed }));
}

async function draw(dataset: Address, file: string, options: OutOptions): Promise<void> {
  const { pool } = await readEpochFile(file);
  if (pool === undefined) throw new ScriptError("FILE", `${file} has no pool: give what open kept`);
  await act(dataset, options, async (client, told) => {
    const { tests, transaction } = await drawFrom(client, told, pool);
    // JSON knows no undefined
    await writeFile(options.out, `${toJson(tests.map((test) => test ?? null))}\n`);
    return { transaction };
  });
}

async function value(dataset: Address, options: ValueOptions): Promise<void> {
  const { ask, signature: askSignature } = await readAsk(options.ask);
  const tests = await readTests(options.tests);
  await withSigner(options, async (session) => {
    const { client, json } = session;
    const told = await requireDataset(client, dataset);
    const slots = await slotsIn(client, told, options.slots);
    await upload(await firstState(client, told, slots, tests), options.worker, json);
    const { transaction } = await buyValuation(client, { dataset, ask, askSignature });
    await print(session, dataset, transaction.hash);
  });
}

async function upload(state: Tensor, url: string, silent: boolean): Promise<void> {
  const bar = showProgress("inputs ", 1, silent);
  try {
    await new WorkerApi(url).putInputs([state], (count) => bar.update(count));
  } finally {
    bar.stop();
  }
}

async function record(dataset: Address, options: SignedOptions): Promise<void> {
  await act(dataset, options, async (client, told) => {
    const { jobId } = valuedEpoch(told);
    return recordDelivery(client, { dataset, job: await getJob(client, { id: jobId }) });
  });
}

async function settle(dataset: Address, options: SettleOptions): Promise<void> {
  await act(dataset, options, async (client, told) => {
    const { outputIds, last } = await fetchValued(valuedEpoch(told), options.worker);
    const settlement = settlementOf(slotShapeOf(told.shape), outputIds, last);
    const outcome = await settleEpoch(client, { dataset, settlement });
    if (options.out !== undefined) await writeFile(options.out, encodeTensor(last));
    return outcome;
  });
}

function valuedEpoch({ running }: Dataset): Epoch {
  if (running !== undefined && running.jobId !== 0n) return running;
  throw new ScriptError("ARGUMENT", "no job values the epoch: epoch status tells what is next");
}

async function act(
  dataset: Address,
  options: SignedOptions,
  action: (
    client: ErgonClient,
    told: Dataset,
  ) => Promise<{ readonly transaction: { readonly hash: string } }>,
): Promise<void> {
  await withSigner(options, async (session) => {
    const told = await requireDataset(session.client, dataset);
    const { transaction } = await action(session.client, told);
    await print(session, dataset, transaction.hash);
  });
}

async function print({ client, json }: Session, dataset: Address, hash?: string): Promise<void> {
  const epoch = await viewEpoch(client, await viewDataset(client, dataset));
  const { view, job, next } = epoch;
  const told = { epochId: view.dataset.epochs, epoch: view.last, job, next, transaction: hash };
  const sent = hash === undefined ? [] : [`transaction ${hash}`];
  printResult(json, told, [...describeEpoch(epoch), ...sent]);
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
