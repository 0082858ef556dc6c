import { abi } from "../../contracts";
import { proposalKey } from "../../governance/proposal";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { ProposalContent } from "../../governance/proposal";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** The call of `executeProposal`. */
export function executeProposalCall(addresses: Addresses, content: ProposalContent): Call {
  return callOf(content.governor ?? addresses.governor, () =>
    abi.governor.encodeFunctionData("execute", proposalKey(content)),
  );
}

/**
 * Makes the calls of a proposal whose delay is over; anybody may. Throws `ErgonRevertError`: `GovernorUnexpectedProposalState`,
 * `TimelockUnexpectedOperationState` (too early), or what a called contract answers.
 *
 * @example
 * await executeProposal(client, await getProposal(client, { proposalId }));
 */
export function executeProposal(
  client: ErgonClient,
  content: ProposalContent,
): Promise<TransactionReceipt> {
  return sendCall(client, executeProposalCall(client.addresses, content));
}
