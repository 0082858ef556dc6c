/** Times calls of objects by the part that they belong to; calls that overlap count once. */
export class Stopwatch<Part extends string> {
  private readonly parts: ReadonlyMap<Part, { running: number; since: number; spent: number }>;

  constructor(parts: readonly Part[]) {
    this.parts = new Map(parts.map((part) => [part, { running: 0, since: 0, spent: 0 }]));
  }

  /** `target`, whose methods are timed. */
  timed<Target extends object>(name: Part, target: Target): Target {
    return new Proxy(target, {
      get: (inner, key) => {
        const member: unknown = Reflect.get(inner, key, inner);
        if (typeof member !== "function") return member;
        return (...args: unknown[]): unknown => {
          const stop = this.start(name);
          const result: unknown = Reflect.apply(member, inner, args);
          if (result instanceof Promise) return result.finally(stop);
          stop();
          return result;
        };
      },
    });
  }

  /** Milliseconds by part since the last `reset`. */
  read(): Readonly<Record<Part, number>> {
    const entries = [...this.parts].map(([name, { spent }]) => [name, spent]);
    return Object.fromEntries(entries) as Record<Part, number>;
  }

  /** Forgets what was spent. */
  reset(): void {
    for (const part of this.parts.values()) part.spent = 0;
  }

  private start(name: Part): () => void {
    const part = this.parts.get(name);
    if (part === undefined) throw new RangeError(`there is no part ${name}`);
    if (part.running++ === 0) part.since = performance.now();
    return () => {
      if (--part.running === 0) part.spent += performance.now() - part.since;
    };
  }
}
