import { UnitTrace, tensorId } from "../../../tensor/src/index";
import { ErgonError, InputError } from "../errors/errors";
import { sameHex } from "../types/address";
import { inputIdOf } from "./claim";
import type { Model, Tensor } from "../../../tensor/src/index";
import type { Knowledge } from "../games/board";
import type { JobClaim } from "./claim";

/** A claim, and what is needed to run one of its units. */
export interface UnitKnowledgeParameters {
  readonly claim: JobClaim;
  readonly unit: number;
  readonly model: Model;
  /** The unit's input. */
  readonly input: Tensor;
}

/**
 * What a challenger knows that ran one unit of a claim itself, and takes all other outputs as claimed:
 * enough to play a game about this unit. Throws `InputError` if the input is another, `ProgramError`
 * INPUT if it does not fit the model.
 *
 * @example
 * const knowledge = unitKnowledge({ claim, unit, model, input });
 * await playGame(challenger, { id: game.id, side: "challenger", knowledge });
 */
export function unitKnowledge({ claim, unit, model, input }: UnitKnowledgeParameters): Knowledge {
  const { job, inputIds, outputIds } = claim;
  const id = inputIdOf(claim, unit);
  if (!sameHex(tensorId(input), id)) {
    throw new InputError(`the input of unit ${unit} of job ${job.id} is ${id}`);
  }
  const trace = new UnitTrace(model, input);
  const own = trace.ids[trace.ids.length - 1];
  return {
    model,
    chained: job.job.chained,
    inputIds,
    outputIds: new Map(outputIds.with(unit, own).entries()),
    trace: async (asked) => {
      if (asked === unit) return trace;
      throw new ErgonError("GAME_INCONSISTENT", `only unit ${unit} was run, not ${asked}`, false);
    },
  };
}
