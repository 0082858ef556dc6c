import { abi } from "../../contracts";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";
import type { EpochSettlement } from "../../types/dataset";

/** What the job of the running epoch said. */
export interface SettleEpochParameters {
  readonly dataset: Address;
  readonly settlement: EpochSettlement;
}

/** What contributions can claim. */
export interface SettleEpochOutcome {
  readonly epochId: bigint;
  /** The root of the block of values. */
  readonly valuesRoot: Hex;
  /** The sum of all positive values. */
  readonly total: bigint;
  /** Payment-token units. */
  readonly pot: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `settleEpoch`. */
export function settleEpochCall(parameters: SettleEpochParameters): Call {
  const { dataset, settlement } = parameters;
  const { inputs, sums, valuesRoot, unitSiblings, total } = settlement;
  return callOf(dataset, () =>
    abi.dataDAO.encodeFunctionData("settleEpoch", [
      inputs,
      sums,
      valuesRoot,
      [...unitSiblings],
      { ...total, siblings: [...total.siblings] },
    ]),
  );
}

/**
 * Gives the running epoch its values, once its job was settled; anyone may call. Throws `ErgonRevertError`:
 * `EpochsWrongStatus`, `RewardsNoValues` (retryable), `RewardsInvalidProof`.
 *
 * @example
 * const settlement = settlementOf(slotShapeOf(shape), outputIds, last);
 * const { pot, total } = await settleEpoch(client, { dataset, settlement });
 */
export async function settleEpoch(
  client: ErgonClient,
  parameters: SettleEpochParameters,
): Promise<SettleEpochOutcome> {
  const transaction = await sendCall(client, settleEpochCall(parameters));
  const event = datasetEventIn<Omit<SettleEpochOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "EpochSettled",
  );
  const { epochId, valuesRoot, total, pot } = event;
  return { epochId, valuesRoot, total, pot, transaction };
}
