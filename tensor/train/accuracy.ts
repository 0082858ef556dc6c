import { digitInput } from "./quantizeDigits";
import { argmax, DigitNetwork } from "./network";
import { intensities } from "./training";
import type { Executor, Model } from "../src/index";
import type { Digit } from "./dataset";
import type { Parameters } from "./network";

/** Share of the digits, in [0, 1], that the float network names right. */
export function floatAccuracy(parameters: Parameters, digits: readonly Digit[]): number {
  const network = new DigitNetwork(parameters);
  const named = digits.map((digit) => argmax(network.forward(intensities(digit)).logits));
  return shareRight(named, digits);
}

/** Share of the digits, in [0, 1], that the integer model names right. */
export async function integerAccuracy(
  executor: Executor,
  model: Model,
  digits: readonly Digit[],
): Promise<number> {
  const outputs = await executor.run(model, digits.map(digitInput));
  return shareRight(
    outputs.map(({ data }) => argmax(data)),
    digits,
  );
}

function shareRight(named: readonly number[], digits: readonly Digit[]): number {
  return digits.filter(({ label }, index) => named[index] === label).length / digits.length;
}
