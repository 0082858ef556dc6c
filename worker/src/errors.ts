/** Base of the worker's errors: a code to act on, and whether trying again later may help. */
export class WorkerError<Code extends string = string> extends Error {
  override readonly name: string = "WorkerError";

  constructor(
    readonly code: Code,
    message: string,
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether trying again later may help. Errors that are not the worker's own are final. */
export function isRetryable(error: unknown): boolean {
  return error instanceof WorkerError && error.retryable;
}

/** Code of an error for logs and records; `UNKNOWN` if it carries none. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "UNKNOWN";
}

/** An error, what caused it, what caused that, and so on. */
export function causesOf(error: unknown): readonly unknown[] {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? [error] : [error, ...causesOf(cause)];
}

/** Message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether `error` says that a signal was aborted. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
