import type { MetricSet } from "../metrics";

/** What a player of games counts. */
export class GameMetrics {
  private readonly live;
  private readonly deadline;
  private readonly moves;
  private readonly games;
  private readonly failures;

  constructor(set: MetricSet) {
    this.live = set.gauge("games_live", "Games that are played");
    this.deadline = set.gauge("games_deadline_seconds", "Earliest deadline, since 1970; 0 = none");
    this.moves = set.counter("game_moves_total", "Moves sent, by name", ["move"]);
    this.games = set.counter("games_total", "Games that ended, by result", ["result"]);
    this.failures = set.counter("game_failures_total", "Games held up by an error, each time");
    for (const result of ["won", "lost"]) this.games.inc({ result }, 0);
  }

  /** Records the state after a turn; deadlines are the player's own, in seconds since 1970. */
  observe(live: number, deadlines: readonly bigint[]): void {
    this.live.set(live);
    this.deadline.set(deadlines.length === 0 ? 0 : Math.min(...deadlines.map(Number)));
  }

  /** Counts moves that were sent. */
  moved(names: readonly string[]): void {
    for (const move of names) this.moves.inc({ move });
  }

  /** Counts a game that ended. */
  ended(result: "won" | "lost"): void {
    this.games.inc({ result });
  }

  /** Counts a game that could not be looked at or moved in. */
  failed(): void {
    this.failures.inc();
  }
}
