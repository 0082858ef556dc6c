import type { Command } from "commander";

import { withAccount, withChain, withReader, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions, Session } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { ScriptError } from "./shared/errors";
import { describeJob, jobLine } from "./shared/jobs";
import { printResult } from "./shared/output";
import { readToken } from "./shared/token";
import { bigNumber, wholeNumber } from "./shared/values";
import { waitFor } from "./shared/wait";
import {
  approveJob,
  cancelJob,
  demandOutput,
  expireJob,
  getJob,
  getJobEvents,
  settleJob,
  unfreezeJob,
} from "../sdk/src/index";
import type { ErgonClient, JobOutcome, JobRecord } from "../sdk/src/index";

type SignedOptions = ChainOptions & AccountOptions;

interface ShowOptions extends ChainOptions {
  readonly follow?: boolean;
  readonly timeout: number;
}

interface DemandOptions extends SignedOptions {
  readonly unit: bigint;
  readonly word: bigint;
  readonly size: bigint;
}

const FOLLOW_MS = 1_000;

const command = createCommand("job", "Follow a job: show it, or move it on.");
withChain(on("show", "show terms, state and events"))
  .option("--follow", "wait until it ends")
  .option("--timeout <seconds>", "how long to wait", wholeNumber, 3_600)
  .action(show);
moves("approve", "pay a delivered job at once, as its client", approveJob);
moves("settle", "end a delivered job whose window is over", settleJob);
moves("unfreeze", "let a job settle whose challenges all failed within its window", unfreeze);
moves("cancel", "end an open job, as its client, who pays the elapsed share", cancelJob);
moves("expire", "end an open job whose deadline is over", expireJob);
withAccount(on("demand", "make the worker show a piece of an output on chain"))
  .requiredOption("--unit <index>", "unit, counted from 0", bigNumber)
  .option("--word <index>", "first word of 32 bytes, a multiple of the size", bigNumber, 0n)
  .option("--size <log2>", "words as a power of two, at most 7", bigNumber, 0n)
  .action(demand);

function on(name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .argument("<id>", "id of the job", bigNumber);
}

function moves(
  name: string,
  description: string,
  act: (client: ErgonClient, parameters: { readonly job: JobRecord }) => Promise<JobOutcome>,
): void {
  withAccount(on(name, description)).action((id: bigint, options: SignedOptions) =>
    move(id, options, (client, job) => act(client, { job })),
  );
}

async function unfreeze(
  client: ErgonClient,
  { job }: { readonly job: JobRecord },
): Promise<JobOutcome> {
  if (job.end === undefined && job.job.frozen) return unfreezeJob(client, { job });
  throw new ScriptError("ARGUMENT", `job ${job.id} is not frozen`);
}

async function demand(id: bigint, options: DemandOptions): Promise<void> {
  const piece = { unit: options.unit, firstWord: options.word, wordsLog2: options.size };
  await move(id, options, (client, job) => demandOutput(client, { job, piece }));
}

async function move(
  id: bigint,
  options: SignedOptions,
  act: (client: ErgonClient, job: JobRecord) => Promise<JobOutcome>,
): Promise<void> {
  await withSigner(options, async ({ client, json }) => {
    const { job, transaction } = await act(client, await getJob(client, { id }));
    const { hash, gasUsed } = transaction;
    const token = await readToken(client, job.job.token);
    const lines = [...describeJob(job, token), `transaction ${hash}, ${gasUsed} gas`];
    printResult(json, { job, transaction: hash, gas: gasUsed }, lines);
  });
}

async function show(id: bigint, options: ShowOptions): Promise<void> {
  await withReader(options, async (session) => {
    const job =
      options.follow === true ? await follow(session, id, options) : await read(session, id);
    const events = await getJobEvents(session.client, { id });
    const history = events.map(({ name, at }) => `${name} in block ${at.blockNumber}`);
    const token = await readToken(session.client, job.job.token);
    printResult(session.json, { job, events }, [...describeJob(job, token), ...history]);
  });
}

function read({ client }: Session, id: bigint): Promise<JobRecord> {
  return getJob(client, { id });
}

function follow(session: Session, id: bigint, { timeout }: ShowOptions): Promise<JobRecord> {
  let seen = -1;
  const options = { what: `the end of job ${id}`, everyMs: FOLLOW_MS, timeoutMs: timeout * 1_000 };
  return waitFor(options, async () => {
    const job = await read(session, id);
    if (!session.json && job.updatedIn.blockNumber !== seen) {
      console.error(jobLine(job));
      seen = job.updatedIn.blockNumber;
    }
    return job.end === undefined ? undefined : job;
  });
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
