import { orderDomainOf, signerOf } from "../../client";
import { signBidWith } from "../../eip712/orders";
import { translated } from "../../errors/translate";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Bid } from "../../types/order";

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
