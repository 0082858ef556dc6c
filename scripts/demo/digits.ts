import type { Tensor } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import type { Digit } from "../../tensor/train/dataset";
import { argmax } from "../../tensor/train/network";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { requireTrue } from "./report";

/** Digits of a job. */
export const UNITS = 100;

const LEAST_ACCURACY = 95;

/** What is to be read. */
export interface DigitOrder {
  readonly digits: readonly Digit[];
  readonly inputs: readonly Tensor[];
}

/** The first digits of the held-out part. */
export function orderOfDigits(): DigitOrder {
  const digits = loadDigits().heldOut.slice(0, UNITS);
  return { digits, inputs: digits.map(digitInput) };
}

/** Percent of outputs that name the digit's label. Throws `ScriptError` CHECK_FAILED for less than 95. */
export function accuracyOf({ digits }: DigitOrder, outputs: readonly Tensor[]): number {
  const right = outputs.filter(({ data }, i) => argmax(data) === digits[i].label).length;
  const accuracy = (100 * right) / outputs.length;
  requireTrue(
    `at least ${LEAST_ACCURACY} % of ${outputs.length} digits are read right`,
    accuracy >= LEAST_ACCURACY,
  );
  return accuracy;
}
