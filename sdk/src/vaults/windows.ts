/** The length of a vault's windows, in seconds. */
export const EXIT_WINDOW = 21n * 86_400n;

/** How long a window waits for frozen jobs after its end, in seconds. */
export const EXIT_PATIENCE = 20n * 86_400n;

/** The first second of a window, since 1970. */
export function windowStart(requestId: bigint): bigint {
  return requestId * EXIT_WINDOW;
}
