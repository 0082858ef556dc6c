import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { descriptionBy, proposalIdOf, proposalLists } from "../../governance/proposal";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { ProposalContent } from "../../governance/proposal";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** A proposal that was made. */
export interface ProposeOutcome extends ProposalContent {
  readonly proposalId: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `propose`, whose description is taken as it is. */
export function proposeCall(addresses: Addresses, content: ProposalContent): Call {
  return callOf(content.governor ?? addresses.governor, () =>
    abi.governor.encodeFunctionData("propose", [...proposalLists(content), content.description]),
  );
}

/**
 * Proposes calls that the timelock makes if holders vote for them. The client is marked as the only account that can
 * propose them with this description, so the description that counts is the outcome's. Throws `ErgonRevertError`:
 * `GovernorInsufficientProposerVotes`, `ProtocolGovernorTargetWithoutCode`, `DataGovernorTargetWithoutCode`,
 * `GovernorUnexpectedProposalState` (proposed before).
 *
 * @example
 * const calls = [{ to: addresses.orderBook, data }];
 * const { proposalId } = await propose(client, { calls, description: "Lower the fee to 0.5 %" });
 */
export async function propose(
  client: ErgonClient,
  content: ProposalContent,
): Promise<ProposeOutcome> {
  const description = descriptionBy(await accountOf(client), content.description);
  const marked = { ...content, description };
  const transaction = await sendCall(client, proposeCall(client.addresses, marked));
  return { ...marked, proposalId: proposalIdOf(marked), transaction };
}
