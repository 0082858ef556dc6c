import { RunError } from "../../../worker/src/run/errors";
import type { Runner } from "../../../worker/src/run/runner";
import {
  ProgramBuilder,
  ReferenceExecutor,
  decodeTensor,
  encodeTensor,
  listRoot,
  modelId,
  tensor,
  tensorId,
} from "../../../tensor/src/index";
import type { Hex, Model, Tensor } from "../../../tensor/src/index";

/** A model that adds one to each of four bytes; its output can be its input. */
export const INCREMENT: Model = buildIncrement();
export const INCREMENT_ID = modelId(INCREMENT.program);

function buildIncrement(): Model {
  const builder = new ProgramBuilder();
  const input = builder.input("input", "i8", 1, 4);
  const one = builder.constant("one", tensor("i8", 1, 1, [1]));
  builder.map.add("output", input, one, { dtype: "i8" });
  return builder.build();
}

/** `count` different inputs, their document, their ids and root. */
export function inputsOf(count: number): {
  readonly tensors: readonly Tensor[];
  readonly document: Uint8Array;
  readonly root: Hex;
} {
  const tensors = Array.from({ length: count }, (_, i) => tensor("i8", 1, 4, [i, 2, 3, -i]));
  const document = Buffer.concat(tensors.map(encodeTensor));
  return { tensors, document, root: listRoot(tensors.map(tensorId)) };
}

/** A runner without threads. */
export function inlineRunner(model: Model = INCREMENT): Runner {
  const executor = new ReferenceExecutor();
  return {
    identify: async (files) => {
      try {
        return files.map((file) => tensorId(decodeTensor(file)));
      } catch (error) {
        throw new RunError("SHAPE", String(error));
      }
    },
    run: async (_id, inputs) => {
      const outputs = await executor.run(model, inputs.map(decodeTensor));
      return outputs.map((output) => ({ id: tensorId(output), bytes: encodeTensor(output) }));
    },
    close: async () => undefined,
  };
}
