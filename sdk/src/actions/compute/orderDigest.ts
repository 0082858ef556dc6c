import { orderDomainOf } from "../../client";
import { askDigest, bidDigest } from "../../eip712/orders";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Ask, Bid } from "../../types/order";

/**
 * The digest that the maker of an order signs. Throws `ErgonError` RPC.
 *
 * @example
 * const digest = await orderDigest(client, bid);
 */
export async function orderDigest(client: ErgonClient, order: Ask | Bid): Promise<Hex> {
  const domain = await orderDomainOf(client);
  return "worker" in order ? askDigest(domain, order) : bidDigest(domain, order);
}
