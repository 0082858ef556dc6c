/**
 * The i32 functions of MAP, on values in [-2^31, 2^31). Sums and products wrap modulo 2^32; all
 * intermediate doubles are whole and below 2^53, so nothing is rounded.
 */

const TWO_16 = 2 ** 16;
const TWO_32 = 2 ** 32;

/** a + b modulo 2^32. */
export function add(a: number, b: number): number {
  return (a + b) | 0;
}

/** a - b modulo 2^32. */
export function sub(a: number, b: number): number {
  return (a - b) | 0;
}

/**
 * The low 32 bits of (a x b + half) >> shift: the exact product of 64 bits, rounded half up; `half`
 * is 2^(shift-1), or 0 without a shift. 0 <= shift <= 62.
 */
export function mulShift(a: number, b: number, shift: number): number {
  let [high, low] = multiply(a, b);
  if (shift > 32) high += 2 ** (shift - 33);
  else if (shift > 0) low += 2 ** (shift - 1);
  if (low >= TWO_32) {
    low -= TWO_32;
    high += 1;
  }
  if (shift >= 32) return high >> (shift - 32);
  return shift === 0 ? low | 0 : (low >>> shift) | (high << (32 - shift));
}

/** The exact product as high x 2^32 + low, with 0 <= low < 2^32. */
function multiply(a: number, b: number): [high: number, low: number] {
  const [aHigh, aLow] = [a >> 16, a & 0xffff];
  const [bHigh, bLow] = [b >> 16, b & 0xffff];
  const middle = aHigh * bLow + aLow * bHigh;
  const middleHigh = Math.floor(middle / TWO_16);
  const low = aLow * bLow + (middle - middleHigh * TWO_16) * TWO_16;
  const carry = Math.floor(low / TWO_32);
  return [aHigh * bHigh + middleHigh + carry, low - carry * TWO_32];
}

/** a / b rounded half up; 0 if b <= 0. */
export function div(a: number, b: number): number {
  if (b <= 0) return 0;
  const quotient = Math.floor(a / b);
  const remainder = a - quotient * b;
  return quotient + (remainder >= b - remainder ? 1 : 0);
}

/** The square root of a, rounded down; 0 if a < 0. */
export function sqrt(a: number): number {
  return Math.floor(Math.sqrt(Math.max(a, 0)));
}

/** a modulo n in [0, n), n >= 1. */
export function floorMod(a: number, n: number): number {
  return a - n * Math.floor(a / n);
}
