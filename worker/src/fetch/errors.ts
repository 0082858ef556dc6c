import { WorkerError } from "../errors";

/** Why a document was not fetched. */
export type FetchErrorCode =
  | "URI"
  | "SCHEME"
  | "HOST"
  | "ADDRESS"
  | "PATH"
  | "REDIRECT"
  | "STATUS"
  | "ENCODING"
  | "TOO_LARGE"
  | "TIMEOUT"
  | "NETWORK"
  | "NOT_FOUND";

const RETRYABLE: ReadonlySet<FetchErrorCode> = new Set(["STATUS", "TIMEOUT", "NETWORK"]);

/** A document that the policy forbids or that could not be read. */
export class FetchError extends WorkerError<FetchErrorCode> {
  override readonly name = "FetchError";

  constructor(code: FetchErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, RETRYABLE.has(code), options);
  }
}
