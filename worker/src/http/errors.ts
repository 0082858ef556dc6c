import { WorkerError } from "../errors";

/** Why a request is not served. */
export type HttpErrorCode =
  | "BUSY"
  | "RATE"
  | "ID"
  | "NOT_FOUND"
  /** The body is not what the route takes. */
  | "BODY"
  /** The challenge was not given here for this, is too old, or was answered before. */
  | "CHALLENGE"
  /** The holder did not sign this. */
  | "SIGNATURE"
  /** There is no such session, or it ended. */
  | "SESSION"
  /** The licence was not granted, is somebody else's, or ended. */
  | "LICENCE"
  | "HOLDER"
  | "EXPIRED"
  /** The file has no such bytes. */
  | "RANGE"
  /** The session may not get so many bytes more. */
  | "QUOTA";

/** A request that is not served. */
export class HttpError extends WorkerError<HttpErrorCode> {
  override readonly name = "HttpError";

  constructor(code: HttpErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, code === "BUSY" || code === "RATE", options);
  }
}

const STATUS: Readonly<Record<string, number>> = {
  "HttpError BUSY": 503,
  "HttpError RATE": 429,
  "HttpError ID": 422,
  "HttpError NOT_FOUND": 404,
  "HttpError BODY": 422,
  "HttpError CHALLENGE": 401,
  "HttpError SIGNATURE": 401,
  "HttpError SESSION": 401,
  "HttpError LICENCE": 403,
  "HttpError HOLDER": 403,
  "HttpError EXPIRED": 403,
  "HttpError RANGE": 416,
  "HttpError QUOTA": 403,
  "BlobError ID": 404,
  "BlobError FULL": 507,
  "BlobError CORRUPT": 404,
  "BidError BUSY": 503,
  "ChainError RPC": 503,
};

/** HTTP status of an error that was thrown while a request was served; 500 if it is unknown. */
export function statusOf(error: unknown): number {
  if (!(error instanceof Error)) return 500;
  if (error instanceof WorkerError) {
    const status = STATUS[`${error.name} ${error.code}`];
    if (status !== undefined) return status;
    return error.name === "BidError" || error.name === "RunError" ? 422 : 500;
  }
  const { statusCode } = error as Error & { readonly statusCode?: number };
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}
