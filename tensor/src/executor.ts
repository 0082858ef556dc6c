import type { Model } from "./model";
import type { Tensor } from "./tensor";

/** Runs models that `checkModel` accepts. Every executor gives the same bits. */
export interface Executor {
  /** Short name for logs and reports, such as `reference` or `wasm`. */
  readonly name: string;
  /** The output for each of `inputs`, in order. Throws `ProgramError` INPUT if one does not fit. */
  run(model: Model, inputs: readonly Tensor[]): Promise<Tensor[]>;
  /** Frees what the executor holds. */
  dispose?(): Promise<void>;
}

/** An executor that can keep every result. */
export interface TracingExecutor extends Executor {
  /** The result of every node, in order. Throws `ProgramError` INPUT if the input does not fit. */
  trace(model: Model, input: Tensor): Tensor[] | Promise<Tensor[]>;
}
