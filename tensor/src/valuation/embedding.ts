import { ensure } from "../errors";
import { weightOf } from "../model";
import { isInstruction, operandsOf } from "../node";
import { elementCount, tensor } from "../tensor";
import { tensorRoot } from "../tensorTree";
import { atNode, validateProgram } from "../validate";
import { isCount } from "./options";
import type { Model } from "../model";
import type { ProgramNode } from "../node";
import type { Program } from "../program";

/** How a node of a model becomes an embedding. */
export interface EmbeddingOptions {
  /** Index, or name if the program has names, of a node with a result of i8. */
  readonly node: number | string;
  /**
   * Takes the result for rows of this many channels, of which the mean is the embedding, rounded
   * half up. Without it the elements of the result are the embedding.
   */
  readonly channels?: number;
}

/**
 * A program that computes an embedding, i8 [1, dimensions], from what `model` computes in a node. It
 * can be registered like any other, so the embeddings of data are outputs of jobs. Throws like
 * `truncate`, and `ProgramError` DTYPE if the result is not i8 or SHAPE if the channels do not divide
 * it.
 */
export function embeddingProgram(model: Model, { node, channels }: EmbeddingOptions): Model {
  const cut = truncate(model, node);
  const { nodes } = cut.program;
  const last = nodes[nodes.length - 1];
  const count = elementCount(last);
  atNode(cut.program, nodes.length - 1, () => {
    ensure(last.dtype === "i8", "DTYPE", "an embedding is i8");
    const rows = count / (channels ?? count);
    ensure(isCount(rows), "SHAPE", `${channels} channels do not divide ${count}`);
  });
  if (channels === undefined && last.rows === 1) return cut;
  return channels === undefined ? flatten(cut) : average(cut, channels);
}

/**
 * The part of a model that computes one node, as a model of its own. Throws `ProgramError` NAME if
 * there is no such node, OUTPUT if it is no instruction, and UNUSED_NODE if it needs no input.
 */
export function truncate({ program, weights }: Model, node: number | string): Model {
  const { nodes, names } = program;
  const end = typeof node === "number" ? node : (names?.indexOf(node) ?? -1);
  ensure(nodes[end] !== undefined, "NAME", `the program has no node ${JSON.stringify(node)}`);
  atNode(program, end, () => ensure(isInstruction(nodes[end]), "OUTPUT", "it computes nothing"));
  const needed = neededFor(nodes, end);
  const place = new Map(needed.map((index, i) => [index, i]));
  const constants = needed.filter((index) => nodes[index].op === "const");
  const cut: Program = {
    nodes: needed.map((index) => moved(nodes[index], place)),
    names: names && needed.map((index) => names[index]),
  };
  validateProgram(cut);
  return {
    program: cut,
    weights: new Map(constants.map((i) => [placeOf(place, i), weightOf(weights, i)])),
  };
}

/** The input, and all nodes that node `end` is computed from, itself among them, in order. */
function neededFor(nodes: readonly ProgramNode[], end: number): number[] {
  const needed = new Set([0, end]);
  for (let index = end; index > 0; index--) {
    if (needed.has(index)) for (const operand of operandsOf(nodes[index])) needed.add(operand);
  }
  return [...needed].sort((a, b) => a - b);
}

/** The node with its operands at their new places. */
function moved(node: ProgramNode, place: ReadonlyMap<number, number>): ProgramNode {
  switch (node.op) {
    case "input":
    case "const":
      return node;
    case "reduce":
    case "view":
      return { ...node, a: placeOf(place, node.a) };
    case "dot":
    case "take":
      return { ...node, a: placeOf(place, node.a), b: placeOf(place, node.b) };
    case "map": {
      const b = node.fn === "sqrt" ? 0 : placeOf(place, node.b);
      return { ...node, a: placeOf(place, node.a), b };
    }
  }
}

function placeOf(place: ReadonlyMap<number, number>, index: number): number {
  return place.get(index) ?? index;
}

/** The last result as one row. */
function flatten(model: Model): Model {
  const a = model.program.nodes.length - 1;
  const { dtype, rows, cols } = model.program.nodes[a];
  const count = rows * cols;
  return append(model, {
    embedding: {
      ...{ op: "view", dtype, rows: 1, cols: count, a, pad: 0 },
      dims: [1, 1, 1, count],
      offsets: [0, 0, 0, 0],
      loops: [{ extent: count, axis: 3, stride: 1 }],
    },
  });
}

/** The mean of the rows that the last result has with `channels` columns. */
function average(model: Model, channels: number): Model {
  const a = model.program.nodes.length - 1;
  const { dtype, rows, cols } = model.program.nodes[a];
  const count = (rows * cols) / channels;
  const divisor = tensor("i32", 1, 1, [count]);
  const list = { rows: 1, cols: channels };
  const appended = append(model, {
    "embedding channels": {
      ...{ op: "view", dtype, rows: channels, cols: count, a, pad: 0 },
      dims: [1, 1, count, channels],
      offsets: [0, 0, 0, 0],
      loops: [
        { extent: channels, axis: 3, stride: 1 },
        { extent: count, axis: 2, stride: 1 },
      ],
    },
    "embedding sums": { op: "reduce", fn: "sum", dtype: "i32", ...list, a: a + 1 },
    "embedding count": { op: "const", dtype: "i32", rows: 1, cols: 1, root: tensorRoot(divisor) },
    embedding: { op: "map", fn: "div", dtype: "i8", ...list, a: a + 2, b: a + 3, shift: 0 },
  });
  return { ...appended, weights: new Map([...appended.weights, [a + 3, divisor]]) };
}

function append({ program, weights }: Model, added: Record<string, ProgramNode>): Model {
  const names = program.names && [...program.names, ...Object.keys(added)];
  const longer = { nodes: [...program.nodes, ...Object.values(added)], names };
  validateProgram(longer);
  return { program: longer, weights };
}
