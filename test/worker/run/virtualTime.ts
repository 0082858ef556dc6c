/** Time that passes only while all wait for it. */
export class VirtualTime {
  private ms = 0;
  private readonly waiting: { readonly until: number; wake(): void }[] = [];

  readonly now = (): number => this.ms;

  /** Waits `ms` milliseconds. */
  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.waiting.push({ until: this.ms + ms, wake });
      setImmediate(() => this.pass());
    });
  }

  private pass(): void {
    this.waiting.sort((a, b) => a.until - b.until);
    const next = this.waiting.shift();
    if (next === undefined) return;
    this.ms = Math.max(this.ms, next.until);
    next.wake();
  }
}
