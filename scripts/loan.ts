import type { Command } from "commander";

import { timeOf, withAccount, withChain, withReader, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions, Session } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { readJson } from "./shared/files";
import { describeLoan, gpuName, parseAttestation, requireCollateral } from "./shared/loans";
import { printResult } from "./shared/output";
import { formatAmount, readToken } from "./shared/token";
import { address, bigNumber, decimalAmount, gpuNumber, parseAmount } from "./shared/values";
import { requireVault } from "./shared/vaults";
import {
  ZERO_ADDRESS,
  accountOf,
  asHex,
  buyGpu,
  cancelLoan,
  claimLoan,
  collectLoan,
  releaseCustodian,
  declareDefault,
  drawLoan,
  fundLoan,
  getLoan,
  getVault,
  pledgeGpu,
  postBond,
  releaseGpu,
  releaseSurplus,
  repayLoan,
  requestLoan,
  signAttestation,
  translated,
  unfundLoan,
  withdrawBond,
} from "../sdk/src/index";
import type { Address, ErgonClient } from "../sdk/src/index";

type SignedOptions = ChainOptions & AccountOptions;

interface RequestOptions extends SignedOptions {
  readonly reserve: string;
  readonly rateBps: bigint;
  readonly payments: bigint;
  readonly days: bigint;
  readonly leastIncome: string;
  readonly custodian: Address;
  readonly gpu: readonly bigint[];
}

interface ReleaseOptions extends SignedOptions {
  readonly to?: Address;
}

interface AttestOptions extends SignedOptions {
  readonly token?: Address;
  readonly days: bigint;
}

const DAY = 86_400n;
const WHOLE = "whole tokens, such as 12.5";

const command = createCommand("loan", "Borrow to a vault's junior, lend, or vouch for GPUs.");
withAccount(command.command("request").description("request a loan, as owner of a vault's junior"))
  .argument("<vault>", "address of the vault that pays", address)
  .argument("<principal>", WHOLE, decimalAmount)
  .requiredOption("--reserve <amount>", "whole tokens; a quarter of it at least", decimalAmount)
  .requiredOption("--rate-bps <bps>", "interest a year, in hundredths of a percent", bigNumber)
  .requiredOption("--payments <number>", "how many level payments, one a month", bigNumber)
  .option("--days <number>", "how long it can be funded and drawn", bigNumber, 30n)
  .option("--least-income <amount>", "whole tokens that jobs pay a period", decimalAmount, "0")
  .option("--custodian <address>", "who vouches for the GPUs", address, ZERO_ADDRESS)
  .option("--gpu <id>", "a GPU to pledge; may be repeated", addGpu, [])
  .action(request);
withChain(on(command, "show", "show a loan")).action(show);
moves(command, "fund", "lend so much, at most what the loan lacks", fundLoan);
moves(command, "unfund", "take so much back before the loan is drawn", unfundLoan);
moves(command, "repay", "pay off so much, at most the debt", repayLoan);
acts(command, "cancel", "give a request up, as its borrower", cancelLoan);
acts(command, "collect", "take what is due out of the vault", collectLoan);
acts(command, "default", "declare a loan in default", declareDefault);
acts(command, "release-custodian", "free what a default holds of a bond", releaseCustodian);
acts(command, "claim", "take one's share of what a loan paid", async (client, { id }) =>
  claimLoan(client, { id, lender: await accountOf(client) }),
);
withAccount(on(command, "draw", "draw a loan, as its borrower"))
  .argument("[files...]", "an attestation for each GPU, in the order of the request")
  .action(draw);
withAccount(on(command, "buy", "buy a GPU of a loan in default"))
  .argument("<gpu>", "id of the GPU", gpuNumber)
  .argument("<highest>", `the most to pay, in ${WHOLE}`, decimalAmount)
  .action(buy);
withAccount(on(command, "release", "take out what the vault earned beyond what is due"))
  .argument("<amount>", WHOLE, decimalAmount)
  .option("--to <address>", "who gets the claims, instead of oneself", address)
  .action(release);
withAccount(
  command.command("release-gpu").description("end the pledge of a GPU that is free again"),
)
  .argument("<gpu>", "id of the GPU", gpuNumber)
  .action(endPledge);
withAccount(command.command("attest").description("vouch for a GPU, as a custodian"))
  .argument("<gpu>", "id of the GPU", gpuNumber)
  .argument("<value>", `what it is worth now, in ${WHOLE}`, decimalAmount)
  .option("--token <address>", "token (default: the deployment's first)", address)
  .option("--days <number>", "how long a loan can be drawn on it", bigNumber, 30n)
  .action(attest);
const bond = command.command("bond").description("what a custodian stands for");
bonds("post", "add claims to it", postBond);
bonds("withdraw", "take claims out that no loan holds", withdrawBond);

function on(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .argument("<loan>", "number of the loan", bigNumber);
}

/** Adds a command that needs nothing but the loan. */
function acts(
  parent: Command,
  name: string,
  description: string,
  action: (client: ErgonClient, parameters: { readonly id: bigint }) => Promise<unknown>,
): void {
  withAccount(on(parent, name, description)).action((id: bigint, options: SignedOptions) =>
    act(id, options, (client) => action(client, { id })),
  );
}

