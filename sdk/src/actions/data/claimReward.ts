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
export interface ClaimRewardParameters {
  readonly dataset: Address;
  readonly epochId: bigint;
  /** The root of its slot, which names it. */
  readonly slot: Hex;
  /** The value in the row of the contribution's index. */
  readonly value: ValueProof;
}

/** What was paid. */
export interface ClaimRewardOutcome {
  /** Payment-token units. */
  readonly amount: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `claimReward`. */
export function claimRewardCall(parameters: ClaimRewardParameters): Call {
  const { dataset, epochId, slot, value } = parameters;
  return callOf(dataset, () =>
    abi.dataDAO.encodeFunctionData("claim", [
      epochId,
      slot,
      { ...value, siblings: [...value.siblings] },
    ]),
  );
}

/**
 * Pays a contribution's owner its part of an epoch's pot; anyone may call. Throws `ErgonRevertError`:
 * `ContributionsUnknown`, `RewardsInvalidProof`, `RewardsNothing`, `RewardsTaken`,
 * `RewardsWrongTotal`.
 *
 * @example
 * const value = valueProof(options, last, Number(index));
 * const { amount } = await claimReward(client, { dataset, epochId, slot, value });
 */
export async function claimReward(
  client: ErgonClient,
  parameters: ClaimRewardParameters,
): Promise<ClaimRewardOutcome> {
  const transaction = await sendCall(client, claimRewardCall(parameters));
  const event = datasetEventIn<Omit<ClaimRewardOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "Claimed",
  );
  const { amount } = event;
  return { amount, transaction };
}
