import { Root } from "protobufjs";
import type { INamespace, Type } from "protobufjs";

type FieldRow = readonly [id: number, type: string, rule?: "repeated"];

/** The messages and fields of ONNX that an import reads; it skips all others. */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, FieldRow>>>> = {
  Model: {
    irVersion: [1, "int64"],
    graph: [7, "Graph"],
    opsetImport: [8, "OperatorSet", "repeated"],
  },
  OperatorSet: { domain: [1, "string"], version: [2, "int64"] },
  Graph: {
    node: [1, "Node", "repeated"],
    name: [2, "string"],
    initializer: [5, "Tensor", "repeated"],
    input: [11, "ValueInfo", "repeated"],
    output: [12, "ValueInfo", "repeated"],
    sparseInitializer: [15, "bytes", "repeated"],
  },
  Node: {
    input: [1, "string", "repeated"],
    output: [2, "string", "repeated"],
    name: [3, "string"],
    opType: [4, "string"],
    attribute: [5, "Attribute", "repeated"],
    domain: [7, "string"],
  },
  // A graph inside of a node is kept as bytes: no operator that has one is supported.
  Attribute: {
    name: [1, "string"],
    f: [2, "float"],
    i: [3, "int64"],
    s: [4, "bytes"],
    t: [5, "Tensor"],
    g: [6, "bytes"],
    floats: [7, "float", "repeated"],
    ints: [8, "int64", "repeated"],
    type: [20, "int32"],
  },
  Tensor: {
    dims: [1, "int64", "repeated"],
    dataType: [2, "int32"],
    floatData: [4, "float", "repeated"],
    int32Data: [5, "int32", "repeated"],
    int64Data: [7, "int64", "repeated"],
    name: [8, "string"],
    rawData: [9, "bytes"],
    doubleData: [10, "double", "repeated"],
    externalData: [13, "Entry", "repeated"],
    dataLocation: [14, "int32"],
  },
  Entry: { key: [1, "string"], value: [2, "string"] },
  ValueInfo: { name: [1, "string"], type: [2, "ValueType"] },
  ValueType: { tensorType: [1, "TensorType"] },
  TensorType: { elemType: [1, "int32"], shape: [2, "Shape"] },
  Shape: { dim: [1, "Dimension", "repeated"] },
  Dimension: { dimValue: [1, "int64"], dimParam: [2, "string"] },
};

function describe(): INamespace {
  const nested = Object.entries(MESSAGES).map(([name, rows]) => {
    const fields = Object.entries(rows).map(([field, [id, type, rule]]) => [
      field,
      { id, type, ...(rule === undefined ? {} : { rule }) },
    ]);
    return [name, { fields: Object.fromEntries(fields) }];
  });
  return { nested: Object.fromEntries(nested) };
}

/** The descriptor of an ONNX model, to decode and to encode. */
export const MODEL: Type = Root.fromJSON(describe()).resolveAll().lookupType("Model");

/** Element types of ONNX tensors, by code. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;

/** Kinds of attributes that are read, by code. */
export const ATTRIBUTE_TYPES = { f: 1, i: 2, s: 3, t: 4, g: 5, floats: 6, ints: 7 } as const;

/** A whole number as protobufjs reads it. */
export type Integer = number | { toNumber(): number };

/** A decoded `Tensor`; protobufjs gives absent scalars their default. */
export interface TensorMessage {
  readonly dims: readonly Integer[];
  readonly dataType: number;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly Integer[];
  readonly doubleData: readonly number[];
  readonly name: string;
  readonly rawData: Uint8Array;
  readonly externalData: readonly { readonly key: string; readonly value: string }[];
  readonly dataLocation: number;
}

export interface AttributeMessage {
  readonly name: string;
  readonly f: number;
  readonly i: Integer;
  readonly s: Uint8Array;
  readonly t: TensorMessage | null;
  readonly g: Uint8Array;
  readonly floats: readonly number[];
  readonly ints: readonly Integer[];
  readonly type: number;
}

export interface NodeMessage {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly opType: string;
  readonly attribute: readonly AttributeMessage[];
  readonly domain: string;
}

export interface ValueInfoMessage {
  readonly name: string;
  readonly type: {
    readonly tensorType: {
      readonly elemType: number;
      readonly shape: { readonly dim: readonly { readonly dimValue: Integer }[] } | null;
    } | null;
  } | null;
}

export interface GraphMessage {
  readonly node: readonly NodeMessage[];
  readonly initializer: readonly TensorMessage[];
  readonly input: readonly ValueInfoMessage[];
  readonly output: readonly ValueInfoMessage[];
  readonly sparseInitializer: readonly Uint8Array[];
}

export interface ModelMessage {
  readonly graph: GraphMessage | null;
  readonly opsetImport: readonly { readonly domain: string; readonly version: Integer }[];
}

/** A whole number as a double: exact below 2^53, and never in range beyond. */
export function toNumber(value: Integer): number {
  return typeof value === "number" ? value : value.toNumber();
}
