// Trains the digit classifier, quantises it and writes the files under tensor/models: minutes on one
// core, and the same bytes every time.
import { writeFileSync } from "node:fs";

import { encodeModel, WasmExecutor } from "../src/index";
import { floatAccuracy, integerAccuracy } from "./accuracy";
import { describeDigits } from "./card";
import { loadDigits } from "./dataset";
import { DIGIT_FILES } from "./files";
import { CALIBRATION_COUNT, quantizeDigits } from "./quantizeDigits";
import { RECIPE, train } from "./training";
import { encodeParameters } from "./weights";

async function main(): Promise<void> {
  const { training, heldOut } = loadDigits();
  const parameters = train(training, RECIPE, (epoch, loss) =>
    console.log(`epoch ${epoch} of ${RECIPE.epochs}: loss ${loss.toFixed(4)}`),
  );
  const model = quantizeDigits(parameters, training.slice(0, CALIBRATION_COUNT));
  const card = describeDigits(model, {
    float: floatAccuracy(parameters, heldOut),
    integer: await integerAccuracy(new WasmExecutor(), model, heldOut),
  });

  writeFileSync(DIGIT_FILES.weights, encodeParameters(parameters));
  writeFileSync(DIGIT_FILES.model, encodeModel(model));
  writeFileSync(DIGIT_FILES.card, `${JSON.stringify(card, null, 2)}\n`);
  console.log(`held-out accuracy: float ${card.accuracy.float}, integer ${card.accuracy.integer}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
