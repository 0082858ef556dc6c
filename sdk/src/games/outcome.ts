import { recordsAfter } from "../jobs/outcome";
import { sendCall } from "../send";
import { sameHex } from "../types/address";
import { applyGameEvent, parseGameEvent } from "./events";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../client";
import type { Call, SendOptions } from "../send";
import type { Address } from "../types/address";
import type { GameEvent, GameRecord } from "../types/game";
import type { JobRecord } from "../types/job";

/** What a transaction made of a game and of the job that it is about. */
export interface GameOutcome {
  readonly game: GameRecord;
  readonly job: JobRecord;
  readonly transaction: TransactionReceipt;
}

/** Events of the verifier about games in a receipt, in order. */
export function gameEventsIn(transaction: TransactionReceipt, verifier: Address): GameEvent[] {
  return transaction.logs
    .filter((log) => sameHex(log.address, verifier))
    .flatMap((log) => parseGameEvent(log) ?? []);
}

/**
 * Sends a call about one game. Throws `ErgonError` GAME_INCONSISTENT or JOB_INCONSISTENT if a record
 * was out of date.
 */
export async function changeGame(
  client: ErgonClient,
  { game, job }: Pick<GameOutcome, "game" | "job">,
  call: Call,
  options?: SendOptions,
): Promise<GameOutcome> {
  const transaction = await sendCall(client, call, options);
  const { jobEscrow, optimisticVerifier } = client.addresses;
  const events = gameEventsIn(transaction, optimisticVerifier).filter(({ id }) => id === game.id);
  const records = recordsAfter(transaction, jobEscrow, job.end === undefined ? [job] : []);
  return {
    game: events.reduce<GameRecord>(applyGameEvent, game),
    job: records.get(job.id) ?? job,
    transaction,
  };
}
