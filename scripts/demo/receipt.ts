import { pricePerPmac, workOf } from "../../sdk/src/index";
import { formatAmount } from "../shared/token";
import { formatTime } from "../shared/values";
import { printClaims } from "./balances";
import type { Cast } from "./cast";
import type { Purchase } from "./purchase";
import { formatMs, printFacts } from "./report";

/** Prints what was bought, with facts that only this purchase has, what it cost, the receipt and who paid. */
export function reportPurchase(
  { token }: Cast,
  { trade, rerun, settlement, before, after }: Purchase<unknown>,
  facts: Readonly<Record<string, unknown>>,
): void {
  const { bid, latencyMs } = trade;
  const { gas, transactions, paid, fee, receipt, digest } = settlement;
  const { units, modelId, maxUnitPrice: unitPrice } = bid;
  printFacts("job", {
    answers: units,
    ...facts,
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
  printClaims(token, { before, after });
}
