import { pricePerPmac, workOf } from "../../sdk/src/index";
import { formatAmount } from "../shared/token";
import { formatTime } from "../shared/values";
import type { Cast } from "./cast";
import type { CheckedAnswers, CheckedSettlement } from "./checks";
import { formatMs, printFacts } from "./report";
import type { Trade } from "./trade";

/** Prints what was bought, what it cost and the receipt. */
export function reportTrade(
  { token }: Cast,
  { bid, latencyMs }: Trade,
  { accuracy, rerun }: CheckedAnswers,
  { gas, transactions, paid, fee, receipt, digest }: CheckedSettlement,
): void {
  const { units, modelId, maxUnitPrice: unitPrice } = bid;
  printFacts("job", {
    digits: units,
    "accuracy against labels": `${accuracy} %`,
    "answers run again, all equal": rerun,
    "work per inference": `${workOf(modelId)} MACs`,
    verifier: bid.verifier,
    bond: formatAmount(token, bid.minUnitBond * units),
    [`gas, ${transactions} transactions`]: gas,
    "gas per inference": gas / units,
    price: `${formatAmount(token, paid)}, of which fee ${formatAmount(token, fee)}`,
    "price per PMAC": formatAmount(token, pricePerPmac({ unitPrice, modelId })),
    "latency, bid to outputs": formatMs(latencyMs),
  });
  printFacts("WorkReceipt", {
    ...receipt,
    openedAt: formatTime(receipt.openedAt),
    deliveredAt: formatTime(receipt.deliveredAt),
    digest,
  });
  console.log(`accuracy ${accuracy} %`);
}
