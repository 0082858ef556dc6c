import { time } from "@nomicfoundation/hardhat-network-helpers";
import { ZeroHash, id, toBeHex } from "ethers";
import type { AddressLike, BytesLike } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import type { ErgonToken, ProtocolGovernor, ProtocolTimelock } from "../../typechain-types";

/** The answers of a vote. */
export const AGAINST = 0n;
export const FOR = 1n;
export const ABSTAIN = 2n;

/** The states of a proposal, by their number on chain. */
export const STATE = {
  Pending: 0n,
  Active: 1n,
  Canceled: 2n,
  Defeated: 3n,
  Succeeded: 4n,
  Queued: 5n,
  Expired: 6n,
  Executed: 7n,
} as const;

/** The set of states that an error of the governor names. */
export function statesOf(...states: readonly (keyof typeof STATE)[]): string {
  const bits = states.reduce((sum, state) => sum | (1n << STATE[state]), 0n);
  return `0x${bits.toString(16).padStart(64, "0")}`;
}

/** A call that a proposal makes. */
export interface ProposedCall {
  readonly target: AddressLike;
  readonly data: BytesLike;
}

/** Arguments of `propose`, and of the calls that name a proposal later. */
export interface ProposalArguments {
  readonly proposed: [AddressLike[], bigint[], BytesLike[], string];
  readonly named: [AddressLike[], bigint[], BytesLike[], string];
}

/** A proposal of calls that send no ether. */
export function proposalOf(
  calls: readonly ProposedCall[],
  description = "A change",
): ProposalArguments {
  const targets = calls.map(({ target }) => target);
  const values = calls.map(() => 0n);
  const data = calls.map((call) => call.data);
  return {
    proposed: [targets, values, data, description],
    named: [targets, values, data, id(description)],
  };
}

/** Who votes, and where. */
export interface Votes {
  readonly governor: ProtocolGovernor;
  readonly ergonToken: ErgonToken;
  readonly voter: HardhatEthersSigner;
}

/** Lets the voter's balance vote from the next second on. */
export async function delegateToSelf({ ergonToken, voter }: Votes): Promise<void> {
  await ergonToken.connect(voter).delegate(voter);
  await time.increase(1n);
}

/** Proposes as the voter; returns the proposal's id. */
export async function propose(
  { governor, voter }: Pick<Votes, "governor" | "voter">,
  { proposed, named }: ProposalArguments,
): Promise<bigint> {
  await governor.connect(voter).propose(...proposed);
  return governor.hashProposal(...named);
}

/** Passes to the first second in which votes count. */
export async function beginVote(
  { governor }: Pick<Votes, "governor">,
  proposalId: bigint,
): Promise<void> {
  await time.increaseTo((await governor.proposalSnapshot(proposalId)) + 1n);
}

/** Passes to the first second after the vote. */
export async function endVote(
  { governor }: Pick<Votes, "governor">,
  proposalId: bigint,
): Promise<void> {
  await time.increaseTo((await governor.proposalDeadline(proposalId)) + 1n);
}

/** Proposes, votes for and queues as the voter, up to the second in which anybody may execute. */
export async function pass(votes: Votes, proposal: ProposalArguments): Promise<bigint> {
  const { governor, voter } = votes;
  const proposalId = await propose(votes, proposal);
  await beginVote(votes, proposalId);
  await governor.connect(voter).castVote(proposalId, FOR);
  await endVote(votes, proposalId);
  await governor.queue(...proposal.named);
  await time.increaseTo(await governor.proposalEta(proposalId));
  return proposalId;
}

/** What the timelock calls a proposal that is queued. */
export async function operationOf(
  governor: ProtocolGovernor,
  timelock: ProtocolTimelock,
  { named: [targets, values, data, descriptionHash] }: ProposalArguments,
): Promise<string> {
  const salt = BigInt(await governor.getAddress()) << 96n;
  const salted = toBeHex(salt ^ BigInt(descriptionHash), 32);
  return timelock.hashOperationBatch(targets, values, data, ZeroHash, salted);
}
