import { abi } from "../../contracts";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** A contribution that left. */
export interface ReleaseContributionBondParameters {
  readonly dataset: Address;
  /** The root of its slot, which names it. */
  readonly slot: Hex;
}

/** What went back. */
export interface ReleaseContributionBondOutcome {
  /** Payment-token units. */
  readonly amount: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `releaseContributionBond`. */
export function releaseContributionBondCall(parameters: ReleaseContributionBondParameters): Call {
  const { dataset, slot } = parameters;
  return callOf(dataset, () => abi.dataDAO.encodeFunctionData("releaseBond", [slot]));
}

/**
 * Gives an owner back what is left of the bond of a contribution, seven days after it left, or after the end of
 * the epoch that still counted it; anyone may call. Throws `ErgonRevertError`: `ContributionsUnknown`,
 * `ContributionsBondHeld` (retryable).
 *
 * @example
 * const { amount } = await releaseContributionBond(client, { dataset, slot });
 */
export async function releaseContributionBond(
  client: ErgonClient,
  parameters: ReleaseContributionBondParameters,
): Promise<ReleaseContributionBondOutcome> {
  const transaction = await sendCall(client, releaseContributionBondCall(parameters));
  const event = datasetEventIn<Omit<ReleaseContributionBondOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "BondReleased",
  );
  const { amount } = event;
  return { amount, transaction };
}
