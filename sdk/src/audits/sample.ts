import { randomBytes, toBigInt } from "ethers";
import { InputError } from "../errors/errors";

/** A whole number from 0 on and below `bound`, each as likely as the others. */
export type RandomBelow = (bound: number) => number;

const RANDOM_BYTES = 6;
const RANDOM_VALUES = 2 ** (8 * RANDOM_BYTES);

/** From the machine's cryptographic source. Throws `InputError` for a bound above 2^48. */
export const secureRandom: RandomBelow = (bound) => {
  if (bound > RANDOM_VALUES) throw new InputError(`no random number below ${bound}`);
  const fair = RANDOM_VALUES - (RANDOM_VALUES % bound);
  let value = fair;
  // values beyond the last whole multiple would make the first ones likelier
  while (value >= fair) value = Number(toBigInt(randomBytes(RANDOM_BYTES)));
  return value % bound;
};

/** `count` of `items`, each choice and each order as likely as the others. */
export function sample<Item>(
  items: readonly Item[],
  count: number,
  random: RandomBelow = secureRandom,
): Item[] {
  const left = [...items];
  const chosen: Item[] = [];
  while (chosen.length < count && left.length > 0) {
    chosen.push(...left.splice(random(left.length), 1));
  }
  return chosen;
}
