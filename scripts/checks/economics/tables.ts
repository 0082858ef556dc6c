import {
  TermsClass,
  answerFees,
  ceilDiv,
  challengeBondOf,
  clockOf,
  disputeTime,
  incrementOf,
  longestGameOf,
  windowOf,
} from "../../../sdk/src/index";
import { crowdingOf } from "./crowding";
import { deterringBond } from "./deterrence";
import type { Measured, MeasuredGame, MeasuredOverload } from "../../docs/measured";
import type { Claim } from "./claims";

const CLASSES = { fast: TermsClass.Fast, standard: TermsClass.Standard, high: TermsClass.High };
const HOUR = 3_600n;
const DAY = 24n * HOUR;
/** A price to take multiples of, in payment-token units. */
const PRICE = 1_000_000n;
/** A job of 64 units. */
const UNITS_DEPTH = 6;
const TOKEN = 1_000_000n;

/** The times of each class. */
export function timesTable(): string {
  const rows = Object.entries(CLASSES).map(([name, termsClass]) => {
    const [window, longest] = [windowOf(termsClass), longestGameOf(termsClass)];
    const [clock, increment] = [clockOf(termsClass), incrementOf(termsClass)];
    const latest = window + disputeTime(longest);
    return [name, ...[window, clock, increment, longest, latest].map(duration)];
  });
  const head = ["class", "window", "clock of each side", "increment", "longest game", "latest end"];
  return table(head, rows);
}

/** The bonds that deter, in multiples of the price. */
export function deterrenceTable(): string {
  const rows = [100n, 200n, 500n, 1_000n, 2_000n, 5_000n].map((probability) => [
    `${probability / 100n} %`,
    ...[false, true].map((approved) => times(deterringBond(PRICE, probability, approved))),
  ]);
  return table(["p", "least bond", "least bond if approved unseen"], rows);
}

/** What it takes to keep 64 games live on a job of 64 units, in multiples of the price. */
export function crowdingTable(): string {
  const rows = [2n, 10n, 22n, 110n].map((multiple) => {
    const { capital, cost, nextBond } = crowdingOf(PRICE, multiple * PRICE, 0n, UNITS_DEPTH);
    const honest = challengeBondOf({ price: PRICE, bond: multiple * PRICE, floor: 0n, live: 0n });
    return [multiple * PRICE, honest, capital, cost, nextBond].map(times);
  });
  const head = ["job's bond", "first challenge", "bonds of 64 games", "lost if given up"];
  return table([...head, "challenge after them"], rows);
}

/** What was measured of a flood of challenges, and which gas prices fees keep up with. */
export function overloadTables({ game, overload }: Measured): string {
  return [measuredTable(overload), feesTable(game)].join("\n\n");
}

function measuredTable({ workerGas, challengerGas, bonds, lost, fees }: MeasuredOverload): string {
  return table(
    ["", "gas", "bonds", "lost", "got"],
    [
      ["challenger", grouped(challengerGas), `${bonds} TUSD`, `${lost} TUSD`, "–"],
      ["worker", grouped(workerGas), "–", "–", `${fees} TUSD`],
    ],
  );
}

function feesTable({ moves }: MeasuredGame): string {
  const answers = moves.filter(({ by, call }) => by === "worker" && call === "reveal").length;
  const gas = moves.reduce((sum, move) => (move.by === "worker" ? sum + move.gas : sum), 0);
  const rows = [1n, 20n, 200n, 2_000n].map((tokens) => {
    const floor = tokens * TOKEN;
    const bond = challengeBondOf({ price: 0n, bond: floor, floor, live: 0n });
    const fee = answerFees(bond, 1n);
    const perMillion = (Number(fee) / Number(TOKEN) / (gas / answers)) * 1e6;
    return [`${tokens} TUSD`, inTokens(bond), inTokens(fee), `${perMillion.toFixed(3)} TUSD`];
  });
  const head = [
    "bond floor",
    "first challenge",
    "fee for an answer",
    "pays for a million gas up to",
  ];
  return table(head, rows);
}

/** A game: its story, its transactions, and what each has afterwards. */
export function gameSection({ story, moves, balances }: MeasuredGame): string {
  const total = moves.reduce((sum, { gas }) => sum + gas, 0);
  const rows = moves.map(({ by, call, gas, bytes }) => {
    return [by, `\`${call}\``, grouped(gas), grouped(bytes)];
  });
  return [
    story.map((sentence) => `- ${sentence.replace(/"/g, "`")}`).join("\n"),
    table(["by", "call", "gas", "bytes of data"], [...rows, ["", "together", grouped(total), ""]]),
    table(Object.keys(balances), [Object.values(balances).map((amount) => `${amount} TUSD`)]),
  ].join("\n\n");
}

/** What was tried, and on how many cases. */
export function claimsList(claims: readonly Claim[]): string {
  return claims.map(({ sentence, cases }) => `- ${sentence} (${grouped(cases)} cases)`).join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [head, head.map(() => "---"), ...rows].map(line).join("\n");
}

/** An amount in multiples of the price, rounded up to a hundredth. */
function times(amount: bigint): string {
  return `${Number(ceilDiv(amount * 100n, PRICE)) / 100} × price`;
}

function duration(seconds: bigint): string {
  if (seconds < HOUR) return `${seconds / 60n} minutes`;
  const [unit, name] = seconds < 2n * DAY ? [HOUR, "hours"] : [DAY, "days"];
  const amount = Math.round((Number(seconds) / Number(unit)) * 10) / 10;
  return `${amount} ${amount === 1 ? name.slice(0, -1) : name}`;
}

function inTokens(amount: bigint): string {
  return `${Number(amount) / Number(TOKEN)} TUSD`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
