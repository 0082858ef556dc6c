import { abi } from "../../contracts";
import { datasetSiblings } from "../../datasets/tree";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Which contribution leaves which dataset. */
export interface WithdrawContributionParameters {
  readonly dataset: Address;
  /** The root of its slot, which names it. */
  readonly slot: Hex;
}

/** What the call of `withdrawContribution` takes. */
export interface WithdrawContributionCallParameters extends WithdrawContributionParameters {
  /** What `datasetSiblings` gives; any change of the dataset's points changes them. */
  readonly siblings: readonly Hex[];
}

/** The call of `withdrawContribution`. */
export function withdrawContributionCall(parameters: WithdrawContributionCallParameters): Call {
  const { dataset, slot, siblings } = parameters;
  return callOf(dataset, () =>
    abi.dataDAO.encodeFunctionData("withdrawContribution", [slot, [...siblings]]),
  );
}

/**
 * Takes a contribution out of a dataset, as its owner or as the host; an epoch that was closed still counts it.
 * The proof is computed from the dataset's events. Throws `InputError` if nobody gave the contribution, and
 * `ErgonRevertError`: `ContributionsUnknown` (it left before), `ContributionsUnauthorized`, and
 * `ContributionsInvalidProof` or `MerkleTreeUpdateInvalidProof` if the points changed in between; call again then.
 *
 * @example
 * await withdrawContribution(owner, { dataset, slot });
 */
export async function withdrawContribution(
  client: ErgonClient,
  parameters: WithdrawContributionParameters,
): Promise<TransactionReceipt> {
  const siblings = await datasetSiblings(client, parameters);
  return sendCall(client, withdrawContributionCall({ ...parameters, siblings }));
}
