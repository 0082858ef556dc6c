import { prepareCast } from "../cast";
import { accuracyOf, orderOfDigits } from "../digits";
import { purchase } from "../purchase";
import { reportPurchase } from "../receipt";
import { step } from "../report";
import type { Stage } from "../stage";

/**
 * A worker is paid for reading 100 digits of the held-out part, in a job that names the verifier and that nobody
 * challenges. Throws `ScriptError` if anything differs from what it should be.
 */
export async function playMarket(stage: Stage): Promise<void> {
  const cast = await step("fund two accounts, register model and GPU", () => prepareCast(stage));
  const order = orderOfDigits();
  const bought = await purchase(stage, cast, order.inputs, (outputs) => accuracyOf(order, outputs));
  const accuracy = `${bought.judgement} %`;
  reportPurchase(cast, bought, { "accuracy against labels": accuracy });
  console.log(`accuracy ${accuracy}`);
}
