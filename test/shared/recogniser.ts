import { LINE_WIDTH, encodeLine, importRecogniser } from "../../tensor/ocr/recogniser";
import { renderLines } from "../../tensor/ocr/lines";
import { WasmExecutor, tensorId } from "../../tensor/src/index";
import type { Imported } from "../../tensor/onnx/index";
import { lieAt } from "./disputes";
import type { Lie } from "./disputes";

const LINES = 12;
const FALSE_LINE = 5;

let imported: Promise<Imported> | undefined;

/** The recogniser of lines of text, imported once in a process. */
export function loadRecogniser(): Promise<Imported> {
  return (imported ??= importRecogniser());
}

/**
 * Lines of text, and a lie about one of them that is the most expensive to prove: one sum of the product with the longest
 * rows is wrong, and all that follows from it is computed from it.
 */
export async function recogniserLie(): Promise<Lie> {
  const recogniser = await loadRecogniser();
  const { model, report } = recogniser;
  const inputs = renderLines(LINES, LINE_WIDTH).map((line) => encodeLine(recogniser, line));
  const outputs = await new WasmExecutor().run(model, inputs);
  return {
    ...lieAt(model, inputs[FALSE_LINE], report.largestStep.node),
    inputs,
    outputIds: outputs.map(tensorId),
    unit: FALSE_LINE,
  };
}