/** Adds a command that moves an amount. */
function moves(
  parent: Command,
  name: string,
  description: string,
  action: (
    client: ErgonClient,
    parameters: { readonly id: bigint; readonly amount: bigint },
  ) => Promise<unknown>,
): void {
  withAccount(on(parent, name, description))
    .argument("<amount>", WHOLE, decimalAmount)
    .action((id: bigint, text: string, options: SignedOptions) =>
      act(id, options, async (client) =>
        action(client, { id, amount: await tokens(client, id, text) }),
      ),
    );
}

function bonds(name: string, description: string, action: typeof postBond): void {
  withAccount(bond.command(name).description(description))
    .argument("<amount>", WHOLE, decimalAmount)
    .option("--token <address>", "token (default: the deployment's first)", address)
    .action((text: string, { token, ...options }: SignedOptions & { token?: Address }) =>
      withSigner(options, async ({ client, book, json }) => {
        const payment = await readToken(client, token ?? book.contracts.token);
        const { address: of } = payment;
        await action(client, { token: of, amount: parseAmount(text, payment.decimals) });
        const custodian = await accountOf(client);
        const { free, locked } = await translated(() => client.loanBook.bondOf(custodian, of));
        const [idle, held] = [free, locked].map((amount) => formatAmount(payment, amount));
        const lines = [`bond of ${custodian}: ${idle} free, ${held} held for loans`];
        printResult(json, { custodian, token: of, free, locked }, lines);
      }),
    );
}

async function request(vault: Address, text: string, options: RequestOptions): Promise<void> {
  await withSigner(options, async (session) => {
    const { client } = session;
    await requireVault(client, vault);
    const { decimals } = await readToken(client, (await getVault(client, { vault })).token);
    const { rateBps, payments, custodian, gpu: gpuIds } = options;
    for (const gpuId of gpuIds) await requireCollateral(client, gpuId, vault);
    const { id } = await requestLoan(client, {
      ...{ vault, rateBps, payments, custodian, gpuIds },
      principal: parseAmount(text, decimals),
      reserve: parseAmount(options.reserve, decimals),
      leastIncome: parseAmount(options.leastIncome, decimals),
      fundingDeadline: (await timeOf(client.provider)) + options.days * DAY,
    });
    for (const gpuId of gpuIds) await pledge(client, gpuId);
    await print(session, id);
  });
}

/** Pledges a GPU to the book, unless it is already. */
async function pledge(client: ErgonClient, gpuId: bigint): Promise<void> {
  const pledgee = await translated(() => client.gpuRegistry.pledgeeOf(gpuId));
  if (pledgee !== client.addresses.loanBook) await pledgeGpu(client, { gpuId });
}

async function show(id: bigint, options: ChainOptions): Promise<void> {
  await withReader(options, (session) => print(session, id));
}

async function draw(id: bigint, files: readonly string[], options: SignedOptions): Promise<void> {
  const attestations = await Promise.all(
    files.map(async (file) => parseAttestation(file, await readJson(file))),
  );
  await act(id, options, (client) => drawLoan(client, { id, attestations }));
}

async function buy(id: bigint, gpuId: bigint, text: string, options: SignedOptions): Promise<void> {
  await act(id, options, async (client) =>
    buyGpu(client, { id, gpuId, maxPrice: await tokens(client, id, text) }),
  );
}

async function release(id: bigint, text: string, options: ReleaseOptions): Promise<void> {
  await act(id, options, async (client) => {
    const to = options.to ?? (await accountOf(client));
    return releaseSurplus(client, { id, amount: await tokens(client, id, text), to });
  });
}

async function endPledge(gpuId: bigint, options: SignedOptions): Promise<void> {
  await withSigner(options, async ({ client, json }) => {
    const { hash } = await releaseGpu(client, { gpuId });
    const lines = [`GPU ${gpuName(gpuId)} is pledged no more`, `transaction ${hash}`];
    printResult(json, { gpuId, transaction: hash }, lines);
  });
}

async function attest(gpuId: bigint, text: string, options: AttestOptions): Promise<void> {
  await withSigner(options, async ({ client, book }) => {
    const token = await readToken(client, options.token ?? book.contracts.token);
    const { hardwareClass } = await translated(async () => {
      // refuses a GPU that nobody registered
      await client.gpuRegistry.ownerOf(gpuId);
      return client.gpuRegistry.gpuOf(gpuId);
    });
    const madeAt = await timeOf(client.provider);
    const signed = await signAttestation(client, {
      ...{ gpuId, hardwareClass: asHex(hardwareClass), token: token.address, madeAt },
      value: parseAmount(text, token.decimals),
      expiresAt: madeAt + options.days * DAY,
    });
    printResult(true, signed, []);
  });
}

async function act(
  id: bigint,
  options: SignedOptions,
  action: (client: ErgonClient) => Promise<unknown>,
): Promise<void> {
  await withSigner(options, async (session) => {
    await action(session.client);
    await print(session, id);
  });
}

async function print({ client, json }: Session, id: bigint): Promise<void> {
  const loan = await getLoan(client, { id });
  printResult(json, { loan }, describeLoan(loan, await readToken(client, loan.token)));
}

async function tokens(client: ErgonClient, id: bigint, text: string): Promise<bigint> {
  const { token } = await getLoan(client, { id });
  return parseAmount(text, (await readToken(client, token)).decimals);
}

function addGpu(text: string, before: readonly bigint[]): readonly bigint[] {
  return [...before, gpuNumber(text)];
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
