import type { Command } from "commander";
import type { TransactionReceipt } from "ethers";

import { withAccount, withChain, withReader, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions, Session } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { printResult } from "./shared/output";
import { readToken } from "./shared/token";
import { address, bigNumber, decimalAmount, parseAmount, wholeNumber } from "./shared/values";
import { describeReport, describeVault, requireVault, viewVault } from "./shared/vaults";
import {
  accountOf,
  addJunior,
  announceRent,
  applyRent,
  cancelExit,
  cancelVaultAsks,
  claimExit,
  createVault,
  depositToVault,
  getJob,
  getVault,
  getVaultPosition,
  limitJunior,
  rebalanceVault,
  replaceVaultWorker,
  requestExit,
  settleWindow,
  transferJunior,
  vaultReport,
  windDownVault,
  withdrawJunior,
  wordOf,
} from "../sdk/src/index";
import type { Address, ErgonClient } from "../sdk/src/index";

type SignedOptions = ChainOptions & AccountOptions;

interface VaultOptions extends SignedOptions {
  readonly of?: Address;
  readonly to?: Address;
  readonly claims?: boolean;
}

interface CreateOptions extends SignedOptions {
  readonly token?: Address;
  readonly rentBps: bigint;
  readonly salt: bigint;
}

interface ReportOptions extends ChainOptions {
  readonly fromBlock?: number;
  readonly toBlock?: number;
}

/** What an action gives: what it made of the vault, or the transaction alone. */
type Outcome = TransactionReceipt | { readonly transaction: TransactionReceipt };

const SHARES = "whole shares, such as 12.5";

const command = createCommand("vault", "Run a stake vault, or put tokens into one.");
withAccount(command.command("create").description("make a vault that the account operates"))
  .requiredOption(
    "--rent-bps <bps>",
    "rent of a bond a year, in hundredths of a percent",
    bigNumber,
  )
  .option("--token <address>", "token (default: the deployment's first)", address)
  .option("--salt <number>", "tells vaults of one operator and token apart", bigNumber, 0n)
  .action(create);
withChain(on(command, "show", "show a vault, and what an account has in it"))
  .option("--of <address>", "account to look at", address)
  .action(show);
withAccount(on(command, "deposit", "get shares for tokens"))
  .argument("<amount>", "whole tokens, such as 12.5", decimalAmount)
  .option("--claims", "out of claims in the Ledger instead of the wallet")
  .option("--to <address>", "who gets the shares, instead of oneself", address)
  .action(deposit);
withAccount(on(command, "request", "ask to leave in the window that starts next"))
  .argument("[shares]", `${SHARES}; all unless given`, decimalAmount)
  .action(request);
withAccount(inWindow(on(command, "cancel", "take shares back before their window starts")))
  .argument("[shares]", `${SHARES}; all unless given`, decimalAmount)
  .action(cancel);
acts(command, "settle", "settle the oldest window that waits", settleWindow);
withAccount(inWindow(on(command, "claim", "collect what a settled window owes")))
  .argument("[shares]", `${SHARES}; all unless given`, decimalAmount)
  .action(claim);
acts(command, "rebalance", "stake what may bond jobs, and take back what may not", rebalanceVault);
withChain(on(command, "report", "rent, prices and losses by job, utilisation and share prices"))
  .option("--from-block <number>", "first block (default: the deployment's)", wholeNumber)
  .option("--to-block <number>", "last block (default: the newest)", wholeNumber)
  .action(report);
withAccount(on(command, "limit", "limit what of the junior carries bonds, as its owner"))
  .argument("[amount]", "whole tokens, such as 12.5; no limit unless given", decimalAmount)
  .action(limit);
withAccount(on(command, "cancel-asks", "cancel asks of the vault, as its operator"))
  .argument("<nonces...>", "nonces of the asks")
  .action(cancelAsks);
withAccount(
  on(command, "replace-worker", "give a job of the vault another worker, as its operator"),
)
  .argument("<job>", "id of the job", bigNumber)
  .argument("<worker>", "account of the next worker", address)
  .action(replaceWorker);
acts(command, "wind-down", "end the vault's business, as its operator", windDownVault);

const junior = command.command("junior").description("the first-loss money");
withAccount(on(junior, "add", "add claims to it"))
  .argument("<amount>", "whole tokens, such as 12.5", decimalAmount)
  .action(add);
withAccount(on(junior, "withdraw", "take claims out of it, as its owner"))
  .argument("<amount>", "whole tokens, such as 12.5", decimalAmount)
  .option("--to <address>", "who gets the claims, instead of oneself", address)
  .action(withdraw);
withAccount(on(junior, "transfer", "give it to another owner, as its owner"))
  .argument("<owner>", "the next owner", address)
  .action(transfer);

const rent = command.command("rent").description("what bonds owe stakers");
withAccount(on(rent, "announce", "announce another rate, as the owner of the junior"))
  .argument("<bps>", "a year, in hundredths of a percent", bigNumber)
  .action(announce);
acts(rent, "apply", "make the announced rate the rate", applyRent);

function on(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .argument("<vault>", "address of the vault", address);
}

function inWindow(subcommand: Command): Command {
  return subcommand.argument("<window>", "number of the window", bigNumber);
}

/** Adds a command that needs nothing but the vault. */
function acts(
  parent: Command,
  name: string,
  description: string,
  action: (client: ErgonClient, parameters: { readonly vault: Address }) => Promise<Outcome>,
): void {
  withAccount(on(parent, name, description)).action((vault: Address, options: SignedOptions) =>
    act(vault, options, (client) => action(client, { vault })),
  );
}

