import { orderDomainOf, signerOf } from "../../client";
import { askDigest, bidDigest, signAskWith, signBidWith } from "../../eip712/orders";
import { translated } from "../../errors/translate";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Ask, Bid } from "../../types/order";

/**
 * Signs an ask with the client's account, the provider or its delegate. Throws `ErgonError`
 * NO_SIGNER or REJECTED.
 *
 * @example
 * const askSignature = await signAsk(provider, ask);
 */
export async function signAsk(client: ErgonClient, ask: Ask): Promise<Hex> {
  const domain = await orderDomainOf(client);
  return translated(() => signAskWith(signerOf(client), domain, ask));
}

/**
 * Signs a bid with the client's account, the bidder or its delegate. Throws `ErgonError` NO_SIGNER
 * or REJECTED.
 *
 * @example
 * const bidSignature = await signBid(client, bid);
 */
export async function signBid(client: ErgonClient, bid: Bid): Promise<Hex> {
  const domain = await orderDomainOf(client);
  return translated(() => signBidWith(signerOf(client), domain, bid));
}

/**
 * The digest that the maker of an order signs.
 *
 * @example
 * const digest = await orderDigest(client, bid);
 */
export async function orderDigest(client: ErgonClient, order: Ask | Bid): Promise<Hex> {
  const domain = await orderDomainOf(client);
  return "worker" in order ? askDigest(domain, order) : bidDigest(domain, order);
}
