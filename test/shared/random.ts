import { dtypeMax, dtypeMin, DTYPES, allocate } from "../../tensor/src/index";
import type { DType, Tensor } from "../../tensor/src/index";

/** A seeded source of numbers: equal seeds give equal sequences on every machine. */
export interface Random {
  /** A whole number from `min` to `max`, both included; at most 2^32 apart. */
  int(min: number, max: number): number;
  /** True once in `n` calls on average. */
  oneIn(n: number): boolean;
  /** One of `choices`, each as likely as the others. */
  pick<Choice>(choices: readonly Choice[]): Choice;
}

/** Marsaglia's xorshift with 32 bits of state; the seed is spread over the state first. */
export function createRandom(seed: number): Random {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.imul(state, 0x2c1b3c6d) >>> 0;
  };
  for (let i = 0; i < 8; i++) next();
  const int = (min: number, max: number) => min + Math.floor((next() / 2 ** 32) * (max - min + 1));
  return {
    int,
    oneIn: (n) => int(1, n) === 1,
    pick: (choices) => choices[int(0, choices.length - 1)],
  };
}

/** An element of `dtype`: in half of the cases one near a limit, a power of two or zero. */
export function randomElement(random: Random, dtype: DType): number {
  const [min, max] = [dtypeMin(dtype), dtypeMax(dtype)];
  if (random.oneIn(2)) return random.int(min, max);
  const power = 2 ** random.int(0, 31);
  const value = random.pick([min, max, 0, 1, -1, power, -power]) + random.int(-1, 1);
  return Math.min(Math.max(value, min), max);
}

/** A tensor of extreme and common elements; now and then all are equal. */
export function randomTensor(random: Random, dtype: DType, rows: number, cols: number): Tensor {
  const data = allocate(dtype, rows * cols);
  const constant = random.oneIn(8) ? randomElement(random, dtype) : undefined;
  for (let i = 0; i < data.length; i++) data[i] = constant ?? randomElement(random, dtype);
  return { dtype, rows, cols, data };
}

/** One of the element types. */
export function randomDType(random: Random): DType {
  return random.pick(DTYPES);
}

/** One of the divisors of `n`. */
export function randomDivisor(random: Random, n: number): number {
  return random.pick(Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0));
}

/** Whole numbers, `length` of them, whose product is `n`. */
export function randomFactors(random: Random, n: number, length: number): number[] {
  const factors: number[] = [];
  let rest = n;
  for (let i = 1; i < length; i++) {
    const factor = randomDivisor(random, rest);
    factors.push(factor);
    rest /= factor;
  }
  factors.push(rest);
  return factors;
}
