import { AbiCoder, id, keccak256 } from "ethers";
import { InputError } from "../errors/errors";
import { asHex } from "../types/address";
import type { Hex } from "../../../tensor/src/index";
import type { Address } from "../types/address";

/** A call that a proposal makes through the timelock. */
export interface ProposedCall {
  readonly to: Address;
  readonly data: Hex;
  /** Ether in wei out of the timelock; none unless given. */
  readonly value?: bigint;
}

/** What holders vote on. The chain keeps its hash only, so each later call brings it again. */
export interface ProposalContent {
  /** Where it is proposed; the protocol's governor unless given. */
  readonly governor?: Address;
  readonly calls: readonly ProposedCall[];
  readonly description: string;
}

/** The states of a proposal, by their number on chain. */
export const PROPOSAL_STATES = [
  "pending",
  "active",
  "cancelled",
  "defeated",
  "succeeded",
  "queued",
  "expired",
  "executed",
] as const;

/** Where a proposal stands. */
export type ProposalState = (typeof PROPOSAL_STATES)[number];

/** The answers of a vote, by their number on chain. */
export const VOTE_CHOICES = ["against", "for", "abstain"] as const;

/** An answer of a vote. */
export type VoteChoice = (typeof VOTE_CHOICES)[number];

const PROPOSER_MARK = "#proposer=";

/** Targets, values and data, as the governor takes them. Throws `InputError` if there is no call. */
export function proposalLists({ calls }: ProposalContent): [Address[], bigint[], Hex[]] {
  if (calls.length === 0) throw new InputError("a proposal makes at least one call");
  return [
    calls.map(({ to }) => to),
    calls.map(({ value = 0n }) => value),
    calls.map(({ data }) => data),
  ];
}

/** Lists and the hash of the description, by which the governor knows a proposal. */
export function proposalKey(content: ProposalContent): [Address[], bigint[], Hex[], Hex] {
  return [...proposalLists(content), asHex(id(content.description))];
}

/** The id of a proposal, which does not depend on the chain. */
export function proposalIdOf(content: ProposalContent): bigint {
  const [targets, values, data, descriptionHash] = proposalKey(content);
  const types = ["address[]", "uint256[]", "bytes[]", "bytes32"];
  const coded = AbiCoder.defaultAbiCoder().encode(types, [targets, values, data, descriptionHash]);
  return BigInt(keccak256(coded));
}

/**
 * A description that only `proposer` can propose. Without its mark anybody who sees the transaction could propose the
 * same before, and cancel it.
 */
export function descriptionBy(proposer: Address, description: string): string {
  const mark = `${PROPOSER_MARK}${proposer}`;
  return description.toLowerCase().endsWith(mark.toLowerCase())
    ? description
    : `${description}\n${mark}`;
}
