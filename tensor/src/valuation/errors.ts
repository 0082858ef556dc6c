/** What keeps points from being valued. */
export type ValuationErrorCode = "OPTIONS" | "POINT" | "TAG" | "COUNT" | "STATE";

/** Options, points, tags or a state that no valuation can have. Final: the same ones fail again. */
export class ValuationError extends Error {
  override readonly name = "ValuationError";

  constructor(
    readonly code: ValuationErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Throws a `ValuationError` unless `condition` holds. */
export function ensureValuation(
  condition: boolean,
  code: ValuationErrorCode,
  message: string,
): void {
  if (!condition) throw new ValuationError(code, message);
}
