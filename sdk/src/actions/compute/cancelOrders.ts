import { abi } from "../../contracts";
import { nonceSlots } from "../../orders/nonce";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Addresses } from "../../types/address";

/** Which orders of the client's account end. */
export interface CancelOrdersParameters {
  readonly nonces: readonly bigint[];
}

/** The calls of `cancelOrders`: one for every 256 nonces in a row that hold one of them. */
export function cancelOrdersCalls(
  addresses: Addresses,
  { nonces }: CancelOrdersParameters,
): readonly Call[] {
  return nonceSlots(nonces).map((slot) =>
    callOf(addresses.orderBook, () => abi.orderBook.encodeFunctionData("cancelNonces", [...slot])),
  );
}

/**
 * Cancels signed orders of the client's account for ever, in one transaction for every 256 nonces in
 * a row that hold one of them. Jobs that are open go on.
 *
 * @example
 * await cancelOrders(client, { nonces: [bid.nonce] });
 */
export async function cancelOrders(
  client: ErgonClient,
  parameters: CancelOrdersParameters,
): Promise<TransactionReceipt[]> {
  const receipts: TransactionReceipt[] = [];
  for (const call of cancelOrdersCalls(client.addresses, parameters)) {
    receipts.push(await sendCall(client, call));
  }
  return receipts;
}
