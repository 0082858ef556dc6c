import { affineOver, dequantize, quantize, symmetricOver } from "../../src/index";
import type { Affine, Range } from "../../src/index";
import type { Statistics } from "./calibrate";
import type { Need } from "./needs";

/** How much wider than what calibration saw the range of 16 bits is. */
const MARGIN = 2;

/** Shares of the values that a range of 8 bits may hold; the one with the least error is taken. */
const SHARES = [1, 0.9999, 0.9995, 0.999, 0.998];

/** Signal to noise of an approximation, in decibels: 10 log10 of the ratio of their squares. */
export function decibels(exact: ArrayLike<number>, approximate: ArrayLike<number>): number {
  let [signal, noise] = [0, 0];
  for (let i = 0; i < exact.length; i++) {
    signal += exact[i] ** 2;
    noise += (exact[i] - approximate[i]) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

/** The format for a value: 8 bits if they serve, else 16 around zero. */
export function chooseFormat(statistics: Statistics, need: Need, leastDecibels: number): Affine {
  if (need === "layer" && leastDecibels < Infinity) {
    const { affine, quality } = bestOf8Bits(statistics);
    if (quality >= leastDecibels) return affine;
  }
  return wideFormat(statistics);
}

/** The format of whole numbers, which stand for themselves. */
export const WHOLE: Affine = { dtype: "i32", scale: 1, zeroPoint: 0 };

/** 16 bits around zero, with room to spare. */
export function wideFormat({ min, max }: Range): Affine {
  return symmetricOver({ min: min * MARGIN, max: max * MARGIN }, "i16");
}

/** The format of 8 bits with the least error, and its signal to noise. */
export function bestOf8Bits({ min, max, elements }: Statistics): {
  affine: Affine;
  quality: number;
} {
  let best = { affine: affineOver({ min, max }), quality: -Infinity };
  for (const share of elements.length === 0 ? [] : SHARES) {
    const left = Math.floor((elements.length * (1 - share)) / 2);
    const inner = { min: elements[left], max: elements[elements.length - 1 - left] };
    const affine = affineOver(share === 1 ? { min, max } : inner);
    const quality = decibels(elements, dequantize(quantize(elements, affine), affine));
    if (quality > best.quality) best = { affine, quality };
  }
  return best;
}
