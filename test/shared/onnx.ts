import { ATTRIBUTE_TYPES, ELEMENT_TYPES, MODEL } from "../../tensor/onnx/file/schema";

/** A value of a node's attribute: whole numbers are integers, others real. */
export type AttributeInput = number | string | readonly number[] | TensorInput | { float: number };

export interface TensorInput {
  readonly dims: readonly number[];
  readonly type?: keyof typeof ELEMENT_TYPES;
  readonly data: readonly number[] | Float32Array;
}

export interface NodeInput {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeInput>>;
  readonly domain?: string;
}

export interface GraphInputs {
  readonly opset?: number;
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  /** Inputs of whole numbers. */
  readonly whole?: readonly string[];
  readonly outputs: readonly string[];
  readonly constants?: Readonly<Record<string, TensorInput>>;
  readonly nodes: readonly NodeInput[];
}

/** The bytes of an ONNX file. */
export function encodeOnnx(graph: GraphInputs): Uint8Array {
  return encodeMessage(onnxMessage(graph));
}

/** The bytes of any message, right or wrong. */
export function encodeMessage(message: object): Uint8Array {
  return MODEL.encode(MODEL.fromObject(message)).finish();
}

/** A model as protobufjs takes it. */
export function onnxMessage({
  opset = 17,
  inputs,
  whole = [],
  outputs,
  constants = {},
  nodes,
}: GraphInputs) {
  return {
    irVersion: 8,
    opsetImport: [{ domain: "", version: opset }],
    graph: {
      name: "test",
      input: Object.entries(inputs).map(([name, dims]) =>
        valueInfo(name, dims, whole.includes(name)),
      ),
      output: outputs.map((name) => ({ name })),
      initializer: Object.entries(constants).map(([name, tensor]) => tensorMessage(tensor, name)),
      node: nodes.map(({ op, inputs: input, outputs: output, attributes = {}, domain }) => ({
        opType: op,
        domain,
        input,
        output,
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      })),
    },
  };
}

function valueInfo(name: string, dims: readonly (number | string)[], isWhole: boolean) {
  const dim = dims.map((length) =>
    typeof length === "number" ? { dimValue: length } : { dimParam: length },
  );
  const elemType = isWhole ? ELEMENT_TYPES.int64 : ELEMENT_TYPES.float32;
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function tensorMessage({ dims, type = "float32", data }: TensorInput, name = "") {
  const list = Array.from(data);
  const field = type === "float32" ? "floatData" : type === "int64" ? "int64Data" : "int32Data";
  return { name, dims, dataType: ELEMENT_TYPES[type], [field]: list };
}

function attribute(name: string, value: AttributeInput) {
  if (typeof value === "string") return { name, type: ATTRIBUTE_TYPES.s, s: Buffer.from(value) };
  if (typeof value === "number") return { name, type: ATTRIBUTE_TYPES.i, i: value };
  if ("float" in value) return { name, type: ATTRIBUTE_TYPES.f, f: value.float };
  if ("data" in value) return { name, type: ATTRIBUTE_TYPES.t, t: tensorMessage(value) };
  return { name, type: ATTRIBUTE_TYPES.ints, ints: value };
}
