import { signerOf, verifierDomainOf } from "../../client";
import { signConcessionWith } from "../../eip712/moves";
import { translated } from "../../errors/translate";
import { gameHash } from "../../games/pack";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Game } from "../../types/game";

/** A game as it is. */
export interface SignConcessionParameters {
  readonly game: Game;
}

/**
 * Signs the end of a challenge for the challenger, so that anyone can make it with `concedeGame`; it
 * counts in this state of this game only. Throws `ErgonError` NO_SIGNER or REJECTED.
 *
 * @example
 * const signature = await signConcession(challenger, { game: record.game });
 */
export async function signConcession(
  client: ErgonClient,
  { game }: SignConcessionParameters,
): Promise<Hex> {
  const domain = await verifierDomainOf(client);
  return translated(() => signConcessionWith(signerOf(client), domain, { game: gameHash(game) }));
}
