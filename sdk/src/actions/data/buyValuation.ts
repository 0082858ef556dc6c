import { abi } from "../../contracts";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";
import type { Ask } from "../../types/order";

/** An ask for the dataset's program. */
export interface BuyValuationParameters {
  readonly dataset: Address;
  readonly ask: Ask;
  /** Of the provider, or its delegate. */
  readonly askSignature: Hex;
}

/** The job that values the epoch. */
export interface BuyValuationOutcome {
  readonly epochId: bigint;
  readonly jobId: bigint;
  /** The id of the state that the job begins with. */
  readonly inputId: Hex;
  readonly transaction: TransactionReceipt;
}

/** The call of `buyValuation`. */
export function buyValuationCall(parameters: BuyValuationParameters): Call {
  const { dataset, ask, askSignature } = parameters;
  return callOf(dataset, () => abi.dataDAO.encodeFunctionData("buyValuation", [ask, askSignature]));
}

/**
 * Buys the valuation of the running epoch out of the pot, from a provider whose ask the dataset's terms
 * allow; anyone may call. Throws `ErgonRevertError`: `EpochsWrongStatus`, `EpochsNotNow` (too late),
 * `EpochsValuationBought`, `EpochsPotTooLow` (retryable), `ERC6909InsufficientBalance`, and
 * those of `fillJob`.
 *
 * @example
 * const { jobId } = await buyValuation(client, { dataset, ask, askSignature });
 */
export async function buyValuation(
  client: ErgonClient,
  parameters: BuyValuationParameters,
): Promise<BuyValuationOutcome> {
  const transaction = await sendCall(client, buyValuationCall(parameters));
  const event = datasetEventIn<Omit<BuyValuationOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "ValuationBought",
  );
  const { epochId, jobId, inputId } = event;
  return { epochId, jobId, inputId, transaction };
}
