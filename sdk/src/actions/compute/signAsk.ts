import { orderDomainOf, signerOf } from "../../client";
import { signAskWith } from "../../eip712/orders";
import { translated } from "../../errors/translate";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Ask } from "../../types/order";

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
