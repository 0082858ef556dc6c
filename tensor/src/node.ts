import type { Hex } from "./hex";
import type { Header } from "./tensor";

/** Element-wise functions of MAP, in the order of their codes. */
export const MAP_FUNCTIONS = ["add", "sub", "mul", "min", "max", "div", "sqrt"] as const;
/** Row-wise functions of REDUCE, in the order of their codes. */
export const REDUCE_FUNCTIONS = ["sum", "max", "argmax"] as const;
/** Operations of a node, in the order of their codes. */
export const OPS = ["input", "const", "dot", "map", "reduce", "view", "take"] as const;

export type Op = (typeof OPS)[number];
export type MapFunction = (typeof MAP_FUNCTIONS)[number];
export type ReduceFunction = (typeof REDUCE_FUNCTIONS)[number];
/** One number for each of the four axes of a VIEW. */
export type Axes = readonly [number, number, number, number];

/** The program's one input; node 0. */
export interface InputNode extends Header {
  readonly op: "input";
}

/** A constant, known by the root of its tensor. */
export interface ConstNode extends Header {
  readonly op: "const";
  readonly root: Hex;
}

/** Products of the rows of a with the rows of b, in `groups` groups of rows of a. */
export interface DotNode extends Header {
  readonly op: "dot";
  readonly a: number;
  readonly b: number;
  readonly groups: number;
}

/** A function of two broadcast operands; `shift` is 0 unless fn is mul, `b` is 0 if it is sqrt. */
export interface MapNode extends Header {
  readonly op: "map";
  readonly fn: MapFunction;
  readonly a: number;
  readonly b: number;
  readonly shift: number;
}

/** A function of each row of a. */
export interface ReduceNode extends Header {
  readonly op: "reduce";
  readonly fn: ReduceFunction;
  readonly a: number;
}

/** One loop of a VIEW: its counter moves the position on `axis` by `stride`. */
export interface Loop {
  readonly extent: number;
  readonly axis: number;
  readonly stride: number;
}

/** Reads a, seen as an array of four `dims`, along `loops`; outside of it lies `pad`. */
export interface ViewNode extends Header {
  readonly op: "view";
  readonly a: number;
  readonly dims: Axes;
  readonly offsets: Axes;
  /** At most 8; the last is the fastest. */
  readonly loops: readonly Loop[];
  readonly pad: number;
}

/** Looks up chunks of `chunk` elements of a by the elements of b. */
export interface TakeNode extends Header {
  readonly op: "take";
  readonly a: number;
  readonly b: number;
  readonly chunk: number;
}

/** A node that computes. */
export type InstructionNode = DotNode | MapNode | ReduceNode | ViewNode | TakeNode;

/** A node of a program: its result's header, and what makes the result. */
export type ProgramNode = InputNode | ConstNode | InstructionNode;

/** Whether a node computes; the others are given. */
export function isInstruction(node: ProgramNode): node is InstructionNode {
  return node.op !== "input" && node.op !== "const";
}

/** Indices of the nodes that `node` reads, in the order a, b. */
export function operandsOf(node: ProgramNode): readonly number[] {
  switch (node.op) {
    case "input":
    case "const":
      return [];
    case "dot":
    case "take":
      return [node.a, node.b];
    case "map":
      return node.fn === "sqrt" ? [node.a] : [node.a, node.b];
    case "reduce":
    case "view":
      return [node.a];
  }
}
