import type { ProgramNode } from "./node";

/** A tensor program: nodes in topological order; the last is the output. */
export interface Program {
  readonly nodes: readonly ProgramNode[];
  /** A name for each node, for messages only; no part of the program's identity. */
  readonly names?: readonly string[];
}
