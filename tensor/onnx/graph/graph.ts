import type { NodeName } from "../errors";
import type { FloatTensor, Kind } from "./tensor";

/** A value of an attribute. */
export type AttributeValue =
  number | string | readonly number[] | FloatTensor | { readonly graph: true };

/** One operator. */
export interface GraphNode extends NodeName {
  /** Names of values; empty for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeValue>;
}

/** An input of the graph; an axis whose length the file leaves open is undefined. */
export interface GraphInput {
  readonly name: string;
  readonly kind: Kind;
  readonly dims?: readonly (number | undefined)[];
}

/** A graph of operators on real numbers. */
export interface Graph {
  /** Version of the operators. */
  readonly opset: number;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  readonly constants: ReadonlyMap<string, FloatTensor>;
  readonly nodes: readonly GraphNode[];
}
