import { ProtocolGovernor__factory } from "../../../../typechain-types/factories/contracts/governance/ProtocolGovernor__factory";
import { abi } from "../../contracts";
import { InputError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { PROPOSAL_STATES } from "../../governance/proposal";
import { logsIn, rangesBackwards } from "../../jobs/logs";
import { asAddress, asHex } from "../../types/address";
import type { LogDescription } from "ethers";
import type { ErgonClient } from "../../client";
import type { ProposalContent, ProposalState, ProposedCall } from "../../governance/proposal";
import type { Address } from "../../types/address";

/** Which proposal, and as of which block. */
export interface GetProposalParameters {
  readonly proposalId: bigint;
  /** Where it was proposed; the protocol's governor unless given. */
  readonly governor?: Address;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** A proposal. Votes are units of what votes, of 18 decimals; times are seconds since 1970. */
export interface Proposal extends ProposalContent {
  readonly governor: Address;
  readonly proposalId: bigint;
  readonly blockNumber: number;
  readonly proposer: Address;
  readonly state: ProposalState;
  readonly votes: {
    readonly for: bigint;
    readonly against: bigint;
    readonly abstain: bigint;
    /** What `for` and `abstain` need together; undefined before the vote, which fixes it. */
    readonly quorum?: bigint;
  };
  /** Votes count that were delegated by then. */
  readonly snapshotAt: bigint;
  /** The last second of the vote; later if the quorum is reached late. */
  readonly deadline: bigint;
  /** From when on it can be executed; undefined until it is queued. */
  readonly executableAt?: bigint;
}

/**
 * A proposal with what it does. Throws `InputError` if there is none of this id, or `ErgonError` RPC.
 *
 * @example
 * const { state, votes, calls } = await getProposal(client, { proposalId });
 */
export async function getProposal(
  client: ErgonClient,
  { proposalId, ...rest }: GetProposalParameters,
): Promise<Proposal> {
  const { governor = client.addresses.governor } = rest;
  const latest = () => translated(() => client.provider.getBlockNumber());
  const blockNumber = rest.blockNumber ?? (await latest());
  const at: At = { governor, proposalId, blockNumber };
  const { args } = await createdEvent(client, at);
  return {
    ...at,
    proposer: asAddress(args.proposer as string),
    description: args.description as string,
    calls: callsOf(args),
    ...(await translated(() => standingOf(client, at))),
  };
}

interface At {
  readonly governor: Address;
  readonly proposalId: bigint;
  readonly blockNumber: number;
}

async function standingOf({ provider }: ErgonClient, { proposalId, ...where }: At) {
  // datasets' governors have the same functions
  const governor = ProtocolGovernor__factory.connect(where.governor, provider);
  const at = { blockTag: where.blockNumber };
  const [number, votes, snapshotAt, deadline, eta, now] = await Promise.all([
    governor.state(proposalId, at),
    governor.proposalVotes(proposalId, at),
    governor.proposalSnapshot(proposalId, at),
    governor.proposalDeadline(proposalId, at),
    governor.proposalEta(proposalId, at),
    governor.clock(at),
  ]);
  const quorum = snapshotAt < now ? await governor.quorum(snapshotAt, at) : undefined;
  const state: ProposalState = PROPOSAL_STATES[Number(number)];
  const { forVotes, againstVotes, abstainVotes } = votes;
  return {
    state,
    votes: { for: forVotes, against: againstVotes, abstain: abstainVotes, quorum },
    snapshotAt,
    deadline,
    executableAt: eta === 0n ? undefined : eta,
  };
}

/** The event that tells what a proposal does, which the chain keeps nowhere else. */
async function createdEvent(
  client: ErgonClient,
  { governor, proposalId, blockNumber }: At,
): Promise<LogDescription> {
  const topics = [abi.governor.getEvent("ProposalCreated").topicHash];
  const filter = { address: governor, topics };
  for (const range of rangesBackwards(client, blockNumber)) {
    for await (const log of logsIn(client, filter, range)) {
      const event = abi.governor.parseLog(log);
      if (event?.args.proposalId === proposalId) return event;
    }
  }
  throw new InputError(`nobody proposed ${proposalId} up to block ${blockNumber}`);
}

function callsOf(args: LogDescription["args"]): ProposedCall[] {
  // `values` is a method of a result of ethers, so the fields go by position
  const [targets, values, data] = [args[2], args[3], args[5]] as [string[], bigint[], string[]];
  return [...targets].map((to, i) => ({
    to: asAddress(to),
    data: asHex(data[i]),
    value: values[i],
  }));
}
