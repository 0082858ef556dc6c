import {
  Outcome,
  accountOf,
  challengersShare,
  getJob,
  jobIdOf,
  totalBondOf,
  totalPriceOf,
} from "../../sdk/src/index";
import type { GameEvent, GameRecord, Job, JobEnd } from "../../sdk/src/index";
import { WasmExecutor, describeNode, tensorId } from "../../tensor/src/index";
import { argmax } from "../../tensor/train/network";
import { readClaims, tradersOf } from "./balances";
import type { Claims, Trader } from "./balances";
import type { Cast, Player } from "./cast";
import type { DigitOrder } from "./digits";
import { falseElement, falsified } from "./lie";
import { printFacts, requireEqual } from "./report";
import type { Trade } from "./trade";

/** Who has a part in a dispute. */
export type Party = Trader | "watcher";

/** What a game decided. */
export interface Verdict {
  readonly unit: number;
  /** What the digit is, and what the false answer says. */
  readonly label: number;
  readonly said: number;
  /** The number that the chain computed: of which node, and where in its result. */
  readonly node: string;
  readonly row: bigint;
  readonly col: bigint;
  readonly claimed: bigint;
  readonly computed: bigint;
  readonly job: Job;
  readonly slash: Extract<JobEnd, { name: "JobSlashed" }>;
}

type Named<Name extends GameEvent["name"]> = Extract<GameEvent, { name: Name }>;

/**
 * Holds a game and its job against the lie that was told about a unit. Throws `ScriptError`
 * CHECK_FAILED.
 */
export async function checkVerdict(
  { client, model }: Cast,
  { inputs, digits, delivery }: DigitOrder & Pick<Trade, "delivery">,
  unit: number,
  record: GameRecord,
): Promise<Verdict> {
  const truth = await new WasmExecutor().run(model, inputs);
  const wrong = truth.flatMap((each, i) => (tensorId(each) === delivery.ids[i] ? [] : [i]));
  requireEqual("the unit with a false answer", wrong.join(), String(unit));
  const [right, lie] = [truth[unit], falsified(truth[unit])];
  requireEqual("the false answer", delivery.ids[unit], tensorId(lie));
  requireEqual("the unit of the game", record.game.unit, BigInt(unit));

  const picked = only(record, "NodePicked");
  const last = model.program.nodes.length - 1;
  requireEqual("the node of the game", picked.index, BigInt(last));
  const { row, col, claimed, computed } = only(record, "ElementComputed");
  const element = falseElement(right);
  requireEqual("the row of the verdict", row, 0n);
  requireEqual("the column of the verdict", col, BigInt(element));
  requireEqual("the number claimed", claimed, BigInt(lie.data[element]));
  requireEqual("the number computed", computed, BigInt(right.data[element]));
  const label = argmax(right.data);
  requireEqual("what the model says of the digit", label, digits[unit].label);

  requireEqual("the outcome of the game", record.end?.outcome, Outcome.Proved);
  const { job, slash } = await checkSlash({ client }, record);
  const node = describeNode(model.program.nodes[last], last);
  const said = argmax(lie.data);
  return { unit, label, said, node, row, col, claimed, computed, job, slash };
}

/** What those who have a part in a dispute have in the Ledger. */
export async function readParties(cast: Cast, watcher: Player): Promise<Claims<Party>> {
  const accounts = { ...(await tradersOf(cast)), watcher: await accountOf(watcher.client) };
  return readClaims(cast.client, cast.token, accounts);
}

/** Prints what was false and what is true. */
export function reportVerdict(verdict: Verdict): void {
  const { unit, label, said, node, row, col, claimed, computed } = verdict;
  printFacts("verdict", {
    "digit in dispute": `number ${unit}, a ${label}; the answer said ${said}`,
    element: `row ${row}, column ${col} of ${node}`,
    "claimed by the worker": claimed,
    "computed by the chain": computed,
  });
}

/** The balances once a lie is proved; the escrow holds what is left of the bond. */
export function afterVerdict(before: Claims<Party>, { job, slash }: Verdict): Claims<Party> {
  return {
    client: before.client,
    provider: before.provider - totalBondOf(job),
    watcher: before.watcher + slash.reward,
    treasury: before.treasury,
    escrow: before.escrow + slash.held,
  };
}

/** The balances once the treasury has what was held. */
export function afterHold(verdict: Claims<Party>, { slash }: Verdict): Claims<Party> {
  const { treasury, escrow } = verdict;
  return { ...verdict, treasury: treasury + slash.held, escrow: escrow - slash.held };
}

async function checkSlash(
  { client }: Pick<Cast, "client">,
  { id, game, end }: GameRecord,
): Promise<Pick<Verdict, "job" | "slash">> {
  const { job, end: slash } = await getJob(client, { id: jobIdOf(id) });
  requireEqual("the end of the job", slash?.name, "JobSlashed");
  const { refund, reward, held } = slash as Verdict["slash"];
  const bond = totalBondOf(job);
  requireEqual("what the client gets back", refund, totalPriceOf(job));
  requireEqual("the reward", reward, challengersShare(bond));
  requireEqual("what is held of the bond", held, bond - reward);
  requireEqual("what the challenger gets", end?.toChallenger, game.bond + reward);
  return { job, slash: slash as Verdict["slash"] };
}

function only<Name extends GameEvent["name"]>({ events }: GameRecord, name: Name): Named<Name> {
  const found = events.filter((event): event is Named<Name> => event.name === name);
  requireEqual(`the number of events ${name}`, found.length, 1);
  return found[0];
}
