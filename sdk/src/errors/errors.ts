/** What went wrong, for programs to act on. */
export type ErgonErrorCode =
  | "REVERT"
  | "INPUT"
  | "NO_SIGNER"
  | "JOB_UNKNOWN"
  | "JOB_ENDED"
  | "JOB_INCONSISTENT"
  | "GAME_UNKNOWN"
  | "GAME_INCONSISTENT"
  | "CLAIM_FALSE"
  | "REVEAL_HIDDEN"
  | "AUDIT_REFUSED"
  | "REORG"
  | "NOT_MINED"
  | "REJECTED"
  | "GAS_FUNDS"
  | "HOST"
  | "RPC";

/**
 * Base of the SDK's errors: a code to act on, and whether the same call may work later without a
 * change of its arguments.
 */
export class ErgonError extends Error {
  override readonly name: string = "ErgonError";

  constructor(
    readonly code: ErgonErrorCode,
    message: string,
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An argument that no contract would accept. Final. */
export class InputError extends ErgonError {
  override readonly name = "InputError";

  constructor(message: string, options?: ErrorOptions) {
    super("INPUT", message, false, options);
  }
}

/** What a data host did not do. */
export class HostError extends ErgonError {
  override readonly name = "HostError";

  constructor(
    /**
     * The host's own code, such as `EXPIRED` or `HOLDER`; UNREACHABLE if it did not answer; MALFORMED or CHECKSUM if
     * what it sent is not what it should be.
     */
    readonly reason: string,
    message: string,
    retryable: boolean,
    options?: ErrorOptions,
  ) {
    super("HOST", `${reason}: ${message}`, retryable, options);
  }
}

/** What a contract answered when it refused a call. */
export interface Revert {
  /** Name of the custom error; `Error` or `Panic` for Solidity's own, `Unknown` if no ABI has it. */
  readonly errorName: string;
  /** The error's arguments by name. */
  readonly args: Readonly<Record<string, unknown>>;
  /** The encoded error. */
  readonly data: string;
  /** What to do next, for the common ones. */
  readonly hint?: string;
  /** Whether the same call may work later. */
  readonly retryable: boolean;
}

/** A contract refused a call. */
export class ErgonRevertError extends ErgonError {
  override readonly name = "ErgonRevertError";
  readonly errorName: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly data: string;
  readonly hint?: string;

  constructor(revert: Revert, options?: ErrorOptions) {
    const hint = revert.hint === undefined ? "" : `: ${revert.hint}`;
    super("REVERT", `${describe(revert)}${hint}`, revert.retryable, options);
    this.errorName = revert.errorName;
    this.args = revert.args;
    this.data = revert.data;
    this.hint = revert.hint;
  }
}

function describe({ errorName, args }: Revert): string {
  const list = Object.entries(args).map(([name, value]) => `${name} ${String(value)}`);
  return `${errorName}(${list.join(", ")})`;
}
