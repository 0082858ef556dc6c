import { abi } from "../../contracts";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";
import type { ValueProof } from "../../types/dataset";

/** What a contribution was worth in an epoch. */
export interface ChargeContributionParameters {
  readonly dataset: Address;
  readonly epochId: bigint;
  /** The root of its slot, which names it. */
  readonly slot: Hex;
  /** The value in the row of the contribution's index. */
  readonly value: ValueProof;
}

/** What was taken. */
export interface ChargeContributionOutcome {
  /** Payment-token units. */
  readonly amount: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `chargeContribution`. */
export function chargeContributionCall(parameters: ChargeContributionParameters): Call {
  const { dataset, epochId, slot, value } = parameters;
  return callOf(dataset, () =>
    abi.dataDAO.encodeFunctionData("charge", [
      epochId,
      slot,
      { ...value, siblings: [...value.siblings] },
    ]),
  );
}

/**
 * Takes at most a twentieth from the bond of a contribution that did harm in an epoch, for the next pot; anyone
 * may call. Throws `ErgonRevertError`: `ContributionsUnknown`, `RewardsInvalidProof`, `RewardsNothing`,
 * `RewardsTaken`.
 *
 * @example
 * const value = valueProof(options, last, Number(index));
 * const { amount } = await chargeContribution(client, { dataset, epochId, slot, value });
 */
export async function chargeContribution(
  client: ErgonClient,
  parameters: ChargeContributionParameters,
): Promise<ChargeContributionOutcome> {
  const transaction = await sendCall(client, chargeContributionCall(parameters));
  const event = datasetEventIn<Omit<ChargeContributionOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "BondCharged",
  );
  const { amount } = event;
  return { amount, transaction };
}
