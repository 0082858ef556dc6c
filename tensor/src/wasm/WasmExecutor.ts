import { checkInput, weightOf } from "../model";
import { compileModel } from "./compile";
import { lowerFused, lowerPlainly } from "../lowering";
import { isInstruction } from "../node";
import type { TracingExecutor } from "../executor";
import type { IsKept } from "../lowering";
import type { Model } from "../model";
import type { Tensor } from "../tensor";
import type { CompiledModel } from "./compile";

/**
 * Runs models on WebAssembly SIMD kernels, on the calling thread. A model is compiled when it first
 * runs, into a memory of its own, of fixed size, that holds its packed weights; both go when the
 * model does. Throws `WasmError` NOT_BUILT or MEMORY.
 */
export class WasmExecutor implements TracingExecutor {
  readonly name = "wasm";
  private models = new WeakMap<Model, CompiledModel>();

  async run(model: Model, inputs: readonly Tensor[]): Promise<Tensor[]> {
    for (const input of inputs) checkInput(model.program, input);
    const compiled = this.compile(model);
    return inputs.map((input) => compiled.run(input));
  }

  /** The result of every node. Throws `ProgramError` INPUT if the input does not fit. */
  trace(model: Model, input: Tensor): Tensor[] {
    return Array.from(
      this.results(model, input, () => true),
      ([, result]) => result,
    );
  }

  /**
   * The results of the nodes that `isWanted` picks, with their indices, in order, computed when they
   * are asked for. Throws like `trace`.
   */
  *results(model: Model, input: Tensor, isWanted: IsKept): Generator<[number, Tensor], void> {
    const { program, weights } = model;
    const { nodes } = program;
    checkInput(program, input);
    let next = 0;
    const compiled = compileModel(model, lowerPlainly(nodes, isWanted));
    for (const { index, copy } of compiled.results(input)) {
      for (; next < index; next++) {
        if (isInstruction(nodes[next]) || !isWanted(next)) continue;
        yield [next, nodes[next].op === "input" ? input : weightOf(weights, next)];
      }
      if (isWanted(index)) yield [index, copy()];
    }
  }

  async dispose(): Promise<void> {
    this.models = new WeakMap();
  }

  private compile(model: Model): CompiledModel {
    let compiled = this.models.get(model);
    if (compiled === undefined) {
      compiled = compileModel(model, lowerFused(model.program.nodes));
      this.models.set(model, compiled);
    }
    return compiled;
  }
}
