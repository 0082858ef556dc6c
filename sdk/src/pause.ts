/** Waits `ms` milliseconds. Throws the reason of `signal` as soon as it is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** How to look at the chain again and again. */
export interface PollOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Milliseconds between two looks; 2,000 unless given. */
  readonly pollMs?: number;
}

/** Milliseconds between two looks at the chain, unless given. */
export const POLL_MS = 2_000;
