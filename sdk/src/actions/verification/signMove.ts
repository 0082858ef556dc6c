import { signerOf, verifierDomainOf } from "../../client";
import { signMoveWith, signedMoveOf } from "../../eip712/moves";
import { translated } from "../../errors/translate";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { SignableMove } from "../../games/moves";
import type { Game } from "../../types/game";

/** A game as it is, and a move of its challenger. */
export interface SignMoveParameters {
  readonly game: Game;
  readonly move: SignableMove;
}

/**
 * Signs a move for the challenger, so that anyone can make it with `playMove`; it counts in this state
 * of this game only. Throws `ErgonError` NO_SIGNER or REJECTED.
 *
 * @example
 * const signature = await signMove(challenger, { game: record.game, move });
 */
export async function signMove(
  client: ErgonClient,
  { game, move }: SignMoveParameters,
): Promise<Hex> {
  const domain = await verifierDomainOf(client);
  return translated(() => signMoveWith(signerOf(client), domain, signedMoveOf(game, move)));
}
