import { checkInput, weightOf } from "../model";
import { compileModel } from "./compile";
import { lowerFused, lowerPlainly } from "../lowering";
import type { TracingExecutor } from "../executor";
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
    const { program, weights } = model;
    checkInput(program, input);
    const computed = compileModel(model, lowerPlainly(program.nodes)).results(input);
    let next = 0;
    return program.nodes.map((node, index) => {
      if (node.op === "input") return input;
      return node.op === "const" ? weightOf(weights, index) : computed[next++];
    });
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
