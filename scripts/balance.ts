import { Argument } from "commander";
import type { Command } from "commander";
import { MaxUint256 } from "ethers";

import { withAccount, withReader, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions, Session } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { fields, printResult } from "./shared/output";
import { formatAmount, readToken } from "./shared/token";
import { address, decimalAmount, parseAmount } from "./shared/values";
import { accountOf, allowModule, deposit, getBalances, withdraw } from "../sdk/src/index";
import type { Address } from "../sdk/src/index";

interface BalanceOptions extends ChainOptions, AccountOptions {
  readonly token?: Address;
  readonly of?: Address;
  readonly to?: Address;
  readonly amount?: string;
}

type Module = (typeof MODULES)[number];

const MODULES = ["escrow", "verifier"] as const;

const command = createCommand("balance", "Show, deposit and withdraw what an account has.");
withToken(command.command("show").description("show tokens, claims, and who may pull how many"))
  .option("--of <address>", "account to look at, instead of one's own", address)
  .action(show);
withToken(command.command("deposit").description("deposit tokens and let the escrow pull them"))
  .argument("<amount>", "whole tokens, such as 12.5", decimalAmount)
  .action(depositTokens);
withToken(command.command("allow").description("let a contract pull claims, as many as there are"))
  .addArgument(
    new Argument("<module>", "the escrow, for jobs, or the verifier, for challenges").choices(
      MODULES,
    ),
  )
  .option("--amount <amount>", "whole tokens at most, instead of all; 0 for none", decimalAmount)
  .action(allow);
withToken(command.command("withdraw").description("turn claims into tokens"))
  .argument("<amount>", "whole tokens, such as 12.5", decimalAmount)
  .option("--to <address>", "who gets the tokens, instead of oneself", address)
  .action(withdrawTokens);

function withToken(subcommand: Command): Command {
  return withAccount(subcommand).option(
    "--token <address>",
    "token (default: the deployment's first)",
    address,
  );
}

async function show(options: BalanceOptions): Promise<void> {
  if (options.of === undefined) return withSigner(options, (session) => print(session, options));
  return withReader(options, (session) => print(session, options));
}

async function depositTokens(text: string, options: BalanceOptions): Promise<void> {
  await withSigner(options, async (session) => {
    const { client } = session;
    const token = await tokenOf(session, options);
    const amount = parseAmount(text, token.decimals);
    await deposit(client, { token: token.address, amount });
    const { usable, claims } = await getBalances(client, { token: token.address });
    if (usable < claims) await allowModule(client, { token: token.address });
    await print(session, options);
  });
}

async function allow(module: Module, options: BalanceOptions): Promise<void> {
  await withSigner(options, async (session) => {
    const { client } = session;
    const token = await tokenOf(session, options);
    const { amount: text } = options;
    const amount = text === undefined ? MaxUint256 : parseAmount(text, token.decimals);
    const { jobEscrow, optimisticVerifier } = client.addresses;
    const spender = { escrow: jobEscrow, verifier: optimisticVerifier }[module];
    await allowModule(client, { token: token.address, amount, module: spender });
    await print(session, options);
  });
}

async function withdrawTokens(text: string, options: BalanceOptions): Promise<void> {
  await withSigner(options, async (session) => {
    const token = await tokenOf(session, options);
    const amount = parseAmount(text, token.decimals);
    await withdraw(session.client, { token: token.address, amount, to: options.to });
    await print(session, options);
  });
}

async function print(session: Session, options: BalanceOptions): Promise<void> {
  const { client, json } = session;
  const token = await tokenOf(session, options);
  const account = options.of ?? (await accountOf(client));
  const of = { token: token.address, account };
  const { jobEscrow, optimisticVerifier } = client.addresses;
  const [{ wallet, claims, usable: forJobs }, { usable: forChallenges }] = await Promise.all([
    getBalances(client, { ...of, module: jobEscrow }),
    getBalances(client, { ...of, module: optimisticVerifier }),
  ]);
  const lines = fields({
    account,
    wallet: formatAmount(token, wallet),
    claims: formatAmount(token, claims),
    "for jobs": `${formatAmount(token, forJobs)} that the escrow may pull`,
    "for challenges": `${formatAmount(token, forChallenges)} that the verifier may pull`,
  });
  printResult(json, { account, token, wallet, claims, forJobs, forChallenges }, lines);
}

function tokenOf({ client, book }: Session, { token }: BalanceOptions) {
  return readToken(client, token ?? book.contracts.token);
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
