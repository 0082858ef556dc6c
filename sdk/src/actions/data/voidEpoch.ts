import { abi } from "../../contracts";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Which dataset. */
export interface VoidEpochParameters {
  readonly dataset: Address;
}

/** What silence cost. */
export interface VoidEpochOutcome {
  readonly epochId: bigint;
  /** Bonds of seeds that went to the next pot, in payment-token units. */
  readonly forfeited: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `voidEpoch`. */
export function voidEpochCall(parameters: VoidEpochParameters): Call {
  const { dataset } = parameters;
  return callOf(dataset, () => abi.dataDAO.encodeFunctionData("voidEpoch"));
}

/**
 * Ends the running epoch without values, once the time of its phase is over and no job of it runs; anyone
 * may call. Throws `ErgonRevertError`: `EpochsWrongStatus`, `EpochsNotNow` and `EpochsJobRuns`
 * (both retryable).
 *
 * @example
 * const { forfeited } = await voidEpoch(client, { dataset });
 */
export async function voidEpoch(
  client: ErgonClient,
  parameters: VoidEpochParameters,
): Promise<VoidEpochOutcome> {
  const transaction = await sendCall(client, voidEpochCall(parameters));
  const event = datasetEventIn<Omit<VoidEpochOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "EpochVoided",
  );
  const { epochId, forfeited } = event;
  return { epochId, forfeited, transaction };
}
