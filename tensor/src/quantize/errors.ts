/** What keeps numbers from being quantised. */
export type QuantizeErrorCode = "LENGTH" | "RANGE" | "RATIO" | "OVERFLOW";

/** Float numbers that cannot be quantised as asked. Final: the same numbers fail again. */
export class QuantizeError extends Error {
  override readonly name = "QuantizeError";

  constructor(
    readonly code: QuantizeErrorCode,
    message: string,
  ) {
    super(message);
  }
}
