import type { Program } from "./program";
import type { Tensor } from "./tensor";

/** A program with the data of its constants, by node index. */
export interface Model {
  readonly program: Program;
  readonly weights: ReadonlyMap<number, Tensor>;
}
