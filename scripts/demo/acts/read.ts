import { editDistance } from "../../../tensor/ocr/text";
import { drawSheet } from "../../../tensor/ocr/lines";
import { formatAmount } from "../../shared/token";
import { prepareCast } from "../cast";
import type { Cast } from "../cast";
import { writePicture } from "../chart";
import { orderOfLines, readLines } from "../lines";
import type { LineOrder } from "../lines";
import { purchase } from "../purchase";
import type { Purchase } from "../purchase";
import { reportPurchase } from "../receipt";
import { formatMs, printRows, step } from "../report";
import type { Stage } from "../stage";

/**
 * A trained network becomes an integer program, and a worker is paid for reading lines of text with it.
 * Prints what was read and what it cost, and writes a picture of the lines. Throws `ScriptError` if anything differs from
 * what it should be, or too few lines are read right.
 */
export async function playRead(stage: Stage): Promise<void> {
  const order = await step("import the recogniser, draw lines of text", () =>
    orderOfLines(stage.folder),
  );
  const cast = await step("fund two accounts, register model and GPU", () =>
    prepareCast(stage, order.product),
  );
  const bought = await purchase(stage, cast, order.inputs, (outputs) => readLines(order, outputs));
  report(cast, order, bought);
  await writePicture("lines", "read.png", drawSheet(order.lines));
}

function report(cast: Cast, { lines }: LineOrder, bought: Purchase<readonly string[]>): void {
  const { judgement: texts, trade } = bought;
  const paid = formatAmount(cast.token, trade.bid.maxUnitPrice);
  printRows(
    ["text", "read", "paid"],
    lines.map(({ text }, i) => [text, texts[i] === text ? text : `≠ ${texts[i]}`, paid]),
    2,
  );
  const characters = lines.reduce((sum, { text }) => sum + text.length, 0);
  const errors = lines.reduce((sum, { text }, i) => sum + editDistance(text, texts[i]), 0);
  reportPurchase(cast, bought, {
    "read right": `${lines.filter(({ text }, i) => text === texts[i]).length} lines`,
    "characters right": `${characters - errors} of ${characters}`,
    "time a line": formatMs(trade.latencyMs / lines.length),
    "gas of the registration": cast.registrationGas,
  });
}
