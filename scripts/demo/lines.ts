import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { keccak256, toUtf8Bytes } from "ethers";

import { asHex } from "../../sdk/src/index";
import { readLabels } from "../../tensor/ocr/files";
import { renderLines } from "../../tensor/ocr/lines";
import type { TextLine } from "../../tensor/ocr/lines";
import { LINE_WIDTH, encodeLine, importRecogniser, readTexts } from "../../tensor/ocr/recogniser";
import { cardOf } from "../../tensor/onnx/index";
import type { Imported } from "../../tensor/onnx/index";
import { encodeModel } from "../../tensor/src/index";
import type { Tensor } from "../../tensor/src/index";
import { showStages } from "../shared/progress";
import type { Product } from "./product";
import { requireTrue } from "./report";

const LINES = 12;
/** Some lines are hard to read: the network in floating point makes errors, too. */
const LEAST_RIGHT = 10;
/** A large network costs less per PMAC than a small one: about a cent for a line. */
const PRICE_PER_PMAC = 14_000_000_000n;

/** The recogniser, which a provider sells, and lines to be read. */
export interface LineOrder {
  readonly recogniser: Imported;
  readonly product: Product;
  readonly lines: readonly TextLine[];
  readonly inputs: readonly Tensor[];
}

/** Imports the recogniser into a folder, and draws lines that its calibration did not see. */
export async function orderOfLines(folder: string): Promise<LineOrder> {
  const progress = showStages();
  const recogniser = await importRecogniser(progress.update).finally(progress.stop);
  const lines = renderLines(LINES, LINE_WIDTH);
  return {
    recogniser,
    product: await productOf(recogniser, folder),
    lines,
    inputs: lines.map((line) => encodeLine(recogniser, line)),
  };
}

/**
 * The texts of outputs, without spaces at their ends, which the recogniser makes of borders. Throws `ScriptError`
 * CHECK_FAILED if less than 10 of 12 are right.
 */
export function readLines(
  { recogniser, lines }: LineOrder,
  outputs: readonly Tensor[],
): readonly string[] {
  const texts = readTexts(recogniser, outputs).map((text) => text.trim());
  const right = texts.filter((text, i) => text === lines[i].text).length;
  requireTrue(`at least ${LEAST_RIGHT} of ${LINES} lines are read right`, right >= LEAST_RIGHT);
  return texts;
}

async function productOf(recogniser: Imported, folder: string): Promise<Product> {
  const { model } = recogniser;
  const name = "recogniser.ergon";
  const [modelFile, card] = [join(folder, name), JSON.stringify(cardOf(recogniser, readLabels()))];
  await writeFile(modelFile, encodeModel(model));
  await writeFile(`${modelFile}.json`, card);
  return {
    ...{ model, modelFile, pricePerPmac: PRICE_PER_PMAC },
    card: { uri: `${name}.json`, digest: asHex(keccak256(toUtf8Bytes(card))), weightsUri: name },
  };
}
