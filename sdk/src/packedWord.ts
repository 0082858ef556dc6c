import { InputError } from "./errors/errors";

/** The fields of a word from the lowest bit on, each with its number of bits. */
export type WordFields = readonly (readonly [name: string, bits: bigint])[];

/** Values of a word's fields, by name. */
export type WordValues<F extends WordFields> = Record<F[number][0], bigint>;

/** The word that holds these values. Throws `InputError` if one does not fit; `what` has the field. */
export function packWord<F extends WordFields>(
  what: string,
  fields: F,
  values: WordValues<F>,
): bigint {
  let word = 0n;
  let shift = 0n;
  for (const [name, bits] of fields) {
    const value = values[name as F[number][0]];
    if (value < 0n || value >> bits !== 0n) {
      throw new InputError(`${name} of a ${what} is ${value}, which does not fit in ${bits} bits`);
    }
    word |= value << shift;
    shift += bits;
  }
  return word;
}

/** The values that a word holds. */
export function unpackWord<F extends WordFields>(fields: F, word: bigint): WordValues<F> {
  let shift = 0n;
  const values = fields.map(([name, bits]) => {
    const value = BigInt.asUintN(Number(bits), word >> shift);
    shift += bits;
    return [name, value] as const;
  });
  return Object.fromEntries(values) as WordValues<F>;
}
