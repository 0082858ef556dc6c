import { abi } from "../../contracts";
import { marketEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** A purchase that was not granted. */
export interface RefundAccessParameters {
  readonly market: Address;
  /** Of the purchase. */
  readonly id: bigint;
}

/** What went back. */
export interface RefundAccessOutcome {
  /** Payment-token units. */
  readonly price: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `refundAccess`. */
export function refundAccessCall(parameters: RefundAccessParameters): Call {
  const { market, id } = parameters;
  return callOf(market, () => abi.accessMarket.encodeFunctionData("refund", [id]));
}

/**
 * Gives a buyer its price back, once the host's time is over; anyone may call. Throws `ErgonRevertError`:
 * `AccessMarketNotPending`, `AccessMarketRefundTooEarly` (retryable).
 *
 * @example
 * const { price } = await refundAccess(client, { market, id });
 */
export async function refundAccess(
  client: ErgonClient,
  parameters: RefundAccessParameters,
): Promise<RefundAccessOutcome> {
  const transaction = await sendCall(client, refundAccessCall(parameters));
  const event = marketEventIn<Omit<RefundAccessOutcome, "transaction">>(
    transaction,
    parameters.market,
    "PurchaseRefunded",
  );
  const { price } = event;
  return { price, transaction };
}
