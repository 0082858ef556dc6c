import { parse } from "protobufjs";

/** Element types of ONNX that the comparisons use, by code. */
export const ELEMENT_TYPES = { float32: 1, int8: 3, int32: 6, int64: 7 } as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
}

export interface OnnxConstant extends OnnxValue {
  readonly data: Float32Array | Int8Array | BigInt64Array;
}

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Attributes that are lists of integers. */
  readonly attributes?: Readonly<Record<string, readonly number[]>>;
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
  readonly nodes: readonly OnnxNode[];
}

const IR_VERSION = 8;
const OPSET_VERSION = 17;
const INTS = 7;

// The fields of the ONNX schema that these graphs need.
const MODEL = parse(`
  syntax = "proto2";
  message Attribute { optional string name = 1; repeated int64 ints = 8; optional int32 type = 20; }
  message Node {
    repeated string input = 1;
    repeated string output = 2;
    optional string op_type = 4;
    repeated Attribute attribute = 5;
  }
  message Tensor {
    repeated int64 dims = 1;
    optional int32 data_type = 2;
    optional string name = 8;
    optional bytes raw_data = 9;
  }
  message Dimension { optional int64 dim_value = 1; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { optional int32 elem_type = 1; optional Shape shape = 2; }
  message Type { optional TensorType tensor_type = 1; }
  message Value { optional string name = 1; optional Type type = 2; }
  message Graph {
    repeated Node node = 1;
    optional string name = 2;
    repeated Tensor initializer = 5;
    repeated Value input = 11;
    repeated Value output = 12;
  }
  message OperatorSet { optional string domain = 1; optional int64 version = 2; }
  message Model {
    optional int64 ir_version = 1;
    optional Graph graph = 7;
    repeated OperatorSet opset_import = 8;
  }
`).root.lookupType("Model");

/** A graph as the bytes of an ONNX file. */
export function encodeOnnx({ inputs, outputs, constants, nodes }: OnnxGraph): Uint8Array {
  const value = ({ name, type, dims }: OnnxValue) => ({
    name,
    type: {
      tensorType: {
        elemType: ELEMENT_TYPES[type],
        shape: { dim: dims.map((dimValue) => ({ dimValue })) },
      },
    },
  });
  const model = {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: "", version: OPSET_VERSION }],
    graph: {
      name: "bench",
      input: inputs.map(value),
      output: outputs.map(value),
      initializer: constants.map(({ name, type, dims, data }) => ({
        name,
        dims,
        dataType: ELEMENT_TYPES[type],
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      })),
      node: nodes.map(({ type, inputs: input, output, attributes = {} }) => ({
        opType: type,
        input,
        output: [output],
        attribute: Object.entries(attributes).map(([name, ints]) => ({ name, ints, type: INTS })),
      })),
    },
  };
  return MODEL.encode(MODEL.fromObject(model)).finish();
}
