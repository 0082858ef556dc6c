import { dtypeSize } from "./dtype";
import { ProgramError, ensure } from "./errors";
import { NODE_BYTES } from "./nodeBytes";
import { decodeProgram, encodeProgram } from "./program";
import { describeHeader, elementCount, sameHeader } from "./tensor";
import { elementBytes, tensorFromElementBytes } from "./tensorBytes";
import { tensorRoot } from "./tensorTree";
import { MAX_NODES, MIN_NODES, atNode, validateProgram } from "./validate";
import type { ConstNode } from "./node";
import type { Program } from "./program";
import type { Header, Tensor } from "./tensor";

/** A program with the data of its constants, by node index. */
export interface Model {
  readonly program: Program;
  readonly weights: ReadonlyMap<number, Tensor>;
}

// "ERGON", two zero bytes, the version of the format.
const MAGIC = Uint8Array.of(0x45, 0x52, 0x47, 0x4f, 0x4e, 0, 0, 1);
const COUNT_AT = MAGIC.length;
const NODES_AT = COUNT_AT + 4;

/**
 * Throws `ProgramError` unless the program is valid and each constant, and nothing else, has its
 * data: WEIGHT if data is missing, of another shape, of another root, or not a constant's.
 */
export function checkModel({ program, weights }: Model): void {
  validateProgram(program);
  for (const index of weights.keys()) {
    ensure(
      program.nodes[index]?.op === "const",
      "WEIGHT",
      `there is data for node ${index}, which is no constant`,
    );
  }
  for (const [index, node] of constants(program)) {
    atNode(program, index, () => checkWeight(node, weights.get(index)));
  }
}

/** Throws `ProgramError` INPUT unless `input` has the header of the program's input. */
export function checkInput(program: Program, input: Tensor): void {
  const expected = program.nodes[0];
  ensure(
    sameHeader(expected, input) && input.data.length === elementCount(expected),
    "INPUT",
    `the input is ${describeHeader(expected)}, not ${describeHeader(input)}`,
  );
}

/** Header of the input of one run. */
export function inputHeader({ nodes }: Program): Header {
  return headerOf(nodes[0]);
}

/** Header of the output of one run. */
export function outputHeader({ nodes }: Program): Header {
  return headerOf(nodes[nodes.length - 1]);
}

/**
 * A model as one file: magic and version, the number of nodes in four bytes, the nodes, and the
 * elements of each constant in the order of the nodes, without padding. Names are left out. Throws
 * like `checkModel`.
 */
export function encodeModel(model: Model): Uint8Array {
  checkModel(model);
  const { program, weights } = model;
  const count = new Uint8Array(NODES_AT - COUNT_AT);
  new DataView(count.buffer).setUint32(0, program.nodes.length);
  const data = constants(program).map(([index]) => elementBytes(weightOf(weights, index)));
  return concat([MAGIC, count, encodeProgram(program), ...data]);
}

/** Bytes of a model with this program as `encodeModel` writes it. */
export function modelBytes(program: Program): number {
  return constants(program).reduce(
    (bytes, [, node]) => bytes + elementCount(node) * dtypeSize(node.dtype),
    NODES_AT + program.nodes.length * NODE_BYTES,
  );
}

/**
 * Reads what `encodeModel` writes; checks the program and the root of each constant. Throws
 * `ProgramError` MAGIC, NODE_COUNT, TRUNCATED or TRAILING, or like `decodeProgram`,
 * `validateProgram` and `checkModel`.
 */
export function decodeModel(bytes: Uint8Array): Model {
  const isModel = bytes.length >= NODES_AT && MAGIC.every((byte, i) => bytes[i] === byte);
  ensure(isModel, "MAGIC", "these bytes are no model of version 1");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(COUNT_AT);
  ensure(
    count >= MIN_NODES && count <= MAX_NODES,
    "NODE_COUNT",
    `a program has ${MIN_NODES} to ${MAX_NODES} nodes, not ${count}`,
  );
  const weightsAt = NODES_AT + count * NODE_BYTES;
  ensure(weightsAt <= bytes.length, "TRUNCATED", `the file ends before its ${count} nodes do`);
  const program = decodeProgram(bytes.subarray(NODES_AT, weightsAt));
  validateProgram(program);
  return { program, weights: decodeWeights(program, bytes.subarray(weightsAt)) };
}

function decodeWeights(program: Program, bytes: Uint8Array): Map<number, Tensor> {
  const weights = new Map<number, Tensor>();
  let at = 0;
  for (const [index, node] of constants(program)) {
    const end = at + elementCount(node) * dtypeSize(node.dtype);
    const weight = atNode(program, index, () => {
      ensure(end <= bytes.length, "TRUNCATED", "the file ends before this constant does");
      const tensor = tensorFromElementBytes(headerOf(node), bytes.subarray(at, end));
      checkWeight(node, tensor);
      return tensor;
    });
    weights.set(index, weight);
    at = end;
  }
  ensure(at === bytes.length, "TRAILING", `${bytes.length - at} bytes follow the last constant`);
  return weights;
}

function checkWeight(node: ConstNode, weight: Tensor | undefined): void {
  if (weight === undefined) throw new ProgramError("WEIGHT", "its data is missing");
  ensure(
    sameHeader(node, weight) && weight.data.length === elementCount(node),
    "WEIGHT",
    `its data is ${describeHeader(weight)} with ${weight.data.length} elements`,
  );
  const root = tensorRoot(weight);
  ensure(root === node.root.toLowerCase(), "WEIGHT", `its data has root ${root}, not ${node.root}`);
}

/** The data of constant `index`. Throws `ProgramError` WEIGHT if there is none. */
export function weightOf(weights: ReadonlyMap<number, Tensor>, index: number): Tensor {
  const weight = weights.get(index);
  if (weight === undefined) throw new ProgramError("WEIGHT", `node ${index} has no data`, index);
  return weight;
}

function constants({ nodes }: Program): [number, ConstNode][] {
  return nodes.flatMap((node, index) =>
    node.op === "const" ? [[index, node] satisfies [number, ConstNode]] : [],
  );
}

function headerOf({ dtype, rows, cols }: Header): Header {
  return { dtype, rows, cols };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
