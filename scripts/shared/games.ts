import {
  Outcome,
  Stage,
  explainGame,
  getJob,
  isAtUnit,
  isDecided,
  jobIdOf,
} from "../../sdk/src/index";
import type { ErgonClient, Game, GameRecord, Turn } from "../../sdk/src/index";
import { readModel } from "./files";
import { fields } from "./output";
import { formatAmount, readToken } from "./token";
import type { Token } from "./token";
import { formatTime } from "./values";

/** What there is to say of a game; the first line tells where it stands. */
export function describeGame(record: GameRecord, turn: Turn | undefined, token: Token): string[] {
  const { game } = record;
  return [
    gameLine(record, turn),
    ...fields({
      challenger: game.challenger,
      bond: formatAmount(token, game.bond),
      place: placeOf(game),
      answers: game.answers,
      "worker's clock": `${game.workerClock} s`,
      "challenger's clock": `${game.challengerClock} s`,
    }),
  ];
}

/** Where a game stands, in one line. */
export function gameLine({ id, game, end }: GameRecord, turn: Turn | undefined): string {
  return `game ${id} about job ${jobIdOf(id)}: ${standing(game, end, turn)}`;
}

/** What happened in a game in plain words; a model file names the nodes of its program. */
export async function storyOf(
  client: ErgonClient,
  game: GameRecord,
  modelFile?: string,
): Promise<string[]> {
  const [job, token, model] = await Promise.all([
    getJob(client, { id: jobIdOf(game.id) }),
    readToken(client, game.game.token),
    modelFile === undefined ? undefined : readModel(modelFile),
  ]);
  const inTokens = (amount: bigint): string => formatAmount(token, amount);
  return explainGame({ game, job, program: model?.program, formatAmount: inTokens });
}

function standing(game: Game, end: GameRecord["end"], turn: Turn | undefined): string {
  if (end !== undefined) return `over, ${nameIn(Outcome, end.outcome)}`;
  if (turn !== undefined) return `the ${turn.side}'s turn until ${formatTime(turn.until)}`;
  return `decided, ${nameIn(Stage, game.stage)}; anybody may resolve it`;
}

function placeOf(game: Game): string {
  const { stage, height, unit, index } = game;
  if (isDecided(game)) return `unit ${unit}, decided`;
  if (stage === Stage.Trace) return `unit ${unit}, node ${index} of height ${height} of the trace`;
  if (stage === Stage.Tensor) return `unit ${unit}, node ${index} of height ${height} of a result`;
  return isAtUnit(game) ? `unit ${unit}` : `node ${index} of height ${height} of the outputs`;
}

function nameIn<Value extends bigint>(
  names: Readonly<Record<string, Value>>,
  value: Value,
): string {
  const found = Object.entries(names).find(([, each]) => each === value);
  return found === undefined ? String(value) : found[0].toLowerCase();
}
