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
export interface ClaimSharesParameters {
  readonly dataset: Address;
  readonly epochId: bigint;
  /** The root of its slot, which names it. */
  readonly slot: Hex;
  /** The value in the row of the contribution's index. */
  readonly value: ValueProof;
}

/** What was given. */
export interface ClaimSharesOutcome {
  /** Votes, with 18 decimals. */
  readonly shares: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `claimShares`. */
export function claimSharesCall(parameters: ClaimSharesParameters): Call {
  const { dataset, epochId, slot, value } = parameters;
  return callOf(dataset, () =>
    abi.dataDAO.encodeFunctionData("claimShares", [
      epochId,
      slot,
      { ...value, siblings: [...value.siblings] },
    ]),
  );
}

/**
 * Gives a contribution's owner its part of an epoch's million votes; anyone may call. Throws
 * `ErgonRevertError`: `ContributionsUnknown`, `RewardsInvalidProof`, `RewardsNothing`, `RewardsTaken`,
 * `RewardsWrongTotal`.
 *
 * @example
 * const value = valueProof(options, last, Number(index));
 * const { shares } = await claimShares(client, { dataset, epochId, slot, value });
 */
export async function claimShares(
  client: ErgonClient,
  parameters: ClaimSharesParameters,
): Promise<ClaimSharesOutcome> {
  const transaction = await sendCall(client, claimSharesCall(parameters));
  const event = datasetEventIn<Omit<ClaimSharesOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "SharesClaimed",
  );
  const { shares } = event;
  return { shares, transaction };
}
