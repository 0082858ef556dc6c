import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** Where the measurements of games are kept. */
export const MEASURED_FILE = resolve(__dirname, "../../docs/disputes.json");

/** A transaction of a game. */
export interface PlayedMove {
  readonly by: "worker" | "challenger" | "anyone";
  readonly call: string;
  /** Of the whole transaction. */
  readonly gas: number;
  /** Of its data. */
  readonly bytes: number;
}

/** A game about one false digit. Amounts are in whole tokens. */
export interface MeasuredGame {
  /** What it is about, and the sentences of `explainGame`. */
  readonly story: readonly string[];
  readonly moves: readonly PlayedMove[];
  /** What each has more or less when the game is over. */
  readonly balances: Readonly<Record<string, string>>;
}

/** Challenges of an honest job, all at once and each about another unit, given up when answered. */
export interface MeasuredOverload {
  readonly games: number;
  readonly workerGas: number;
  readonly challengerGas: number;
  /** In whole tokens. */
  readonly bonds: string;
  /** What the challenger lost of them. */
  readonly lost: string;
  /** What the worker got of that. */
  readonly fees: string;
}

/** What `npm run docs:disputes` measures. */
export interface Measured {
  readonly game: MeasuredGame;
  readonly overload: MeasuredOverload;
}

/** The committed measurements. */
export function readMeasured(): Measured {
  return JSON.parse(readFileSync(MEASURED_FILE, "utf8")) as Measured;
}
