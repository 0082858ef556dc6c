// A thread on a machine whose kernels compute products wrong.
import { changedTensor } from "../../tensor/webgpu/fakes/fakeGpu";
import { WasmExecutor } from "../../../tensor/src/index";

const { trace } = WasmExecutor.prototype;
WasmExecutor.prototype.trace = function (model, input) {
  const at = model.program.nodes.findIndex(({ op }) => op === "dot");
  const results = trace.call(this, model, input);
  return results.with(at, changedTensor(results[at]));
};

export { answer } from "../../../worker/src/run/thread";
