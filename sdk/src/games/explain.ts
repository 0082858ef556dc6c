import { describeHeader, describeNode, roundLevels } from "../../../tensor/src/index";
import { totalBondOf, totalPriceOf } from "../jobs/terms";
import { Outcome, Stage } from "../types/game";
import { isAtUnit } from "./board";
import { isDecided } from "./clock";
import { headerOfWord } from "./header";
import { jobIdOf, unpackState } from "./pack";
import type { Program } from "../../../tensor/src/index";
import type { Game, GameEvent, GameRecord } from "../types/game";
import type { JobRecord } from "../types/job";

/** A game, and what is known beside it. */
export interface ExplainGameParameters {
  readonly game: GameRecord;
  /** The job, as it is after the game. */
  readonly job?: JobRecord;
  /** The program of the job's model, to describe its nodes. */
  readonly program?: Program;
  /** How an amount is written; payment-token units unless given. */
  readonly formatAmount?: (amount: bigint) => string;
}

/** A sentence about a game. */
export interface GameSentence {
  readonly text: string;
  /** The event that it tells of; none for an answer of the worker. */
  readonly event?: GameEvent;
}

const BEHIND_UNITS = "what is behind the last unit";

type Named<Name extends GameEvent["name"]> = Extract<GameEvent, { name: Name }>;

/** An event whose move's `Moved` follows. */
type Detail = Named<"NodePicked" | "LeafCompared" | "ElementComputed">;

type Context = Omit<ExplainGameParameters, "game" | "formatAmount"> & {
  readonly amount: (amount: bigint) => string;
};

/**
 * What happened in a game in plain words. Pure.
 *
 * @example
 * console.log(explainGame({ game, job, program: model.program }).join("\n"));
 */
export function explainGame(parameters: ExplainGameParameters): string[] {
  return tellGame(parameters).map(({ text }) => text);
}

/**
 * What happened in a game in plain words, each sentence with the event that it tells of. Pure.
 *
 * @example
 * const answers = tellGame({ game }).filter(({ event }) => event === undefined);
 */
export function tellGame({
  game: record,
  formatAmount,
  ...rest
}: ExplainGameParameters): GameSentence[] {
  const context = { ...rest, amount: formatAmount ?? inUnits };
  const sentences: GameSentence[] = [];
  let [game, detail] = [record.game, undefined as Detail | undefined];
  for (const event of record.events) {
    const tell = (...texts: readonly string[]): void => {
      sentences.push(...texts.map((text) => ({ text, event })));
    };
    if (event.name === "Challenged") {
      tell(challenged(event.game, context));
      game = event.game;
    } else if (event.name === "Moved") {
      const picked = detail?.name === "NodePicked" ? { header: detail.header } : {};
      const after = { ...game, ...unpackState(event.state), ...picked, node: event.node };
      sentences.push(...answered(game, after).map((text) => ({ text })));
      tell(...moved(game, after, detail, context));
      [game, detail] = [after, undefined];
    } else if (event.name === "GameOver") {
      tell(...timedOut(game, event), ...over(game, event, context));
    } else {
      detail = event;
    }
  }
  return sentences;
}

function challenged(game: Game, { job, amount }: Context): string {
  const { challenger, id, bond } = game;
  const terms =
    job && `price ${amount(totalPriceOf(job.job))}, bond ${amount(totalBondOf(job.job))}`;
  const name = `job ${jobIdOf(id)}${terms === undefined ? "" : ` (${terms})`}`;
  const challenge = `${challenger} challenged ${name} with a bond of ${amount(bond)}`;
  if (isDecided(game)) {
    return `${challenge} and showed ${BEHIND_UNITS}, which is no padding: the claim is false.`;
  }
  const where = unitsOf(game);
  const claim = where.startsWith("units") ? `one of ${where}` : where;
  return `${challenge}: it says that ${claim} has a false output.`;
}

/** What the worker did between two moves of the challenger, if it did. */
function answered(before: Game, after: Game): string[] {
  if (after.answers === before.answers) return [];
  const time = took(after, before.workerClock, after.workerClock);
  if (isAtUnit(before)) {
    return [`The worker committed to the results of all nodes of unit ${before.unit}${time}.`];
  }
  const count = 2 ** roundLevels(Number(before.height));
  const shown = count === 1 ? "node" : `${count} nodes`;
  return [`The worker showed the ${shown} below${time}.`];
}

