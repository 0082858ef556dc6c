import { writeFile } from "node:fs/promises";
import { encodeBytes32String, formatUnits, isHexString } from "ethers";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";

import { timeOf, withAccount, withChain, withReader, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions, Session } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { givePoints, giveSigned, signPoints } from "./shared/contributing";
import type { Gift, Given } from "./shared/contributing";
import { readSigned } from "./shared/datasetFiles";
import { parametersOf, programOf, readPlan } from "./shared/datasetPlan";
import {
  describeContribution,
  describeDataset,
  requireDataset,
  viewContribution,
  viewDataset,
} from "./shared/datasets";
import { ScriptError } from "./shared/errors";
import { fields, printResult } from "./shared/output";
import { formatAmount, readToken } from "./shared/token";
import type { Token } from "./shared/token";
import { address, bigNumber, decimalAmount, parseAmount, word } from "./shared/values";
import { describeWorth, describeWorths, worthIn, worthsIn } from "./shared/worths";
import type { WorthQuery } from "./shared/worths";
import {
  asHex,
  chargeContribution,
  claimReward,
  claimShares,
  createDataset,
  deposit,
  isModelRegistered,
  releaseContributionBond,
  withdrawContribution,
  workOf,
} from "../sdk/src/index";
import type { Address, ClaimRewardParameters, ErgonClient } from "../sdk/src/index";
import { encodeModel, modelId } from "../tensor/src/index";
import type { Hex } from "../tensor/src/index";

type SignedOptions = ChainOptions & AccountOptions;

interface GiveOptions extends SignedOptions, Pick<Gift, "out" | "schema" | "uri"> {
  readonly days: bigint;
}

interface ClaimOptions extends SignedOptions, WorthQuery {
  readonly shares?: boolean;
}

/** What an act on a value moved, in units of the token or of votes. */
interface Moved {
  readonly amount: bigint;
  readonly hash: string;
  readonly line: string;
}

const DAY = 86_400n;

const command = createCommand(
  "dataset",
  "Make a dataset, give data to it, and claim what they were worth.",
);
command
  .command("program")
  .description("write the program that values the data of a plan, to be registered and sold")
  .argument("<plan>", "file of the plan, as JSON")
  .requiredOption("--out <file>", "the model file")
  .option("--json", "print the result, and errors, as JSON")
  .action(program);
withAccount(
  command
    .command("create")
    .description("make a dataset as a plan says, once its program is registered")
    .argument("<plan>", "file of the plan, as JSON"),
).action(create);
withChain(on("show", "show roles, terms, points, pot and addresses")).action(show);
withAccount(on("fund", "give tokens to the next pot"))
  .argument("<amount>", "whole tokens, such as 12.5", decimalAmount)
  .action(fund);
gives(on("contribute", "give points, with a bond for each slot that they take")).action(give);
gives(on("sign-contribution", "sign points that somebody else gives; the bonds are pulled then"))
  .option("--days <number>", "how long they can be given", bigNumber, 30n)
  .action(sign);
withAccount(on("contribute-for", "give points that their owner signed"))
  .argument("<signed>", "file of what sign-contribution printed")
  .action(giveFor);
withChain(inSlot(on("contribution", "show a contribution"))).action(contribution);
moves("withdraw", "take a contribution out, as its owner or as the host", withdrawContribution);
moves("release-bond", "give back the bond of one that left", releaseContributionBond);
withChain(ofEpoch(on("values", "tell what all contributions were worth in an epoch"))).action(
  values,
);
withAccount(ofEpoch(inSlot(on("claim", "pay an owner its part of an epoch's pot"))))
  .option("--shares", "give it its part of the epoch's votes instead")
  .action(claim);
withAccount(ofEpoch(inSlot(on("charge", "take from the bond of what did harm")))).action(charge);

function on(name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .argument("<dataset>", "address of the dataset", address);
}

function inSlot(subcommand: Command): Command {
  return subcommand.argument("<slot>", "root of the slot, which names the contribution", word);
}

/** Adds a command that needs nothing but the contribution. */
function moves(
  name: string,
  description: string,
  action: (
    client: ErgonClient,
    parameters: { readonly dataset: Address; readonly slot: Hex },
  ) => Promise<unknown>,
): void {
  withAccount(inSlot(on(name, description))).action(
    (dataset: Address, slot: Hex, options: SignedOptions) =>
      withSigner(options, async (session) => {
        await requireDataset(session.client, dataset);
        await action(session.client, { dataset, slot });
        await printContribution(session, dataset, slot);
      }),
  );
}

function gives(subcommand: Command): Command {
  return withAccount(subcommand)
    .argument("<points>", "file of points, as JSON: embeddings and labels")
    .requiredOption("--out <file>", "keeps points and salts, for the owner and the host")
    .option("--schema <name>", "what the data are, as the community names it", schemaWord)
    .option("--uri <uri>", "where they are found", "");
}

function ofEpoch(subcommand: Command): Command {
  return subcommand
    .option("--epoch <number>", "number of the epoch (default: the last)", bigNumber)
    .option("--worker <url>", "worker that valued it, which has the values")
    .option("--state <file>", "what epoch settle kept of the values, instead");
}

async function program(
  file: string,
  { out, json = false }: { readonly out: string; readonly json?: boolean },
): Promise<void> {
  const model = programOf(await readPlan(file));
  await writeFile(out, encodeModel(model));
  const id = modelId(model.program);
  const result = { modelId: id, nodes: model.program.nodes.length, macs: workOf(id), file: out };
  printResult(json, result, fields(result));
}

