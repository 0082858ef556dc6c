import { accountOf, datasetDomainOf, signerOf } from "../../client";
import { datasetAt } from "../../datasets/contract";
import { signContributionWith } from "../../eip712/contribution";
import { translated } from "../../errors/translate";
import type { ErgonClient } from "../../client";
import type { ContributionConsent, SignedContribution } from "../../eip712/contribution";
import type { Address } from "../../types/address";

/** What the client consents to, and where. */
export interface SignContributionParameters extends Omit<ContributionConsent, "owner" | "nonce"> {
  readonly dataset: Address;
  /** The client's next nonce at the dataset unless given. */
  readonly nonce?: bigint;
}

/**
 * Signs, as their owner, that data are given to a dataset, so that `contributeFor` can carry it. The owner's bond
 * is pulled then: allow the dataset so many claims with `allowModule`. Throws `ErgonError` NO_SIGNER, REJECTED or
 * RPC.
 *
 * @example
 * const signed = await signContribution(owner, { dataset, slot, count: 5n, schema, uri, deadline });
 */
export async function signContribution(
  client: ErgonClient,
  { dataset, ...parameters }: SignContributionParameters,
): Promise<SignedContribution> {
  const owner = await accountOf(client);
  const next = () => translated(() => datasetAt(client, dataset).nonces(owner));
  const nonce = parameters.nonce ?? (await next());
  const consent = { ...parameters, owner, nonce };
  const domain = await datasetDomainOf(client, dataset);
  const signature = await translated(() => signContributionWith(signerOf(client), domain, consent));
  return { consent, signature };
}
