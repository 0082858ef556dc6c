/** What can go wrong around a deployment; tests and scripts tell errors apart by code. */
export type DeployErrorCode =
  "PARAMETERS_INVALID" | "ADDRESS_BOOK_MISSING" | "ADDRESS_BOOK_INVALID" | "DEPLOYMENT_UNEXPECTED";

/** A deployment cannot be made, read or trusted. */
export class DeployError extends Error {
  override readonly name = "DeployError";
  /** Trying again does not help: a file or the chain has to be other than it is. */
  readonly retryable = false;

  constructor(
    readonly code: DeployErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
