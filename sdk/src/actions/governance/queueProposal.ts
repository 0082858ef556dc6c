import { abi } from "../../contracts";
import { proposalKey } from "../../governance/proposal";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { ProposalContent } from "../../governance/proposal";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** The call of `queueProposal`. */
export function queueProposalCall(addresses: Addresses, content: ProposalContent): Call {
  return callOf(content.governor ?? addresses.governor, () =>
    abi.governor.encodeFunctionData("queue", proposalKey(content)),
  );
}

/**
 * Hands a proposal that won its vote to the timelock, whose delay begins; anybody may.
 * Throws `ErgonRevertError`: `GovernorUnexpectedProposalState`.
 *
 * @example
 * await queueProposal(client, await getProposal(client, { proposalId }));
 */
export function queueProposal(
  client: ErgonClient,
  content: ProposalContent,
): Promise<TransactionReceipt> {
  return sendCall(client, queueProposalCall(client.addresses, content));
}
