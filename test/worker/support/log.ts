import type { Logger } from "../../../worker/src/log";

/** A log that keeps its lines. */
export function memoryLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (fields: unknown, message?: string): void => {
    lines.push(`${message ?? ""} ${JSON.stringify(fields)}`);
  };
  return { lines, debug: write, info: write, warn: write, error: write } as Logger & {
    readonly lines: string[];
  };
}
