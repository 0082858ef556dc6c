import {
  addQuantized,
  affineOver,
  conv2d,
  percentileRange,
  ProgramBuilder,
  quantizeLinear,
  symmetricOver,
  tensor,
} from "../src/index";
import { SIDE } from "./dataset";
import { ARCHITECTURE, DigitNetwork, FEATURES } from "./network";
import { intensities } from "./training";
import type { Affine, Model, Tensor, Windows } from "../src/index";
import type { Digit } from "./dataset";
import type { Convolution, Parameters } from "./network";

/** Pixels as integers: grey level - 128 stands for grey level / 255. */
export const INPUT: Affine = { dtype: "i8", scale: 1 / 255, zeroPoint: -128 };

/** Digits of the training part that calibration runs on. */
export const CALIBRATION_COUNT = 1_000;

/** Share of the activations seen in calibration that a range must hold. */
const CALIBRATION_SHARE = 0.9999;

/** The input of the model for one digit: i8 [28, 28], grey level - 128. */
export function digitInput({ pixels }: Digit): Tensor {
  return tensor(
    "i8",
    SIDE,
    SIDE,
    Int8Array.from(pixels, (level) => level + INPUT.zeroPoint),
  );
}

/** What the layers put out on digits, to choose scales from. */
interface Activations {
  readonly hidden1: number[];
  readonly hidden2: number[];
  readonly logits: number[];
}

function calibrate(parameters: Parameters, digits: readonly Digit[]): Activations {
  const network = new DigitNetwork(parameters);
  const seen: Activations = { hidden1: [], hidden2: [], logits: [] };
  for (const digit of digits) {
    const { hidden1, hidden2, logits } = network.forward(intensities(digit));
    seen.hidden1.push(...hidden1);
    seen.hidden2.push(...hidden2);
    seen.logits.push(...logits);
  }
  return seen;
}

function windowsOf({ inputSide, inputChannels, kernel, stride }: Convolution): Windows {
  return {
    height: inputSide,
    width: inputSide,
    channels: inputChannels,
    kernel: [kernel, kernel],
    stride: [stride, stride],
  };
}

/**
 * The classifier as a program: an i8 [28, 28] image in (see `digitInput`), i16 [1, 10] logits out, of
 * which the largest names the digit.
 *
 * @param calibration digits that the scales of activations are chosen from.
 */
export function quantizeDigits(parameters: Parameters, calibration: readonly Digit[]): Model {
  const seen = calibrate(parameters, calibration);
  const hidden1 = affineOver(percentileRange(seen.hidden1, CALIBRATION_SHARE));
  const hidden2 = affineOver(percentileRange(seen.hidden2, CALIBRATION_SHARE));
  const logits = symmetricOver(percentileRange(seen.logits, 1), "i16");
  const conv1 = quantizeLinear(parameters.conv1, INPUT, hidden1);
  const conv2 = quantizeLinear(parameters.conv2, hidden1, hidden2);
  const dense = quantizeLinear(parameters.dense, hidden2, logits);

  const builder = new ProgramBuilder();
  const image = builder.input("image", "i8", SIDE, SIDE);
  const filters1 = builder.constant("conv1.filters", conv1.weights);
  const sums1 = conv2d(builder, "conv1.sums", image, filters1, windowsOf(ARCHITECTURE.conv1));
  const pixels1 = addQuantized(builder, "conv1", sums1, conv1);
  const filters2 = builder.constant("conv2.filters", conv2.weights);
  // One row, as the last layer reads it.
  const sums2 = conv2d(builder, "conv2.sums", pixels1, filters2, windowsOf(ARCHITECTURE.conv2), {
    rows: 1,
    cols: FEATURES,
  });
  const pixels2 = addQuantized(builder, "conv2", sums2, conv2);
  const sums3 = builder.dot("logits.sums", pixels2, builder.constant("dense", dense.weights));
  addQuantized(builder, "logits", sums3, dense);
  return builder.build();
}
