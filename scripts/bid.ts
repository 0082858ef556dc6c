import { readUnits } from "./shared/cards";
import { timeOf, withAccount, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions, Session } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { ScriptError } from "./shared/errors";
import { readModel, requireFolderOf, writeBytes } from "./shared/files";
import { requireRegistered } from "./shared/models";
import { fields, printResult } from "./shared/output";
import { showProgress } from "./shared/progress";
import { withTerms } from "./shared/terms";
import type { TermsOptions } from "./shared/terms";
import { readToken } from "./shared/token";
import { CLASSES, address, bigNumber, parseAmount, wholeNumber } from "./shared/values";
import { WorkerApi } from "./shared/workerApi";
import { awaitOutputs } from "./shared/workerJob";
import {
  accountOf,
  bidDigest,
  getJob,
  makeBid,
  orderDomainOf,
  sameHex,
  signBid,
} from "../sdk/src/index";
import type { Address, Bid, ErgonClient } from "../sdk/src/index";
import { listRoot, modelId, tensorId } from "../tensor/src/index";
import type { Hex, Model, Tensor } from "../tensor/src/index";

interface BidOptions extends ChainOptions, AccountOptions, TermsOptions {
  readonly inputs: string;
  readonly card?: string;
  readonly inputUri?: string;
  readonly chained?: bigint;
  readonly provider?: Address;
  readonly worker?: string;
  readonly timeout: number;
}

const command = withTerms(
  withAccount(
    createCommand("bid", "Make and sign a request to run a model, and offer it to a worker."),
  ),
)
  .argument("<model>", "model file, such as tensor/models/digits.ergon")
  .requiredOption("--inputs <place>", "tensor files one after the other, or with --card samples")
  .option("--card <file>", "of an imported model: takes a folder of .npy, gives a .npy with --out")
  .option("--input-uri <uri>", "where the provider finds that file (default: the worker's store)")
  .option("--chained <units>", "run so many units, each on the output of the one before", bigNumber)
  .option("--provider <address>", "who may run it; needed without a verifier", address)
  .option("--worker <url>", "worker to offer it to; its outputs are then waited for and fetched")
  .option("--timeout <seconds>", "how long to wait for outputs", wholeNumber, 3_600)
  .action(bid);

async function bid(file: string, options: BidOptions): Promise<void> {
  requireFitting(options);
  if (options.out !== undefined) await requireFolderOf(options.out);
  const model = await readModel(file);
  const { inputs, encodeOutputs } = await readUnits(options.inputs, model, options.card);
  if (options.chained !== undefined && inputs.length !== 1) {
    throw new ScriptError("ARGUMENT", `a chained job has one input, not ${inputs.length}`);
  }
  await withSigner(options, async (session) => {
    const { client, json } = session;
    await requireRegistered(client, modelId(model.program));
    const worker = options.worker === undefined ? undefined : new WorkerApi(options.worker);
    const inputUri = options.inputUri ?? (await upload(inputs, json, worker));
    const order = await orderOf(session, model, inputs, inputUri, options);
    const signature = await signBid(client, order);
    const digest = bidDigest(await orderDomainOf(client), order);
    const result = { digest, bid: order, signature, inputUri };
    // whoever passes the bid on needs all of it
    if (worker === undefined) return printResult(true, result, []);

    const id = await worker.postBid(order, signature, inputUri);
    const { jobId, outputs, ids } = await awaitOutputs(worker, id, {
      units: Number(order.units),
      timeoutMs: options.timeout * 1_000,
      silent: json,
    });
    await requireDelivered(client, jobId, listRoot(ids));
    if (options.out !== undefined) await writeBytes(options.out, encodeOutputs(outputs));
    const lines = fields({ job: jobId, digest, outputs: ids.length, root: listRoot(ids) });
    printResult(json, { ...result, jobId, outputIds: ids }, lines);
  });
}

/** Throws `ScriptError` ARGUMENT for options that do not go together. */
function requireFitting({ out, worker, card, inputUri }: BidOptions): void {
  if (out !== undefined && worker === undefined) {
    throw new ScriptError("ARGUMENT", "outputs for --out come from a worker: give --worker");
  }
  if (card !== undefined && inputUri !== undefined) {
    const advice = "leave --input-uri out, and give --worker";
    throw new ScriptError("ARGUMENT", `samples go into a worker's store: ${advice}`);
  }
}

/** Throws `ScriptError` CHECK_FAILED unless the outputs are those that the chain has of the job. */
async function requireDelivered(client: ErgonClient, id: bigint, root: Hex): Promise<void> {
  const { outputRoot } = (await getJob(client, { id })).job;
  if (sameHex(outputRoot, root)) return;
  const message = `the worker gave outputs with root ${root}, and delivered ${outputRoot} of job ${id}`;
  throw new ScriptError("CHECK_FAILED", message);
}

async function upload(
  inputs: readonly Tensor[],
  silent: boolean,
  worker?: WorkerApi,
): Promise<string> {
  if (worker === undefined) {
    throw new ScriptError(
      "ARGUMENT",
      "say where the inputs are with --input-uri, or give --worker",
    );
  }
  const bar = showProgress("inputs ", inputs.length, silent);
  try {
    return `blob:${await worker.putInputs(inputs, (count) => bar.update(count))}`;
  } finally {
    bar.stop();
  }
}

async function orderOf(
  { client, book }: Session,
  { program }: Model,
  inputs: readonly Tensor[],
  inputUri: string,
  options: BidOptions,
): Promise<Bid> {
  const token = await readToken(client, options.token ?? book.contracts.token);
  return makeBid({
    client: await accountOf(client),
    ...(options.provider === undefined ? {} : { provider: options.provider }),
    gpuId: options.gpu,
    modelId: modelId(program),
    chained: options.chained !== undefined,
    inputRoot: listRoot(inputs.map(tensorId)),
    inputUri,
    units: options.chained ?? BigInt(inputs.length),
    token: token.address,
    maxUnitPrice: parseAmount(options.price, token.decimals),
    minUnitBond: parseAmount(options.bond ?? options.price, token.decimals),
    maxTurnaround: options.turnaround,
    termsClass: CLASSES[options.class],
    verifier: options.verifier,
    now: await timeOf(client.provider),
  });
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
