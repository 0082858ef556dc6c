import { abi } from "../contracts";
import { namedFields } from "../decode";
import { ErgonError, InputError } from "../errors/errors";
import { positionOf } from "../jobs/events";
import { asHex } from "../types/address";
import { unpackGame, unpackState } from "./pack";
import type { Log } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { GameChange, GameEvent, GameRecord, TraceCommitment } from "../types/game";

const NAMES = [
  "Challenged",
  "Moved",
  "NodePicked",
  "LeafCompared",
  "ElementComputed",
  "GameOver",
] as const satisfies readonly GameChange["name"][];

/** First topics of the events that tell of a game; the second topic of each is the game's id. */
export const GAME_TOPICS: readonly Hex[] = NAMES.map((name) =>
  asHex(abi.optimisticVerifier.getEvent(name).topicHash),
);

/** First topic of `Challenged`; the others are game, job and challenger. */
export const CHALLENGED_TOPIC: Hex = GAME_TOPICS[0];

const SET: ReadonlySet<string> = new Set(GAME_TOPICS);

/** Reads a log of the verifier; undefined if it tells of no game. */
export function parseGameEvent(log: Log): GameEvent | undefined {
  if (!SET.has(log.topics[0])) return undefined;
  const parsed = abi.optimisticVerifier.parseLog(log);
  if (parsed === null) throw new InputError(`not an event of the verifier: ${log.topics[0]}`);
  const fields = namedFields(parsed.fragment.inputs, parsed.args);
  if (parsed.name === "Challenged") fields.game = unpackGame(parsed.args.game);
  // the ABI gives every name of NAMES the fields that its type lists
  return { ...fields, name: parsed.name, at: positionOf(log) } as unknown as GameEvent;
}

/** First topic of `TraceCommitted`; the other two are job and unit. */
export const TRACE_TOPIC: Hex = asHex(abi.optimisticVerifier.getEvent("TraceCommitted").topicHash);

/** Reads a log of the verifier; undefined if it tells of no trace. */
export function parseTrace(log: Log): TraceCommitment | undefined {
  if (log.topics[0] !== TRACE_TOPIC) return undefined;
  const parsed = abi.optimisticVerifier.parseLog(log);
  if (parsed === null) throw new InputError(`not an event of the verifier: ${log.topics[0]}`);
  const { root, programRoot, nodes, committedAt } = parsed.args;
  return { root: asHex(root), programRoot: asHex(programRoot), nodes, committedAt };
}

/**
 * The record of a game after one more event; pure. Events come in the order of the chain, and the
 * first is `Challenged`. Throws `ErgonError` GAME_INCONSISTENT for one that cannot follow.
 *
 * @example
 * const record = events.reduce(applyGameEvent, undefined);
 */
export function applyGameEvent(record: GameRecord | undefined, event: GameEvent): GameRecord {
  const { id } = event;
  if (event.name === "Challenged") {
    if (record !== undefined) throw inconsistent(event, "it has begun already");
    return { id, game: event.game, events: [event] };
  }
  if (record === undefined) throw inconsistent(event, "its beginning is missing");
  if (record.end !== undefined) throw inconsistent(event, "it is over");
  const events = [...record.events, event];
  switch (event.name) {
    case "Moved": {
      const { state, node } = event;
      return { ...record, game: { ...record.game, ...unpackState(state), node }, events };
    }
    case "GameOver":
      return { ...record, end: event, events };
    case "NodePicked": {
      const { programNode, header } = event;
      return { ...record, game: { ...record.game, programNode, header }, events };
    }
    case "LeafCompared":
    case "ElementComputed":
      return { ...record, events };
  }
}

function inconsistent({ name, id }: GameEvent, reason: string): ErgonError {
  return new ErgonError(
    "GAME_INCONSISTENT",
    `${name} cannot happen to game ${id}: ${reason}`,
    true,
  );
}
