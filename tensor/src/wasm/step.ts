import type { ProgramNode, ViewNode } from "../node";
import type { Header } from "../tensor";
import type { Address, Kernels } from "./kernels";
import type { Region } from "./memory";

/** A tensor in memory once the steps before have run. */
export interface Stored extends Header {
  readonly region: Region;
}

/** A VIEW that its reader reads in place. */
export interface InlinedView {
  readonly node: ViewNode;
  readonly source: Stored;
}

/** What a step under construction can ask for. */
export interface StepBuilder {
  readonly kernels: Kernels;
  header(index: number): ProgramNode;
  /** The result of node `index`, kept in memory until this step has run. */
  operand(index: number): Stored;
  /** The view that node `index` is, if the step reads it in place. */
  inlined(index: number): InlinedView | undefined;
  /** Memory of this step alone. */
  scratch(bytes: number): Region;
  /** Memory that holds `words` for good. */
  constant(words: Int32Array): Region;
  /** Memory filled from node `index`: once if the node does not depend on the input. */
  derived(index: number, bytes: number, fill: (operand: Stored, target: Address) => void): Region;
  /** Adds work to be done at the start of each run of the step. */
  before(work: () => void): void;
}
