import { readFileSync } from "node:fs";

import { decodeOutput, encodeInputs, importOnnx } from "../onnx/index";
import { OCR_FILES, readLabels } from "./files";
import { LINE_HEIGHT, renderLines } from "./lines";
import { decodeText } from "./text";
import type { ImportOptions, Imported } from "../onnx/index";
import type { Tensor } from "../src/index";
import type { TextLine } from "./lines";

/** Width of the pictures that the recogniser takes, in pixels. */
export const LINE_WIDTH = 320;

const INPUT = "x";
const CALIBRATED = 8;
/** Seed of the lines for calibration, far from those of others. */
const CALIBRATION_SEED = 1_000_000;

/** The recogniser as an integer program, calibrated on eight random lines. Throws as `importOnnx` does. */
export function importRecogniser(progress?: ImportOptions["progress"]): Promise<Imported> {
  return importOnnx(readFileSync(OCR_FILES.recogniser), {
    shapes: new Map([[INPUT, [1, 3, LINE_HEIGHT, LINE_WIDTH]]]),
    samples: renderLines(CALIBRATED, LINE_WIDTH, CALIBRATION_SEED).map(
      ({ pixels }) => new Map([[INPUT, pixels]]),
    ),
    progress,
  });
}

/** The recogniser's input for a line of its width. */
export function encodeLine({ model, inputs }: Imported, { pixels }: TextLine): Tensor {
  return encodeInputs(model, inputs, new Map([[INPUT, pixels]]));
}

/** The texts that outputs of the recogniser say. */
export function readTexts({ output }: Imported, results: readonly Tensor[]): string[] {
  const labels = readLabels();
  return results.map((result) => decodeText(decodeOutput(result, output.affine), labels));
}
