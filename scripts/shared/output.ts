import { printable } from "../../worker/src/printable";

/** What a failed command tells of its error. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/** Prints what a command did: `value` as JSON, whole numbers as decimal strings, or `lines`. */
export function printResult(json: boolean, value: object, lines: readonly string[]): void {
  console.log(json ? toJson(value) : lines.map(printable).join("\n"));
}

/** Prints what a command is about to do, to the standard error, where it is in nobody's way. */
export function printNotice(lines: readonly string[]): void {
  console.error(lines.map(printable).join("\n"));
}

/** Prints why a command failed, to the standard error. */
export function printError(report: ErrorReport, json: boolean): void {
  const lines = `error ${report.code}: ${report.message}`.split("\n").map(printable);
  console.error(json ? toJson({ error: report }) : lines.join("\n"));
}

/** JSON in which a bigint is a decimal string. */
export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === "bigint" ? item.toString() : item),
    2,
  );
}

/** Lines of names and values, the values below each other. */
export function fields(values: Readonly<Record<string, unknown>>): string[] {
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  return Object.entries(values).map(([name, value]) => `${name.padEnd(width)}  ${String(value)}`);
}

/** Lines of cells, each column as wide as its widest. */
export function columns(rows: readonly (readonly unknown[])[]): string[] {
  const cells = rows.map((row) => row.map(String));
  const widths = cells[0].map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  return cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join("  ")
      .trimEnd(),
  );
}
