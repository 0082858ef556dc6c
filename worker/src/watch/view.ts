import { ownOutputs } from "./check";
import type { Check } from "./check";
import type { WatchContext } from "./context";
import type { Demanded } from "./deliveries";
import type { CheckView, DemandState } from "./nextStep";
import { headerWord, sameHex, winnerOf } from "../../../sdk/src/index";
import type { JobRecord } from "../../../sdk/src/index";
import { decodeTensor, layoutOf, openWords } from "../../../tensor/src/index";

/** Which blocks are looked at. */
export interface Blocks {
  /** The newest. */
  readonly head: number;
  /** The last that is final. */
  readonly final: number;
}

/** What the chain says of a check, and of the demand that the watcher made. */
export interface WatchView extends CheckView {
  readonly demanded?: Demanded;
}

/** Reads what the chain says of a check. Throws retryable `ChainError`s. */
export async function viewOf(
  check: Check,
  blocks: Blocks,
  context: WatchContext,
): Promise<WatchView> {
  const { disputes, deliveries, options } = context;
  const record = await disputes.job(check.jobId, blocks.final);
  const demands = options.withheld === "demand" && check.inputs !== undefined;
  const demanded = demands ? await deliveries.demanded(check.jobId, blocks.final) : undefined;
  const demand = demanded && (await demandState(check, demanded, context));
  return { record, demanded, demand, ...(await gamesOf(check, record, blocks, context)) };
}

/** The watcher's games. Those that have just begun count too, so that none is begun twice. */
async function gamesOf(
  check: Check,
  record: JobRecord | undefined,
  blocks: Blocks,
  { disputes, node }: WatchContext,
): Promise<Pick<WatchView, "games" | "seats" | "result">> {
  if (check.challenge === undefined || record === undefined) return { games: 0, seats: [] };
  const query = { job: check.jobId, challenger: node.address, from: check.block };
  const ids = await disputes.games({ ...query, to: blocks.head });
  const games = await Promise.all(ids.map((id) => disputes.load(id, blocks.head)));
  const seats = games.filter((game) => game !== undefined);
  const last = (await disputes.games({ ...query, to: blocks.final })).at(-1);
  const over = seats.length === 0 && last !== undefined && last === ids.at(-1);
  const result = over ? await resultOf(last, blocks.final, disputes) : undefined;
  return { games: ids.length, seats, result };
}

async function resultOf(
  id: bigint,
  block: number,
  disputes: WatchContext["disputes"],
): Promise<WatchView["result"]> {
  if ((await disputes.load(id, block)) !== undefined) return undefined;
  const { end } = await disputes.record(id, block);
  if (end === undefined) return undefined;
  return winnerOf(end.outcome) === "challenger" ? "won" : "lost";
}

async function demandState(
  check: Check,
  { piece, answerBy, shown, withheld }: Demanded,
  { tensors }: WatchContext,
): Promise<DemandState | undefined> {
  if (withheld) return { kind: "over" };
  if (shown === undefined) return { kind: "open", answerBy };
  const own = ownOutputs(check).get(check.sample);
  const file = own && (await tensors.get(own));
  if (file === undefined) return undefined;
  const output = decodeTensor(file);
  const [first, count] = [Number(piece.firstWord), 2 ** Number(piece.wordsLog2)];
  const { words } = openWords(output, first, Math.min(count, layoutOf(output).words));
  const header = headerWord(output);
  return { kind: "shown", right: header === shown.header && same(words, shown.words) };
}

function same(own: readonly string[], shown: readonly string[]): boolean {
  return own.length === shown.length && own.every((word, i) => sameHex(word, shown[i]));
}
