import { plainStruct } from "../../decode";
import { translated } from "../../errors/translate";
import type { ErgonClient } from "../../client";
import type { VerifierTerms } from "../../orders/terms";
import type { Address } from "../../types/address";

/** Which jobs. */
export interface GetTermsParameters {
  /** The payment token. */
  readonly token: Address;
  /** Zero = none. */
  readonly verifier: Address;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** The terms on which jobs open. */
export interface MarketTerms {
  readonly verifierTerms: VerifierTerms;
  /** Of every payment out of a price. */
  readonly feeBps: bigint;
  /** The second at which the current or last pause of new jobs ends or ended. */
  readonly pausedUntil: bigint;
}

/**
 * The terms on which jobs that pay in a token and name a verifier open. Throws `ErgonError` RPC.
 *
 * @example
 * const { verifierTerms } = await getTerms(client, { token, verifier: ZERO_ADDRESS });
 */
export async function getTerms(
  { orderBook }: ErgonClient,
  { token, verifier, blockNumber }: GetTermsParameters,
): Promise<MarketTerms> {
  const at = { blockTag: blockNumber ?? "latest" };
  const [terms, feeBps, { pausedUntil }] = await translated(() =>
    Promise.all([
      orderBook.verifierTerms(token, verifier, at),
      orderBook.fee(at),
      orderBook.entryPause(at),
    ]),
  );
  return { verifierTerms: plainStruct<VerifierTerms>(terms), feeBps, pausedUntil };
}
