import { sample } from "../../audits/sample";
import { InputError } from "../../errors/errors";
import { sameHex } from "../../types/address";
import { buyUnits } from "./buyUnits";
import type { Hex } from "../../../../tensor/src/index";
import type { Difference, Judge } from "../../audits/judge";
import type { RandomBelow } from "../../audits/sample";
import type { ErgonClient } from "../../client";
import type { PollOptions } from "../../poll";
import type { UnitSource } from "./buyUnits";

/** Who is asked, and what it may cost. */
export interface ThirdOpinionParameters extends PollOptions {
  /** A provider that is neither of the two. */
  readonly source: UnitSource;
  /** The highest price of all units that differ, in payment-token units. */
  readonly maxPrice: bigint;
  /** Where their order comes from; `secureRandom` unless given. */
  readonly random?: RandomBelow;
}

/**
 * A judge that buys the units once more, from a third provider, and holds for right what two of three
 * claim; it cannot tell where all three differ, or if the third does not answer in time. This is evidence
 * and no proof: two that act as one outvote the third. The judge throws `InputError` for an offer of one
 * of the two or for another model, and like `buyUnits`.
 *
 * @example
 * const judge = thirdOpinion(client, { source: third, maxPrice });
 */
export function thirdOpinion(
  client: ErgonClient,
  { source, random, ...parameters }: ThirdOpinionParameters,
): Judge {
  return async (differences, until) => {
    differences.forEach((difference) => requireThird(source, difference));
    const order = sample([...differences.keys()], differences.length, random);
    const inputIds = order.map((index) => differences[index].inputId);
    const { claim } = await buyUnits(client, { ...parameters, source, inputIds, answerBy: until });
    return differences.map(({ claimed }, index): Hex | undefined => {
      const third = claim?.outputIds.at(order.indexOf(index));
      return claimed.find((id) => third !== undefined && sameHex(id, third));
    });
  };
}

function requireThird({ ask }: UnitSource, { modelId, providers }: Difference): void {
  if (!sameHex(ask.modelId, modelId)) throw new InputError("the offer is for another model");
  if (!providers.some((provider) => sameHex(provider, ask.provider))) return;
  throw new InputError(`the offer is of ${ask.provider}, which claims one of the outputs`);
}
