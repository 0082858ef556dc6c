import { ErgonError } from "./errors/errors";

/** How to look at the chain again and again. */
export interface PollOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Milliseconds between two looks; 2,000 unless given. */
  readonly pollMs?: number;
  /** Told of each error that may pass, after which it looks again. */
  readonly onRetry?: (error: ErgonError) => void;
}

const POLL_MS = 2_000;

/**
 * Looks until `look` gives something other than undefined. Throws the signal's reason as soon as that
 * is aborted, and what `look` throws unless it is retryable.
 */
export async function poll<Found>(
  { signal, pollMs = POLL_MS, onRetry }: PollOptions,
  look: () => Promise<Found | undefined>,
): Promise<Found> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof ErgonError) || !error.retryable) throw error;
      onRetry?.(error);
    }
    await pause(pollMs, signal);
  }
}

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