async function create({ token, rentBps, salt, ...options }: CreateOptions): Promise<void> {
  await withSigner(options, async (session) => {
    const { client, book } = session;
    const terms = { token: token ?? book.contracts.token, rentBps, salt: wordOf(salt) };
    const { vault, transaction } = await createVault(client, terms);
    await print(session, vault, { account: await accountOf(client), hash: transaction.hash });
  });
}

async function show(vault: Address, options: VaultOptions): Promise<void> {
  await withReader(options, async (session) => {
    await requireVault(session.client, vault);
    await print(session, vault, { account: options.of });
  });
}

async function report(
  vault: Address,
  { fromBlock, toBlock, ...options }: ReportOptions,
): Promise<void> {
  await withReader(options, async ({ client, json }) => {
    await requireVault(client, vault);
    const told = await vaultReport(client, { vault, fromBlock, toBlock });
    const { token } = await getVault(client, { vault });
    printResult(json, told, describeReport(told, await readToken(client, token)));
  });
}

async function deposit(vault: Address, text: string, options: VaultOptions): Promise<void> {
  await act(vault, options, async (client) => {
    const assets = await tokens(client, vault, text);
    const from = options.claims === true ? "claims" : "tokens";
    return depositToVault(client, { vault, assets, from, receiver: options.to });
  });
}

async function request(
  vault: Address,
  text: string | undefined,
  options: SignedOptions,
): Promise<void> {
  await act(vault, options, async (client) => {
    const shares = await sharesOf(client, vault, text);
    return requestExit(client, { vault, shares });
  });
}

async function cancel(
  vault: Address,
  requestId: bigint,
  text: string | undefined,
  options: SignedOptions,
): Promise<void> {
  await act(vault, options, async (client) => {
    const shares = await sharesOf(client, vault, text, requestId);
    return cancelExit(client, { vault, requestId, shares });
  });
}

async function claim(
  vault: Address,
  requestId: bigint,
  text: string | undefined,
  options: SignedOptions,
): Promise<void> {
  await act(vault, options, async (client) => {
    const shares = await sharesOf(client, vault, text, requestId);
    return claimExit(client, { vault, requestId, shares });
  });
}

async function add(vault: Address, text: string, options: SignedOptions): Promise<void> {
  await act(vault, options, async (client) => {
    const { token } = await getVault(client, { vault });
    return addJunior(client, { vault, token, amount: await tokens(client, vault, text) });
  });
}

async function withdraw(vault: Address, text: string, options: VaultOptions): Promise<void> {
  await act(vault, options, async (client) => {
    const amount = await tokens(client, vault, text);
    return withdrawJunior(client, { vault, amount, to: options.to });
  });
}

async function limit(
  vault: Address,
  text: string | undefined,
  options: SignedOptions,
): Promise<void> {
  await act(vault, options, async (client) => {
    const most = text === undefined ? undefined : await tokens(client, vault, text);
    return limitJunior(client, { vault, most });
  });
}

async function transfer(vault: Address, to: Address, options: SignedOptions): Promise<void> {
  await act(vault, options, (client) => transferJunior(client, { vault, to }));
}

async function announce(vault: Address, rentBps: bigint, options: SignedOptions): Promise<void> {
  await act(vault, options, (client) => announceRent(client, { vault, rentBps }));
}

/** Acts on a vault as an account, and prints what became of it and of the account's part. */
async function cancelAsks(vault: Address, nonces: string[], options: SignedOptions) {
  await act(vault, options, async (client) => {
    const receipts = await cancelVaultAsks(client, { vault, nonces: nonces.map(bigNumber) });
    return receipts[receipts.length - 1];
  });
}

async function replaceWorker(vault: Address, id: bigint, worker: Address, options: SignedOptions) {
  await act(vault, options, async (client) =>
    replaceVaultWorker(client, { job: await getJob(client, { id }), worker }),
  );
}

async function act(
  vault: Address,
  options: SignedOptions,
  action: (client: ErgonClient) => Promise<Outcome>,
): Promise<void> {
  await withSigner(options, async (session) => {
    await requireVault(session.client, vault);
    const outcome = await action(session.client);
    const { hash } = "transaction" in outcome ? outcome.transaction : outcome;
    await print(session, vault, { account: await accountOf(session.client), hash });
  });
}

async function print(
  { client, json }: Session,
  vault: Address,
  { account, hash }: { readonly account?: Address; readonly hash?: string },
): Promise<void> {
  const view = await viewVault(client, vault, account);
  const sent = hash === undefined ? [] : [`transaction ${hash}`];
  printResult(json, { ...view, transaction: hash }, [...describeVault(view), ...sent]);
}

async function tokens(client: ErgonClient, vault: Address, text: string): Promise<bigint> {
  const { token } = await getVault(client, { vault });
  return parseAmount(text, (await readToken(client, token)).decimals);
}

/** So many shares; all that the account has, or has asked for in a window, unless `text` says it. */
async function sharesOf(
  client: ErgonClient,
  vault: Address,
  text: string | undefined,
  requestId?: bigint,
): Promise<bigint> {
  if (text !== undefined) return parseAmount(text, (await getVault(client, { vault })).decimals);
  const { shares, requests } = await getVaultPosition(client, { vault });
  if (requestId === undefined) return shares;
  return requests.find((request) => request.requestId === requestId)?.shares ?? 0n;
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
