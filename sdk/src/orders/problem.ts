import { ADVICE } from "../errors/hints";

/** Why an order would not be filled, as the contracts would say it. */
export interface Problem {
  /** Name of the contract's error. */
  readonly errorName: string;
  /** Its arguments by name. */
  readonly args: Readonly<Record<string, bigint | string>>;
  /** What to do about it. */
  readonly hint?: string;
}

/** A contract's error with its arguments, unless `holds`. */
export function unless(holds: boolean, errorName: string, args: Problem["args"] = {}): Problem[] {
  if (holds) return [];
  const hint = ADVICE[errorName]?.hint;
  return [hint === undefined ? { errorName, args } : { errorName, args, hint }];
}
