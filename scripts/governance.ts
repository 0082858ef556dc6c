import { Argument } from "commander";
import type { Command } from "commander";

import { withAccount, withChain, withReader, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions, Session } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { ScriptError } from "./shared/errors";
import { fields, printNotice, printResult } from "./shared/output";
import { councilOf, describeCalls, describeProposal, parseCall } from "./shared/proposals";
import type { Council } from "./shared/proposals";
import { formatAmount, readToken } from "./shared/token";
import { address, bigNumber } from "./shared/values";
import {
  VOTE_CHOICES,
  accountOf,
  asAddress,
  cancelProposal,
  castVote,
  delegateVotes,
  executeProposal,
  getProposal,
  propose,
  queueProposal,
  translated,
} from "../sdk/src/index";
import type { Address, ErgonClient, Proposal, VoteChoice } from "../sdk/src/index";

interface CouncilOptions extends ChainOptions {
  readonly dataset?: Address;
}

interface SignedOptions extends CouncilOptions, AccountOptions {}

interface ProposeOptions extends SignedOptions {
  readonly call: readonly string[];
  readonly dryRun?: boolean;
}

interface VoteOptions extends SignedOptions {
  readonly reason?: string;
}

const command = createCommand(
  "governance",
  "Propose changes of the protocol or of a dataset, and vote on them.",
);
withAccount(begin("delegate", "let the account's tokens or shares vote"))
  .argument("[to]", "who votes with them; the account itself unless given", address)
  .action(delegate);
withAccount(begin("propose", "propose calls that the timelock shall make"))
  .argument("<description>", "what for")
  .option("--call <call>", 'such as "orderBook.setFee(250)"; may be repeated', addCall, [])
  .option("--dry-run", "only tell what the calls do")
  .action(make);
withChain(on("show", "show a proposal, and what it does")).action(show);
withAccount(on("vote", "vote with what the account had been delegated when the vote began"))
  .addArgument(new Argument("<choice>", "the answer").choices(VOTE_CHOICES))
  .option("--reason <text>", "is told with the vote")
  .action(vote);
acts("queue", "hand a proposal that won its vote to the timelock", queueProposal);
acts("execute", "do what a proposal says, once the timelock's delay is over", executeProposal);
acts("cancel", "cancel a proposal, as its proposer or the guardian", cancelProposal);

function begin(name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .option("--dataset <address>", "of this dataset, instead of the protocol", address);
}

function on(name: string, description: string): Command {
  return begin(name, description).argument("<proposal>", "number of the proposal", bigNumber);
}

/** Adds a command that needs nothing but the proposal. */
function acts(
  name: string,
  description: string,
  action: (client: ErgonClient, proposal: Proposal) => Promise<unknown>,
): void {
  withAccount(on(name, description)).action((proposalId: bigint, options: SignedOptions) =>
    act(proposalId, options, action),
  );
}

async function delegate(to: Address | undefined, options: SignedOptions): Promise<void> {
  await withSigner(options, async (session) => {
    const { client, json } = session;
    const account = await accountOf(client);
    const { token } = await councilOf(session, options.dataset);
    await delegateVotes(client, { to, token });
    // shares have the same functions
    const votes = client.ergonToken.attach(token) as typeof client.ergonToken;
    const [balance, delegatee] = await translated(() =>
      Promise.all([votes.balanceOf(account), votes.delegates(account)]),
    );
    const holds = formatAmount(await readToken(client, token), balance);
    const lines = fields({ account, holds, "voted by": delegatee });
    printResult(json, { account, balance, delegate: asAddress(delegatee) }, lines);
  });
}

async function make(description: string, options: ProposeOptions): Promise<void> {
  await withSigner(options, async (session) => {
    const { client, json } = session;
    if (options.call.length === 0) throw new ScriptError("ARGUMENT", "give at least one --call");
    const council = await councilOf(session, options.dataset);
    const { governor, deployment } = council;
    const calls = options.call.map((text) => parseCall(text, deployment));
    printNotice(describeCalls(calls, deployment));
    if (options.dryRun === true) {
      printResult(json, { calls, description }, ["nothing was proposed"]);
      return;
    }
    const { proposalId } = await propose(client, { governor, calls, description });
    await print(session, council, proposalId);
  });
}

async function show(proposalId: bigint, options: CouncilOptions): Promise<void> {
  await withReader(options, async (session) =>
    print(session, await councilOf(session, options.dataset), proposalId),
  );
}

async function vote(proposalId: bigint, choice: VoteChoice, options: VoteOptions): Promise<void> {
  const { reason } = options;
  await act(proposalId, options, (client, { governor }) =>
    castVote(client, { governor, proposalId, choice, reason }),
  );
}

/** Tells what a proposal does before anything is signed. */
async function act(
  proposalId: bigint,
  options: SignedOptions,
  action: (client: ErgonClient, proposal: Proposal) => Promise<unknown>,
): Promise<void> {
  await withSigner(options, async (session) => {
    const council = await councilOf(session, options.dataset);
    const { governor, deployment } = council;
    const proposal = await getProposal(session.client, { governor, proposalId });
    printNotice(describeCalls(proposal.calls, deployment));
    await action(session.client, proposal);
    await print(session, council, proposalId);
  });
}

async function print(
  { client, json }: Session,
  { governor, deployment }: Council,
  proposalId: bigint,
): Promise<void> {
  const proposal = await getProposal(client, { governor, proposalId });
  printResult(json, { proposal }, describeProposal(proposal, deployment));
}

function addCall(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
