import type { Command } from "commander";

import {
  describeFiles,
  describeLicence,
  describeMarket,
  viewLicence,
  viewMarket,
} from "./shared/access";
import { accessKeyIn, readAccessKey } from "./shared/accessKeys";
import { timeOf, withAccount, withChain, withReader, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { downloadTo } from "./shared/download";
import { ScriptError } from "./shared/errors";
import { writeSecret } from "./shared/files";
import { printResult } from "./shared/output";
import { formatAmount } from "./shared/token";
import { address, bigNumber, decimalAmount, formatTime, parseAmount } from "./shared/values";
import {
  buyAccess,
  getGrantedKey,
  getHostKey,
  listFiles,
  openHostSession,
  openKey,
  refundAccess,
} from "../sdk/src/index";
import type { Address, HostSession } from "../sdk/src/index";

type SignedOptions = ChainOptions & AccountOptions;

interface BuyOptions extends SignedOptions {
  readonly maxPrice?: string;
  readonly deadline: bigint;
  readonly key: string;
}

interface LicenceOptions extends ChainOptions {
  readonly key?: string;
  readonly out?: string;
}

interface FetchOptions extends SignedOptions {
  readonly host: string;
  readonly key: string;
  readonly out: string;
  readonly file?: readonly string[];
}

const SECONDS = 600n;
const KEY = "file with the licence's private key; made if it is missing";

const command = createCommand("access", "Buy a licence to read a dataset, and download it.");
withChain(on("show", "show price, terms and sales of a market")).action(show);
withAccount(on("buy", "pay for a licence"))
  .requiredOption("--key <file>", KEY)
  .option(
    "--max-price <amount>",
    "most whole tokens that are paid (default: the price now)",
    decimalAmount,
  )
  .option("--deadline <seconds>", "seconds in which it must be bought", bigNumber, SECONDS)
  .action(buy);
withChain(withId(on("licence", "show a purchase and its licence")))
  .option("--key <file>", "file with the licence's private key, to open what the host posted")
  .option("--out <file>", "where to write the dataset's key, an age identity, with --key")
  .action(licence);
withAccount(withId(on("refund", "give a buyer back what was not granted in time"))).action(refund);
withAccount(withId(on("download", "download a dataset from its host, and decrypt it")))
  .requiredOption("--host <url>", "where the host listens")
  .requiredOption("--key <file>", KEY)
  .requiredOption("--out <folder>", "where to put the files, in the place of those of their names")
  .option("--file <name...>", "files to download (default: all)")
  .action(download);

function on(name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .argument("<market>", "address of the market", address);
}

function withId(subcommand: Command): Command {
  return subcommand.argument("<id>", "number of the purchase, and of its licence", bigNumber);
}

async function show(market: Address, options: ChainOptions): Promise<void> {
  await withReader(options, async ({ client, json }) => {
    const view = await viewMarket(client, market);
    printResult(json, view, describeMarket(view));
  });
}

async function buy(market: Address, { key, ...options }: BuyOptions): Promise<void> {
  await withSigner(options, async ({ client, json }) => {
    const { market: state, token } = await viewMarket(client, market);
    const { maxPrice: text } = options;
    const maxPrice = text === undefined ? state.price : parseAmount(text, token.decimals);
    const deadline = (await timeOf(client.provider, state.blockNumber)) + options.deadline;
    const { publicKey } = await accessKeyIn(key);
    const bought = await buyAccess(client, { market, maxPrice, deadline, publicKey });
    const { id, price, deadline: grantBy, transaction } = bought;
    printResult(json, { id, price, deadline: grantBy, transaction: transaction.hash }, [
      `licence ${id} for ${formatAmount(token, price)}, to be granted until ${formatTime(grantBy)}`,
      `access licence ${market} ${id} tells whether it is`,
      `transaction ${transaction.hash}`,
    ]);
  });
}

async function licence(
  market: Address,
  id: bigint,
  { key, out, ...options }: LicenceOptions,
): Promise<void> {
  await withReader(options, async ({ client, json }) => {
    if ((key === undefined) !== (out === undefined)) {
      throw new ScriptError("ARGUMENT", "give --key and --out together");
    }
    const view = await viewLicence(client, market, id);
    if (key !== undefined && out !== undefined) {
      const { privateKey } = await readAccessKey(key);
      const { encryptedKey } = await getGrantedKey(client, { market, id });
      await writeSecret(out, openKey(privateKey, encryptedKey));
    }
    printResult(json, view, describeLicence(view.licence, view.token));
  });
}

async function refund(market: Address, id: bigint, options: SignedOptions): Promise<void> {
  await withSigner(options, async ({ client, json }) => {
    const { token, licence: purchase } = await viewLicence(client, market, id);
    const { price, transaction } = await refundAccess(client, { market, id });
    printResult(json, { id, price, transaction: transaction.hash }, [
      `${formatAmount(token, price)} went back to ${purchase.buyer}`,
      `transaction ${transaction.hash}`,
    ]);
  });
}

async function download(
  market: Address,
  id: bigint,
  { host: url, key: keyFile, out: folder, file, ...options }: FetchOptions,
): Promise<void> {
  await withSigner(options, async ({ client, json }) => {
    const { privateKey, publicKey } = await accessKeyIn(keyFile);
    const session = await openHostSession(client, { url, market, licence: id, publicKey });
    const { keyEpoch, files } = await chosen(session, file);
    const given = await getHostKey(session);
    if (given.keyEpoch !== keyEpoch) {
      const message = "the dataset got a new key just now: run the command again";
      throw new ScriptError("CHECK_FAILED", message, { retryable: true });
    }
    const key = openKey(privateKey, given.encryptedKey);
    for (const each of files) await downloadTo({ session, key, folder, silent: json }, each);
    printResult(json, { keyEpoch, files }, describeFiles(files, folder));
  });
}

/** What the host serves, or the files of it with these names. Throws `ScriptError` ARGUMENT. */
async function chosen(session: HostSession, names: readonly string[] | undefined) {
  const { keyEpoch, files } = await listFiles(session);
  if (names === undefined) return { keyEpoch, files };
  const found = names.map((name) => {
    const file = files.find((each) => each.name === name || each.name === `${name}.age`);
    if (file !== undefined) return file;
    const known = files.map((each) => each.name).join(", ");
    throw new ScriptError("ARGUMENT", `the host has no file ${name}; it has ${known}`);
  });
  return { keyEpoch, files: found };
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
