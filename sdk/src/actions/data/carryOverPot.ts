import { abi } from "../../contracts";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** An epoch that ended. */
export interface CarryOverPotParameters {
  readonly dataset: Address;
  readonly epochId: bigint;
}

/** What nobody claimed. */
export interface CarryOverPotOutcome {
  /** Payment-token units. */
  readonly amount: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `carryOverPot`. */
export function carryOverPotCall(parameters: CarryOverPotParameters): Call {
  const { dataset, epochId } = parameters;
  return callOf(dataset, () => abi.dataDAO.encodeFunctionData("carryOver", [epochId]));
}

/**
 * Puts into the next pot what nobody claimed in the 365 days after an epoch was settled; anyone may call.
 * Throws `ErgonRevertError`: `RewardsNotOver` (retryable).
 *
 * @example
 * const { amount } = await carryOverPot(client, { dataset, epochId });
 */
export async function carryOverPot(
  client: ErgonClient,
  parameters: CarryOverPotParameters,
): Promise<CarryOverPotOutcome> {
  const transaction = await sendCall(client, carryOverPotCall(parameters));
  const event = datasetEventIn<Omit<CarryOverPotOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "PotCarriedOver",
  );
  const { amount } = event;
  return { amount, transaction };
}
