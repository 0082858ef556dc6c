import { isDecided, turnOf } from "./clock";
import { applyGameEvent } from "./events";
import { unpackState } from "./pack";
import type { Game, GameEvent, GameRecord } from "../types/game";
import type { Turn } from "./clock";

/** The worker showed what is below the node to which the challenger came. */
export interface WorkerAnswer {
  readonly name: "Answered";
  readonly id: bigint;
  /** Seconds since 1970. */
  readonly answeredAt: bigint;
}

/** One thing that happened in a game. */
export interface GameUpdate {
  readonly change: GameEvent | WorkerAnswer;
  /** The game after it. */
  readonly record: GameRecord;
  /**
   * Whose turn it is then, and the last second of it. None once the game is decided, and none after an
   * event that tells of a move whose `Moved` follows.
   */
  readonly turn?: Turn;
}

/** Whether an event gives the turn to the worker. */
export function passesTurn({ name }: GameEvent): boolean {
  return name === "Challenged" || name === "Moved";
}

/**
 * What happened in a game, in order. `answers` says when the worker answered, in seconds since 1970, by
 * the index of the event that gave it the turn. Pure.
 *
 * @example
 * const updates = timelineOf(await getGame(client, { id }), new Map());
 */
export function timelineOf(
  { id, events }: GameRecord,
  answers: ReadonlyMap<number, bigint>,
): GameUpdate[] {
  const updates: GameUpdate[] = [];
  let record: GameRecord | undefined;
  for (const [index, change] of events.entries()) {
    record = applyGameEvent(record, change);
    const { game } = record;
    if (!passesTurn(change) || isDecided(game)) {
      updates.push({ change, record });
      continue;
    }
    const answeredAt = answers.get(index);
    // shown before, for another game
    const known = answeredAt !== undefined && answeredAt < game.movedAt;
    updates.push({ change, record, turn: turnOf(game, known ? answeredAt : undefined) });
    if (answeredAt === undefined || known || answeredAt > nextMoveAt(events, index, game)) continue;
    const answer = { name: "Answered", id, answeredAt } as const;
    updates.push({ change: answer, record, turn: turnOf(game, answeredAt) });
  }
  return updates;
}

/**
 * When the challenger made the move after an event; without end if it did not. A move that decides the
 * game leaves its clock alone, but counts the answer that came before it.
 */
function nextMoveAt(
  events: readonly GameEvent[],
  index: number,
  { answers }: Game,
): bigint | number {
  for (const event of events.slice(index + 1)) {
    if (event.name !== "Moved") continue;
    const next = unpackState(event.state);
    if (!isDecided(next)) return next.movedAt;
    return next.answers > answers ? Infinity : 0;
  }
  return Infinity;
}
