import {
  UnitTrace,
  decodeTensor,
  encodeTensor,
  evaluateOnWasm,
  tensorId,
} from "../../tensor/src/index";
import type { Hex, Model, NodeResults, Tensor } from "../../tensor/src/index";
import type { Compute } from "../../worker/src/assembly";
import type { TensorFile } from "../../worker/src/run/threads";

/** Holds the answer to one input, named by its tensor id, for another than it is; is right about all others. */
export function lyingAbout(input: Hex): Compute {
  return ({ runner, traceOf }, models) => ({
    runner: {
      identify: runner.identify,
      close: runner.close,
      run: async (modelId, files, signal) => {
        const ids = await runner.identify(files, signal);
        const outputs = await runner.run(modelId, files, signal);
        const at = ids.indexOf(input);
        const model = models.find(({ id }) => id === modelId)?.model;
        if (at < 0 || model === undefined) return outputs;
        return outputs.with(at, fileOf(falseAnswer(model, decodeTensor(files[at]))));
      },
    },
    traceOf: (model, tensor) =>
      tensorId(tensor) === input ? falseTrace(model, tensor) : traceOf(model, tensor),
  });
}

/**
 * The results of all nodes of a unit, of which that of node `at` is changed, the last one unless given; what follows from
 * it is computed from it.
 */
export function falseTrace(
  model: Model,
  input: Tensor,
  at = model.program.nodes.length - 1,
  change = falsified,
): NodeResults {
  const changed = model.program.nodes[at];
  return new UnitTrace(model, input, {
    evaluate: (node, operands) => {
      const result = evaluateOnWasm(node, operands);
      return node === changed ? change(result) : result;
    },
  });
}

/** An answer with one number changed: the least is now the greatest. */
export function falsified(answer: Tensor): Tensor {
  const data = answer.data.slice();
  data[falseElement(answer)] = Math.max(...data) + 1;
  return { ...answer, data };
}

/** The position of the number that is changed. */
export function falseElement({ data }: Tensor): number {
  return data.indexOf(Math.min(...data));
}

function falseAnswer(model: Model, input: Tensor): Tensor {
  return falseTrace(model, input).result(model.program.nodes.length - 1);
}

function fileOf(output: Tensor): TensorFile {
  return { id: tensorId(output), bytes: encodeTensor(output) };
}
