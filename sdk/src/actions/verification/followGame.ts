import { ErgonError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { finalBlock } from "../../finality";
import { isDecided } from "../../games/clock";
import { applyGameEvent } from "../../games/events";
import { passesTurn, timelineOf } from "../../games/timeline";
import { poll } from "../../poll";
import { getAnswerTime } from "./getTurn";
import { getGame } from "./getGame";
import type { ErgonClient } from "../../client";
import type { GameUpdate } from "../../games/timeline";
import type { PollOptions } from "../../poll";
import type { GameRecord } from "../../types/game";

/** Which game. */
export interface FollowGameParameters extends PollOptions {
  readonly id: bigint;
}

/**
 * Everything that happens in a game, from its beginning on: each event, and each answer of the worker,
 * with whose turn it is then and until when. Ends with the game. Counts blocks with the client's
 * confirmations only. Throws the signal's reason when that is aborted, and `ErgonError` GAME_UNKNOWN, or
 * REORG if something that was told did not happen after all: follow the game again.
 *
 * @example
 * for await (const { change, turn } of followGame(client, { id })) console.log(change.name, turn);
 */
export async function* followGame(
  client: ErgonClient,
  { id, ...options }: FollowGameParameters,
): AsyncGenerator<GameUpdate, void> {
  const answers = new Map<number, bigint>();
  let told: readonly GameUpdate[] = [];
  for (;;) {
    const updates = await poll(options, async () => {
      const newest = await translated(() => client.provider.getBlockNumber());
      const blockNumber = finalBlock(newest, client.confirmations);
      const record = await getGame(client, { id, blockNumber });
      await findAnswers(client, record, answers, blockNumber);
      const found = timelineOf(record, answers);
      return found.length === told.length && continues(told, found) ? undefined : found;
    });
    if (!continues(told, updates)) {
      throw new ErgonError("REORG", `what was told of game ${id} did not happen`, true);
    }
    yield* updates.slice(told.length);
    told = updates;
    if (updates[updates.length - 1].record.end !== undefined) return;
  }
}

/** Adds when the worker answered, to the events after the last that has an answer. */
async function findAnswers(
  client: ErgonClient,
  { events }: GameRecord,
  answers: Map<number, bigint>,
  blockNumber: number,
): Promise<void> {
  const from = Math.max(-1, ...answers.keys()) + 1;
  let game: GameRecord | undefined;
  for (const [index, event] of events.entries()) {
    game = applyGameEvent(game, event);
    if (index < from || !passesTurn(event) || isDecided(game.game)) continue;
    const answeredAt = await getAnswerTime(client, { game, blockNumber });
    if (answeredAt !== undefined) answers.set(index, answeredAt);
  }
}

/** Whether what was told is still the beginning of what is found. */
function continues(told: readonly GameUpdate[], found: readonly GameUpdate[]): boolean {
  return told.every(({ change }, i) => keyOf(change) === keyOf(found[i]?.change));
}

function keyOf(change: GameUpdate["change"] | undefined): string {
  if (change === undefined) return "";
  if (change.name === "Answered") return `answered at ${change.answeredAt}`;
  return `log ${change.at.logIndex} of ${change.at.blockHash}`;
}
