/** What is wrong with a tensor, a tensor file, an opening or hexadecimal. */
export type TensorErrorCode =
  "SHAPE" | "TOO_LARGE" | "LENGTH" | "ELEMENT" | "HEADER" | "PADDING" | "INDEX" | "HEX";

/** A malformed tensor, tensor file, list or opening. Final: the same bytes fail again. */
export class TensorError extends Error {
  override readonly name = "TensorError";

  constructor(
    readonly code: TensorErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What is wrong with a program, a model file or the weights and inputs given with it. */
export type ProgramErrorCode =
  | "NODE_COUNT"
  | "ENCODING"
  | "OP"
  | "FUNCTION"
  | "DTYPE"
  | "INPUT_POSITION"
  | "OUTPUT"
  | "SHAPE"
  | "TOO_LARGE"
  | "UNUSED_FIELD"
  | "FIELD_RANGE"
  | "OPERAND"
  | "DOT_COLUMNS"
  | "DOT_ROWS"
  | "DOT_GROUPS"
  | "COLUMNS_LIMIT"
  | "MAP_SHIFT"
  | "REDUCE_COUNT"
  | "VIEW_LOOPS"
  | "VIEW_AXIS"
  | "VIEW_EXTENTS"
  | "VIEW_DIMS"
  | "VIEW_RANGE"
  | "TAKE_CHUNK"
  | "TAKE_COUNT"
  | "UNUSED_NODE"
  | "WORK"
  | "TRACE_BYTES"
  | "NAME"
  | "WEIGHT"
  | "INPUT"
  | "MAGIC"
  | "TRUNCATED"
  | "TRAILING";

/** A malformed program, model file or call. `node` is the index of the node at fault, if one is. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";

  constructor(
    readonly code: ProgramErrorCode,
    message: string,
    readonly node?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throws a `ProgramError` that names no node unless `condition` holds. */
export function ensure(condition: boolean, code: ProgramErrorCode, message: string): void {
  if (!condition) throw new ProgramError(code, message);
}
