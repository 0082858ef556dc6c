import { WorkerError } from "../errors";

/** Why a request is not served. */
export type HttpErrorCode = "BUSY" | "RATE" | "ID" | "NOT_FOUND";

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
