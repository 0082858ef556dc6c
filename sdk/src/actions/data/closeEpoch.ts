import { abi } from "../../contracts";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** Which dataset. */
export interface CloseEpochParameters {
  readonly dataset: Address;
}

/** What is to be valued. */
export interface CloseEpochOutcome {
  readonly epochId: bigint;
  /** The root of all points. */
  readonly pointsRoot: Hex;
  /** Slots. */
  readonly count: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `closeEpoch`. */
export function closeEpochCall(parameters: CloseEpochParameters): Call {
  const { dataset } = parameters;
  return callOf(dataset, () => abi.dataDAO.encodeFunctionData("close"));
}

/**
 * Closes the running epoch, as the host that joined it, who says by it that it has the data. It can from
 * `closesAt` on, for two days. Throws `ErgonRevertError`: `EpochsUnauthorized`, `EpochsWrongStatus`,
 * `EpochsNotNow` (retryable).
 *
 * @example
 * const { count } = await closeEpoch(host, { dataset });
 */
export async function closeEpoch(
  client: ErgonClient,
  parameters: CloseEpochParameters,
): Promise<CloseEpochOutcome> {
  const transaction = await sendCall(client, closeEpochCall(parameters));
  const event = datasetEventIn<Omit<CloseEpochOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "EpochClosed",
  );
  const { epochId, pointsRoot, count } = event;
  return { epochId, pointsRoot, count, transaction };
}
