/** Why a script ends without having done what it was asked. */
export type ScriptErrorCode =
  | "RPC_UNREACHABLE"
  | "NOT_DEPLOYED"
  | "NOT_REGISTERED"
  | "KEY_MISSING"
  | "KEYSTORE"
  | "PASSWORD"
  | "FILE"
  | "ARGUMENT"
  | "NOT_BUILT"
  | "WORKER"
  | "TIMEOUT"
  | "CHECK_FAILED"
  | "STOPPED";

/** A script cannot go on; the message says what to do next. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";

  constructor(
    readonly code: ScriptErrorCode,
    message: string,
    options?: ErrorOptions & { readonly retryable?: boolean },
  ) {
    super(message, options);
    this.retryable = options?.retryable ?? false;
  }

  /** Whether the same command may work later. */
  readonly retryable: boolean;
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
