/** Something to be timed. */
export interface Candidate {
  readonly name: string;
  /** Units of work in one call. */
  readonly units: number;
  /** Calls in all; the first warms up and does not count, unless it is the only one. */
  readonly calls: number;
  run(): Promise<unknown>;
}

/** The least time that a unit took, in microseconds. */
export interface Timing {
  /** From start to end. */
  readonly latency: number;
  /** Of all cores together: what a unit costs where others run beside it. */
  readonly coreTime: number;
}

/** Timings by name of candidate. */
export type Timings = Readonly<Record<string, Timing>>;

/**
 * Times candidates in turns, so that all see the same machine, and keeps the best of each: what else
 * the machine does can only add to a time.
 */
export async function timeInTurns(candidates: readonly Candidate[]): Promise<Timings> {
  const best: Record<string, Timing> = {};
  const turns = Math.max(...candidates.map(({ calls }) => calls));
  for (let turn = 0; turn < turns; turn++) {
    for (const { name, units, calls, run } of candidates) {
      if (turn >= calls) continue;
      const { latency, coreTime } = await time(run, units);
      if (turn === 0 && calls > 1) continue;
      best[name] = least(best[name] ?? { latency, coreTime }, { latency, coreTime });
    }
  }
  return best;
}

/** Times one call of `units` units. */
export async function time(run: () => Promise<unknown>, units: number): Promise<Timing> {
  const usage = process.cpuUsage();
  const start = process.hrtime.bigint();
  await run();
  const latency = Number(process.hrtime.bigint() - start) / 1e3 / units;
  const { user, system } = process.cpuUsage(usage);
  return { latency, coreTime: (user + system) / units };
}

/** The least of two timings, latency and core time apart. */
export function least(a: Timing, b: Timing): Timing {
  return {
    latency: Math.min(a.latency, b.latency),
    coreTime: Math.min(a.coreTime, b.coreTime),
  };
}

/** How many times less the candidate `name` takes than each other one. */
export function speedups(timings: Timings, name: string): Timings {
  const own = timings[name];
  const others = Object.entries(timings).filter(([other]) => other !== name);
  return Object.fromEntries(
    others.map(([other, { latency, coreTime }]) => [
      other,
      { latency: latency / own.latency, coreTime: coreTime / own.coreTime },
    ]),
  );
}
