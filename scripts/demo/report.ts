import Table from "cli-table3";

import { ScriptError } from "../shared/errors";

const TEXT_WIDTHS = [10, 84, 10];
const PLAIN = { head: [], border: [] };
/** No lines between rows. */
const DENSE = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };

/** Runs a part of an act, and says what it was and how long it took. */
export async function step<Result>(what: string, act: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const result = await act();
  console.log(`${what} (${formatMs(performance.now() - started)})`);
  return result;
}

/** A time in seconds. */
export function formatMs(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

/** Prints a table of names and values under a title. */
export function printFacts(title: string, facts: Readonly<Record<string, unknown>>): void {
  const table = new Table({ head: [title, ""], style: PLAIN });
  for (const [name, value] of Object.entries(facts)) table.push([name, String(value)]);
  console.log(table.toString());
}

/** Prints a table whose columns hold numbers, but for the first, or so many at the left. */
export function printRows(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  texts = 1,
): void {
  const colAligns = head.map((_, i): "left" | "right" => (i < texts ? "left" : "right"));
  const table = new Table({ head: [...head], colAligns, style: PLAIN, chars: DENSE });
  for (const row of rows) table.push([...row]);
  console.log(table.toString());
}

/** Prints a table of a name, a text and a number; the text is broken into lines. */
export function printTexts(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const table = new Table({
    head: [...head],
    colWidths: TEXT_WIDTHS,
    colAligns: ["left", "left", "right"],
    wordWrap: true,
    style: PLAIN,
  });
  for (const row of rows) table.push([...row]);
  console.log(table.toString());
}

/** Throws `ScriptError` CHECK_FAILED unless `what` holds. */
export function requireTrue(what: string, holds: boolean): void {
  if (!holds) throw new ScriptError("CHECK_FAILED", `it should be that ${what}, but it is not`);
}

/** Throws `ScriptError` CHECK_FAILED unless `actual` is what it should be. */
export function requireEqual(what: string, actual: unknown, expected: unknown): void {
  if (actual === expected) return;
  const message = `${what} is ${String(actual)}, but should be ${String(expected)}`;
  throw new ScriptError("CHECK_FAILED", message);
}