function moved(before: Game, after: Game, detail: Detail | undefined, context: Context): string[] {
  const time = took(after, before.challengerClock, after.challengerClock);
  const move = (what: string): string => `The challenger ${what}${time}.`;
  switch (detail?.name) {
    case undefined:
      if (isDecided(after)) {
        return [move(`picked ${BEHIND_UNITS}`), "It is no padding: the claim is false."];
      }
      return [move(`picked ${placeOf(after, context)}`)];
    case "NodePicked":
      return [move(`picked ${nodeOf(detail.index, context)} of unit ${after.unit}`)];
    case "LeafCompared":
      return [
        move(`picked ${nodeOf(detail.node, context)} of unit ${after.unit}`),
        leafCompared(detail),
      ];
    case "ElementComputed":
      return [move("let the chain compute one element"), elementComputed(before, detail)];
  }
}

function leafCompared({ node, claimed, expected }: Named<"LeafCompared">): string {
  const what = node === 0n ? "unit's input" : "program's constant";
  return claimed === expected
    ? `It is the ${what}, ${claimed}: the challenge is false.`
    : `The worker claimed ${claimed} where the ${what} is ${expected}: the claim is false.`;
}

function elementComputed({ header }: Game, event: Named<"ElementComputed">): string {
  const { row, col, claimed, computed } = event;
  const { rows, cols } = headerOfWord(header);
  const inside = row < BigInt(rows) && col < BigInt(cols);
  const where = `row ${row}, column ${col}${inside ? "" : ", which is padding"}`;
  return claimed === computed
    ? `The chain computed ${computed} for ${where}, as the worker claimed: the challenge is false.`
    : `The chain computed ${computed} for ${where}, where the worker claimed ${claimed}: the claim is false.`;
}

function timedOut(game: Game, { outcome }: Named<"GameOver">): string[] {
  if (isDecided(game)) return [];
  if (outcome === Outcome.Proved || outcome === Outcome.Lapsed) {
    return ["The worker did not answer in time: its claim counts as false."];
  }
  return outcome === Outcome.Refuted
    ? ["The challenger did not move in time: its challenge counts as false."]
    : [];
}

function over(
  { bond }: Game,
  { outcome, toChallenger, toWorker }: Named<"GameOver">,
  { job, amount }: Context,
): string[] {
  const gained = amount(toChallenger - bond);
  const treasury = amount(bond - toChallenger - toWorker);
  const lost = `the worker got ${amount(toWorker)} for its answers, the treasury ${treasury}.`;
  switch (outcome) {
    case Outcome.Proved:
      return [
        `The challenger got its bond back and ${gained} of the job's bond.`,
        ...slashed(job, amount),
      ];
    case Outcome.Refuted:
      return [`The challenger lost its bond of ${amount(bond)}: ${lost}`];
    case Outcome.Conceded:
      return [`The challenger gave up and got ${amount(toChallenger)} back: ${lost}`];
    case Outcome.Superseded:
      return [
        "Another game proved the claim false before.",
        `The challenger got its bond back and ${gained} for the answers that it got.`,
      ];
    case Outcome.Lapsed:
      return [
        "The job had been accepted before: the challenger got its bond back and nothing more.",
      ];
  }
}

function slashed(job: JobRecord | undefined, amount: Context["amount"]): string[] {
  if (job?.end?.name !== "JobSlashed") return [];
  const { refund, reward, held } = job.end;
  return [
    `The client got ${amount(refund)} back.`,
    `Of the provider's bond ${amount(reward)} went to challengers and ${amount(held)} is held.`,
  ];
}

/** What is below the current node. */
function placeOf(game: Game, { program }: Context): string {
  const { stage, unit, header } = game;
  if (stage === Stage.Units) return unitsOf(game);
  if (stage === Stage.Trace) return `${below("node", game, program?.nodes.length)} of unit ${unit}`;
  return `${below("word", game)} of the result, ${describeHeader(headerOfWord(header))}`;
}

function unitsOf(game: Game): string {
  return below("unit", game, game.units);
}

/** The leaves below the current node, of a list of `length` if that is known. */
function below(leaf: string, { height, index }: Game, length?: number | bigint): string {
  const first = index << height;
  const end = first + (1n << height);
  const last = (length !== undefined && length < end ? BigInt(length) : end) - 1n;
  return first === last ? `${leaf} ${first}` : `${leaf}s ${first} to ${last}`;
}

function nodeOf(index: bigint, { program }: Context): string {
  const node = program?.nodes[Number(index)];
  return node === undefined
    ? `node ${index}`
    : describeNode(node, Number(index), program?.names?.[Number(index)]);
}

/** The time that a turn took; the turns that decide a game take none off the clocks. */
function took(game: Game, before: bigint, after: bigint): string {
  if (isDecided(game)) return "";
  return after === 0n ? " (its clock ran out)" : ` (${inUnits(before - after)} s)`;
}

function inUnits(amount: bigint): string {
  return amount.toLocaleString("en-US");
}
