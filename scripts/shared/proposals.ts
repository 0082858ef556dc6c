import { formatUnits } from "ethers";

import {
  callOf,
  datasetDeployment,
  explainCall,
  getDataset,
  getDatasetContracts,
  interfaceOf,
} from "../../sdk/src/index";
import type {
  Address,
  Deployment,
  ExplainedCall,
  Proposal,
  ProposedCall,
} from "../../sdk/src/index";
import type { Session } from "./chain";
import { ScriptError, messageOf } from "./errors";
import { fields, printable } from "./output";
import { readToken } from "./token";
import { formatTime } from "./values";

const VOTE_DECIMALS = 18;
const CALL = /^(\w+)\.(\w+)\((.*)\)$/s;

/** Where votes decide: the protocol, or a dataset. */
export interface Council {
  readonly governor: Address;
  /** What votes. */
  readonly token: Address;
  /** What calls are told by. */
  readonly deployment: Deployment;
}

/**
 * The council of the protocol, or of a dataset. Throws `InputError` if the deployment's factory did not make the dataset.
 */
export async function councilOf({ client, book }: Session, dataset?: Address): Promise<Council> {
  const { contracts } = book;
  const protocol = { contracts, tokens: [await readToken(client, contracts.token)] };
  if (dataset === undefined) {
    return { governor: contracts.governor, token: contracts.ergonToken, deployment: protocol };
  }
  const dao = await getDatasetContracts(client, { dataset });
  const { token } = await getDataset(client, { dataset });
  const deployment = datasetDeployment(dao, protocol, await readToken(client, token));
  return { governor: dao.governor, token: dao.shares, deployment };
}

/**
 * Reads a call such as `orderBook.setFee(250)`: a contract by its name in the deployment, a function, and its arguments
 * as JSON, structures as lists; "@name" stands for a contract's address. Throws `ScriptError` ARGUMENT.
 */
export function parseCall(text: string, deployment: Deployment): ProposedCall {
  const { contracts } = deployment;
  const [, name, functionName, list] = CALL.exec(text) ?? [];
  const known = interfaceOf(name, deployment);
  const to = Object.entries(contracts).find(([it]) => it === name)?.[1];
  if (known === undefined || to === undefined) {
    throw wrong(text, "write contract.function(arguments), with a contract of the address book");
  }
  try {
    const args = JSON.parse(`[${list}]`, (_key, value: unknown) =>
      argument(value, contracts),
    ) as unknown[];
    return callOf(to, () => known.encodeFunctionData(functionName, args));
  } catch (cause) {
    throw wrong(text, messageOf(cause), cause);
  }
}

function argument(value: unknown, contracts: Readonly<Record<string, Address>>): unknown {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new ScriptError("ARGUMENT", `write ${value} as a string of whole digits`);
  }
  if (typeof value !== "string" || !value.startsWith("@")) return value;
  const named = Object.entries(contracts).find(([name]) => name === value.slice(1));
  if (named !== undefined) return named[1];
  throw new ScriptError("ARGUMENT", `the address book has no ${value.slice(1)}`);
}

function wrong(text: string, reason: string, cause?: unknown): ScriptError {
  return new ScriptError("ARGUMENT", `${text} is no call: ${reason}`, { cause });
}

/** What calls do, in lines, numbered. */
export function describeCalls(calls: readonly ProposedCall[], deployment: Deployment): string[] {
  return calls.flatMap((call, i) => describeCall(explainCall(call, deployment), `${i + 1}. `));
}

function describeCall(call: ExplainedCall, mark: string): string[] {
  const { to, data, value, contract, functionName, args, relayed } = call;
  const indent = " ".repeat(mark.length);
  const name = contract === undefined ? to : `${contract} (${to})`;
  const ether = value === 0n ? "" : `, with ${formatUnits(value)} ether`;
  if (functionName === undefined) {
    return [`${mark}UNKNOWN call of ${name}${ether}`, `${indent}${data}`];
  }
  const lines = Object.fromEntries(args.map((it) => [it.name, it.value]));
  return [
    `${mark}${name} ${functionName}${ether}`,
    ...(args.length === 0 ? [] : fields(lines).map((line) => `${indent}${line}`)),
    ...(relayed === undefined ? [] : describeCall(relayed, `${indent}relayed: `)),
  ];
}

/** Somebody else's text, marked as such in each line and without what a terminal would obey. */
function quoted(text: string): string[] {
  return text.split("\n").map((line) => `> ${printable(line)}`);
}

/** A proposal in lines. */
export function describeProposal(proposal: Proposal, deployment: Deployment): string[] {
  const { proposalId, proposer, state, votes, description } = proposal;
  const { snapshotAt, deadline, executableAt } = proposal;
  const weight = (amount: bigint) => formatUnits(amount, VOTE_DECIMALS);
  const quorum = votes.quorum === undefined ? "known when the vote begins" : weight(votes.quorum);
  return [
    ...fields({
      proposal: `${proposalId}, ${state}`,
      proposer,
      vote: `after ${formatTime(snapshotAt)}, until ${formatTime(deadline)}`,
      votes: `${weight(votes.for)} for, ${weight(votes.against)} against, ${weight(votes.abstain)} abstain`,
      quorum,
      ...(executableAt !== undefined && { "can be executed": `from ${formatTime(executableAt)}` }),
    }),
    ...quoted(description),
    ...describeCalls(proposal.calls, deployment),
  ];
}
