import { clockOf } from "../jobs/terms";
import { Outcome, Stage } from "../types/game";
import { TermsClass } from "../types/order";
import type { Game } from "../types/game";

const MOST_ROUNDS = 19n;

/** A side of a game. */
export type Side = "worker" | "challenger";

/** The time that a move leaves the other side at the least, in seconds. */
export function incrementOf(termsClass: TermsClass): bigint {
  switch (termsClass) {
    case TermsClass.Fast:
      return 600n;
    case TermsClass.Standard:
      return 3_600n;
    case TermsClass.High:
      return 10_800n;
  }
}

/** The longest that it can take from a challenge to its verdict, in seconds: 19 rounds at the most. */
export function longestGameOf(termsClass: TermsClass): bigint {
  return 2n * (clockOf(termsClass) + MOST_ROUNDS * incrementOf(termsClass));
}

/** Whose turn it is, and the last second of it. */
export interface Turn {
  readonly side: Side;
  readonly until: bigint;
}

/**
 * Whose turn it is in a game that is not decided; `answeredAt` is when the worker answered the
 * challenger's last move, in seconds since 1970, if it did. The same rule as `GameState.sol`: a
 * worker that answered too late has lost, so the turn stays its own.
 */
export function turnOf(game: Game, answeredAt: bigint | undefined): Turn {
  const increment = incrementOf(game.termsClass);
  const workerUntil = game.movedAt + larger(game.workerClock, increment);
  if (answeredAt === undefined || answeredAt > workerUntil) {
    return { side: "worker", until: workerUntil };
  }
  const begun = larger(answeredAt, game.movedAt);
  return { side: "challenger", until: begun + larger(game.challengerClock, increment) };
}

/** Whether a move or the chain's own computation decided the game. */
export function isDecided({ stage }: Pick<Game, "stage">): boolean {
  return stage === Stage.Proved || stage === Stage.Refuted;
}

/** The side that a game's outcome is in favour of. */
export function winnerOf(outcome: Outcome): Side {
  const forWorker = outcome === Outcome.Refuted || outcome === Outcome.Conceded;
  return forWorker ? "worker" : "challenger";
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
