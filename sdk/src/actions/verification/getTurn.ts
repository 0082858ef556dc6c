import { answeredAt, isAtUnit } from "../../games/board";
import { isDecided, turnOf } from "../../games/clock";
import { jobIdOf } from "../../games/pack";
import { readRevealTime } from "../../games/reveals";
import { getTrace } from "./getGame";
import type { ErgonClient } from "../../client";
import type { Turn } from "../../games/clock";
import type { GameRecord } from "../../types/game";

/** A game, and as of which block. */
export interface GetTurnParameters {
  readonly game: Pick<GameRecord, "game" | "end">;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/**
 * Whose turn it is in a game, and the last second of it; undefined once the game is decided or over.
 * Throws `ErgonError` RPC.
 *
 * @example
 * const turn = await getTurn(client, { game: await getGame(client, { id: gameId }) });
 */
export async function getTurn(
  client: ErgonClient,
  parameters: GetTurnParameters,
): Promise<Turn | undefined> {
  const { game, end } = parameters.game;
  if (end !== undefined || isDecided(game)) return undefined;
  return turnOf(game, await getAnswerTime(client, parameters));
}

/**
 * When the worker answered the challenger's last move, in seconds since 1970; undefined if it did not.
 * Throws `ErgonError` RPC.
 *
 * @example
 * const answeredAt = await getAnswerTime(client, { game });
 */
export async function getAnswerTime(
  client: ErgonClient,
  { game: { game }, blockNumber }: GetTurnParameters,
): Promise<bigint | undefined> {
  const unit = { jobId: jobIdOf(game.id), unit: game.unit, blockNumber };
  const trace = isAtUnit(game) ? await getTrace(client, unit) : undefined;
  return answeredAt({ game, trace, revealedAt: (key) => readRevealTime(client, key, blockNumber) });
}
