import { ReferenceExecutor } from "../../../tensor/src/index";
import {
  deliverClaim,
  deployArena,
  knowing,
  registerModel,
  resultsOf,
  trueTraces,
} from "../../shared/arena";
import { randomInput, randomProgram } from "../../shared/randomProgram";
import type { Hex, Model, NodeResults, Tensor } from "../../../tensor/src/index";
import type { JobRecord, Knowledge } from "../../../sdk/src/index";
import type { Arena } from "../../shared/arena";

/** The unit whose output is false. */
export const FALSE_UNIT = 3;

/** A delivered job of five units of which one is false, and what both sides hold for true. */
export interface Disputed extends Arena {
  readonly model: Model;
  readonly inputs: readonly Tensor[];
  readonly job: JobRecord;
  readonly claimed: readonly Hex[];
  readonly right: readonly Hex[];
  readonly truth: Knowledge;
  readonly lie: Knowledge;
}

/** Delivers a false claim whose last result is wrong in its first element. */
export async function deployDisputed(): Promise<Disputed> {
  const arena = await deployArena();
  const model = randomProgram(3, { instructions: 8 });
  await registerModel(arena, model);
  const inputs = [1, 2, 3, 4, 5].map((seed) => randomInput(seed, model));
  const honest = trueTraces(model, inputs);
  const lies = honest.with(FALSE_UNIT, falseResults(model, inputs[FALSE_UNIT]));
  const claimed = lies.map(outputOf);
  return {
    ...arena,
    ...{ model, inputs, claimed, right: honest.map(outputOf) },
    job: await deliverClaim(arena, model, inputs, claimed),
    truth: knowing(model, inputs, honest),
    lie: knowing(model, inputs, lies),
  };
}

/** The results of all nodes, of which the last is wrong in its first element. */
export function falseResults(model: Model, input: Tensor): NodeResults {
  const results = new ReferenceExecutor().trace(model, input);
  const last = results[results.length - 1];
  const wrong: Tensor = { ...last, data: last.data.slice() };
  wrong.data[0] ^= 1;
  return resultsOf([...results.slice(0, -1), wrong]);
}

function outputOf({ ids }: NodeResults): Hex {
  return ids[ids.length - 1];
}
