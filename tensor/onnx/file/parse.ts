import { OnnxError, demand } from "../errors";
import { ConstantReader, checkDims, kindOf } from "./constants";
import { LIMITS } from "./limits";
import { ATTRIBUTE_TYPES, toNumber } from "./schema";
import { decodeModelMessage } from "./wire";
import type { NodeName } from "../errors";
import type { AttributeValue, Graph, GraphInput, GraphNode } from "../graph/graph";
import type { FloatTensor } from "../graph/tensor";
import type { LoadExternal } from "./constants";
import type { AttributeMessage, GraphMessage, NodeMessage, ValueInfoMessage } from "./schema";

/** Versions of the ONNX operators that an import knows. */
export const OPSETS = { least: 7, greatest: 23 } as const;

/**
 * Reads an ONNX file. Throws `OnnxError` PROTOBUF, LIMIT, DIMENSION, TYPE, EXTERNAL_DATA, OPSET,
 * ATTRIBUTE, OPERATOR (of another domain), or DUPLICATE (two values of one name).
 *
 * @param load reads weights that lie in other files; without it there are none.
 */
export function parseOnnx(bytes: Uint8Array, load?: LoadExternal): Graph {
  const { graph, opsetImport } = decodeModelMessage(bytes);
  if (graph === null) throw new OnnxError("PROTOBUF", "the file has no graph");
  const opset = toNumber(opsetImport.find(({ domain }) => isOwnDomain(domain))?.version ?? 0);
  const known = opset >= OPSETS.least && opset <= OPSETS.greatest;
  demand(known, "OPSET", `opset ${opset} is not ${OPSETS.least} to ${OPSETS.greatest}`);
  demand(graph.node.length <= LIMITS.nodes, "LIMIT", `a graph has at most ${LIMITS.nodes} nodes`);
  demand(graph.sparseInitializer.length === 0, "TYPE", "sparse constants are not supported");

  const reader = new ConstantReader(load);
  const constants = readConstants(graph, reader);
  const inputs = graph.input.filter(({ name }) => !constants.has(name)).map(readInput);
  demand(inputs.length <= LIMITS.nodes, "LIMIT", `a graph has at most ${LIMITS.nodes} inputs`);
  const nodes = graph.node.map((node, index) => readNode(node, index, reader));
  checkNames(constants, inputs, nodes);
  demand(graph.output.length > 0, "OUTPUT", "the graph has no output");
  return { opset, inputs, outputs: graph.output.map(({ name }) => name), constants, nodes };
}

function isOwnDomain(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}

function readConstants(graph: GraphMessage, reader: ConstantReader): Map<string, FloatTensor> {
  const constants = new Map<string, FloatTensor>();
  for (const message of graph.initializer) {
    const { name } = message;
    demand(!constants.has(name), "DUPLICATE", `there are two constants "${name}"`);
    constants.set(name, reader.read(message));
  }
  return constants;
}

function readInput({ name, type }: ValueInfoMessage): GraphInput {
  const tensor = type?.tensorType;
  if (tensor === null || tensor === undefined) {
    throw new OnnxError("TYPE", `input "${name}" is not a tensor`);
  }
  const kind = kindOf(tensor.elemType, name);
  const dims = tensor.shape?.dim.map((dim) => {
    const value = toNumber(dim.dimValue);
    return value === 0 ? undefined : value;
  });
  checkDims(dims?.map((dim) => dim ?? 1) ?? [], name);
  return { name, kind, dims };
}

function readNode(message: NodeMessage, index: number, reader: ConstantReader): GraphNode {
  const { input, output, opType: operator, domain } = message;
  const at = { name: message.name || (output[0] ?? `node ${index}`), operator };
  demand(isOwnDomain(domain), "OPERATOR", `the domain "${domain}" is not supported`, at);
  const attributes = new Map(
    message.attribute.map((attribute) => [attribute.name, readAttribute(attribute, at, reader)]),
  );
  return { ...at, inputs: input, outputs: output, attributes };
}

function readAttribute(
  message: AttributeMessage,
  at: NodeName,
  reader: ConstantReader,
): AttributeValue {
  switch (message.type) {
    case ATTRIBUTE_TYPES.f:
      return message.f;
    case ATTRIBUTE_TYPES.i:
      return toNumber(message.i);
    case ATTRIBUTE_TYPES.s:
      return Buffer.from(message.s).toString("utf8");
    case ATTRIBUTE_TYPES.floats:
      return message.floats;
    case ATTRIBUTE_TYPES.ints:
      return message.ints.map(toNumber);
    case ATTRIBUTE_TYPES.g:
      return { graph: true };
    case ATTRIBUTE_TYPES.t:
      if (message.t !== null) return reader.read(message.t);
  }
  const text = `attribute "${message.name}" is of kind ${message.type}, which is not supported`;
  throw new OnnxError("ATTRIBUTE", text, at);
}

function checkNames(
  constants: ReadonlyMap<string, FloatTensor>,
  inputs: readonly GraphInput[],
  nodes: readonly GraphNode[],
): void {
  const names = new Set(constants.keys());
  for (const { name } of inputs) {
    demand(!names.has(name), "DUPLICATE", `there are two values "${name}"`);
    names.add(name);
  }
  for (const node of nodes) {
    for (const name of node.outputs.filter((output) => output !== "")) {
      demand(!names.has(name), "DUPLICATE", `there are two values "${name}"`, node);
      names.add(name);
    }
  }
}
