/** Something to be timed. */
export interface Candidate {
  readonly name: string;
  /** Units of work in one call. */
  readonly units: number;
  /** Calls in all; the first warms up and does not count, unless it is the only one. */
  readonly calls: number;
  run(): Promise<unknown>;
}

/** Least time of a unit, in microseconds, by name of candidate. */
export type Timings = Readonly<Record<string, number>>;

/**
 * Times candidates in turns, so that all see the same machine, and keeps the best time of each: what
 * else the machine does can only add to it.
 */
export async function timeInTurns(candidates: readonly Candidate[]): Promise<Timings> {
  const best: Record<string, number> = {};
  const turns = Math.max(...candidates.map(({ calls }) => calls));
  for (let turn = 0; turn < turns; turn++) {
    for (const { name, units, calls, run } of candidates) {
      if (turn >= calls) continue;
      const start = process.hrtime.bigint();
      await run();
      const micros = Number(process.hrtime.bigint() - start) / 1e3 / units;
      if (turn > 0 || calls === 1) best[name] = Math.min(best[name] ?? Infinity, micros);
    }
  }
  return best;
}

/** How many times faster `name` is than each other candidate. */
export function speedups(timings: Timings, name: string): Timings {
  const others = Object.entries(timings).filter(([other]) => other !== name);
  return Object.fromEntries(others.map(([other, time]) => [other, time / timings[name]]));
}
