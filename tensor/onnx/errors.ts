/** What keeps an ONNX model from becoming a program. */
export type OnnxErrorCode =
  | "PROTOBUF"
  | "LIMIT"
  | "DIMENSION"
  | "EXTERNAL_DATA"
  | "OPSET"
  | "DUPLICATE"
  | "CYCLE"
  | "UNDEFINED"
  | "OPERATOR"
  | "ATTRIBUTE"
  | "TYPE"
  | "SHAPE"
  | "NOT_CONSTANT"
  | "INPUT"
  | "OUTPUT"
  | "CALIBRATION";

/** The node at fault. */
export interface NodeName {
  readonly name: string;
  readonly operator: string;
}

/** An ONNX file or graph that cannot be imported. Final: the same file fails again. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
  /** Name of the node at fault, if one is. */
  readonly node?: string;
  /** Its operator. */
  readonly operator?: string;

  constructor(
    readonly code: OnnxErrorCode,
    message: string,
    at?: NodeName,
    options?: ErrorOptions,
  ) {
    super(at === undefined ? message : `${at.operator} "${at.name}": ${message}`, options);
    this.node = at?.name;
    this.operator = at?.operator;
  }
}

/** Throws an `OnnxError` unless `condition` holds. */
export function demand(
  condition: boolean,
  code: OnnxErrorCode,
  message: string,
  at?: NodeName,
): asserts condition {
  if (!condition) throw new OnnxError(code, message, at);
}
