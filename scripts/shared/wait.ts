import { setTimeout as sleep } from "node:timers/promises";

import { ScriptError } from "./errors";

/** How often to look, and for how long. */
export interface WaitOptions {
  /** What is waited for, for the message. */
  readonly what: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
}

/**
 * Looks until `look` gives something other than undefined. Throws what `look` throws, and
 * `ScriptError` TIMEOUT (retryable).
 */
export async function waitFor<Result>(
  { what, everyMs, timeoutMs }: WaitOptions,
  look: () => Promise<Result | undefined>,
): Promise<Result> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() >= until) {
      const message = `${what} took more than ${timeoutMs / 1_000} s`;
      throw new ScriptError("TIMEOUT", message, { retryable: true });
    }
    await sleep(everyMs);
  }
}