async function create(file: string, options: SignedOptions): Promise<void> {
  const plan = await readPlan(file);
  await withSigner(options, async (session) => {
    const { client, book } = session;
    const token = await readToken(client, plan.token ?? book.contracts.token);
    const parameters = parametersOf(plan, token, book.contracts.optimisticVerifier);
    const { modelId: id } = parameters.valuation;
    if (!(await isModelRegistered(client, id))) {
      const remedy = "write it with dataset program, and give it to register-model";
      throw new ScriptError("ARGUMENT", `nobody registered the plan's program ${id}: ${remedy}`);
    }
    const { dataset, transaction } = await createDataset(client, parameters);
    await print(session, dataset, transaction.hash);
  });
}

async function show(dataset: Address, options: ChainOptions): Promise<void> {
  await withReader(options, (session) => print(session, dataset));
}

async function fund(dataset: Address, text: string, options: SignedOptions): Promise<void> {
  await withSigner(options, async (session) => {
    const { client } = session;
    const { token } = await requireDataset(client, dataset);
    const amount = parseAmount(text, (await readToken(client, token)).decimals);
    const { transaction } = await deposit(client, { token, amount, to: dataset });
    await print(session, dataset, transaction.hash);
  });
}

async function give(dataset: Address, points: string, options: GiveOptions): Promise<void> {
  await withSigner(options, async ({ client, json }) => {
    printGiven(json, await givePoints(client, giftOf(dataset, points, options, json)));
  });
}

async function sign(dataset: Address, points: string, options: GiveOptions): Promise<void> {
  await withSigner(options, async ({ client, json }) => {
    const deadline = (await timeOf(client.provider)) + options.days * DAY;
    const gift = giftOf(dataset, points, options, json);
    printResult(true, { contributions: await signPoints(client, gift, deadline) }, []);
  });
}

async function giveFor(dataset: Address, file: string, options: SignedOptions): Promise<void> {
  const signed = await readSigned(file);
  await withSigner(options, async ({ client, json }) => {
    printGiven(json, await giveSigned(client, dataset, signed, json));
  });
}

async function contribution(dataset: Address, slot: Hex, options: ChainOptions): Promise<void> {
  await withReader(options, (session) => printContribution(session, dataset, slot));
}

async function values(dataset: Address, options: ChainOptions & WorthQuery): Promise<void> {
  await withReader(options, async ({ client, json }) => {
    const told = await requireDataset(client, dataset);
    const worths = await worthsIn(client, told, options);
    printResult(json, { worths }, describeWorths(worths, await readToken(client, told.token)));
  });
}

async function claim(dataset: Address, slot: Hex, options: ClaimOptions): Promise<void> {
  await onValue(dataset, slot, options, async (client, value, token) => {
    if (options.shares !== true) {
      const { amount, transaction } = await claimReward(client, value);
      return { amount, hash: transaction.hash, line: `paid ${formatAmount(token, amount)}` };
    }
    const { shares, transaction } = await claimShares(client, value);
    return { amount: shares, hash: transaction.hash, line: `gave ${formatUnits(shares)} shares` };
  });
}

async function charge(dataset: Address, slot: Hex, options: ClaimOptions): Promise<void> {
  await onValue(dataset, slot, options, async (client, value, token) => {
    const { amount, transaction } = await chargeContribution(client, value);
    const line = `took ${formatAmount(token, amount)} of the bond`;
    return { amount, hash: transaction.hash, line };
  });
}

/** Acts on the opened value of a contribution, and tells what it was worth and what was moved. */
async function onValue(
  dataset: Address,
  slot: Hex,
  options: ClaimOptions,
  act: (client: ErgonClient, value: ClaimRewardParameters, token: Token) => Promise<Moved>,
): Promise<void> {
  await withSigner(options, async ({ client, json }) => {
    const told = await requireDataset(client, dataset);
    const token = await readToken(client, told.token);
    const { epochId, worth, value } = await worthIn(client, told, slot, options);
    const { amount, hash, line } = await act(client, { dataset, epochId, slot, value }, token);
    const result = { epochId, worth, amount, transaction: hash };
    printResult(json, result, [...describeWorth(worth, token), line, `transaction ${hash}`]);
  });
}

async function print({ client, json }: Session, dataset: Address, hash?: string): Promise<void> {
  const view = await viewDataset(client, dataset);
  const sent = hash === undefined ? [] : [`transaction ${hash}`];
  printResult(json, { ...view, transaction: hash }, [...describeDataset(view), ...sent]);
}

async function printContribution(
  { client, json }: Session,
  dataset: Address,
  slot: Hex,
): Promise<void> {
  const { contribution: told, token } = await viewContribution(client, dataset, slot);
  printResult(json, { contribution: told }, describeContribution(told, token));
}

function printGiven(json: boolean, slots: readonly Given[]): void {
  printResult(
    json,
    { slots },
    slots.map(({ slot, index }) => `slot ${index}: ${slot}`),
  );
}

function giftOf(dataset: Address, points: string, options: GiveOptions, silent: boolean): Gift {
  const { out, schema = schemaWord(""), uri } = options;
  return { dataset, points, out, schema, uri, silent };
}

function schemaWord(text: string): Hex {
  if (isHexString(text, 32)) return asHex(text);
  try {
    return asHex(encodeBytes32String(text));
  } catch {
    throw new InvalidArgumentError("Write a name of at most 31 bytes, or a hash.");
  }
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
