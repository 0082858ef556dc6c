import { UnitTrace, modelId, tensorId } from "../../../tensor/src/index";
import { InputError } from "../errors/errors";
import { sameHex } from "../types/address";
import type { Hex, Model, Tensor } from "../../../tensor/src/index";
import type { Address } from "../types/address";

/** One unit that two providers ran with different results: at least one of them is false. */
export interface Difference {
  readonly modelId: Hex;
  readonly inputId: Hex;
  /** The ids that were claimed for its output. */
  readonly claimed: readonly [Hex, Hex];
  /** Who claimed them. */
  readonly providers: readonly [Address, Address];
}

/**
 * Says which output of each unit is right; undefined where it cannot tell. `until` is the last second at
 * which a verdict is of use.
 */
export type Judge = (
  differences: readonly Difference[],
  until: bigint,
) => Promise<readonly (Hex | undefined)[]>;

/** What is needed to run units. */
export interface RecomputingParameters {
  readonly model: Model;
  /** The tensor with this id. */
  inputOf(inputId: Hex): Promise<Tensor>;
}

/**
 * A judge that runs the units itself. It is certain: integers give the same bits on every machine. It
 * throws `InputError` if it is given another model or input.
 *
 * @example
 * const judge = recomputing({ model, inputOf: (id) => fetchTensor(id) });
 */
export function recomputing({ model, inputOf }: RecomputingParameters): Judge {
  const ownId = modelId(model.program);
  return async (differences) => {
    const right: Hex[] = [];
    for (const difference of differences) {
      if (!sameHex(difference.modelId, ownId)) {
        throw new InputError(`the unit is one of model ${difference.modelId}, not ${ownId}`);
      }
      const input = await inputOf(difference.inputId);
      if (!sameHex(tensorId(input), difference.inputId)) {
        throw new InputError(`the tensor is not the input ${difference.inputId}`);
      }
      const { ids } = new UnitTrace(model, input);
      right.push(ids[ids.length - 1]);
    }
    return right;
  };
}
