import { abi } from "../../contracts";
import { VOTE_CHOICES } from "../../governance/proposal";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { VoteChoice } from "../../governance/proposal";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** A vote. */
export interface CastVoteParameters {
  readonly proposalId: bigint;
  /** Where it was proposed; the protocol's governor unless given. */
  readonly governor?: Address;
  readonly choice: VoteChoice;
  /** Is told in the event; nothing unless given. */
  readonly reason?: string;
}

/** The call of `castVote`. */
export function castVoteCall(addresses: Addresses, parameters: CastVoteParameters): Call {
  const { proposalId, choice, reason, governor = addresses.governor } = parameters;
  const support = VOTE_CHOICES.indexOf(choice);
  return callOf(governor, () =>
    reason === undefined
      ? abi.governor.encodeFunctionData("castVote", [proposalId, support])
      : abi.governor.encodeFunctionData("castVoteWithReason", [proposalId, support, reason]),
  );
}

/**
 * Votes with what the client had been delegated when the vote began, once. Throws `ErgonRevertError`:
 * `GovernorAlreadyCastVote`, `GovernorUnexpectedProposalState` (no vote now), `GovernorNonexistentProposal`.
 *
 * @example
 * await castVote(client, { proposalId, choice: "for" });
 */
export function castVote(
  client: ErgonClient,
  parameters: CastVoteParameters,
): Promise<TransactionReceipt> {
  return sendCall(client, castVoteCall(client.addresses, parameters));
}
