import { abi } from "../../contracts";
import { proposalKey } from "../../governance/proposal";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { ProposalContent } from "../../governance/proposal";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** The call of `cancelProposal`. */
export function cancelProposalCall(addresses: Addresses, content: ProposalContent): Call {
  return callOf(content.governor ?? addresses.governor, () =>
    abi.governor.encodeFunctionData("cancel", proposalKey(content)),
  );
}

/**
 * Cancels a proposal: its proposer before the vote begins, the guardian until it is executed.
 * Throws `ErgonRevertError`: `GovernorUnableToCancel`, `GovernorUnexpectedProposalState`, and
 * of the protocol `ProtocolGovernorGuardianReplaced`.
 *
 * @example
 * await cancelProposal(client, await getProposal(client, { proposalId }));
 */
export function cancelProposal(
  client: ErgonClient,
  content: ProposalContent,
): Promise<TransactionReceipt> {
  return sendCall(client, cancelProposalCall(client.addresses, content));
}
