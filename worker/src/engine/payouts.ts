import type { Market } from "../chain/market";
import type { Block } from "../chain/node";
import type { TransactionSender } from "../chain/sender";
import type { Logger } from "../log";
import type { Hex } from "../../../tensor/src/index";

/** Claims on a token that are paid out once there are enough, in payment-token units. */
export interface PayoutRule {
  readonly token: Hex;
  /** Least amount. */
  readonly threshold: bigint;
  /** Claims that stay. */
  readonly keep: bigint;
  readonly to: Hex;
}

/** What paying out needs. */
export interface PayoutContext {
  readonly market: Pick<Market, "claims" | "withdraw">;
  readonly sender: TransactionSender;
  readonly log: Logger;
}

/**
 * Pays out what `rules` say, as of block `final`. A payout under way is in the sender's records,
 * so none is doubled. Throws retryable `ChainError`s.
 */
export async function payOut(
  { market, sender, log }: PayoutContext,
  rules: readonly PayoutRule[],
  final: Block["number"],
): Promise<void> {
  // there are no contracts yet
  if (final === 0) return;
  for (const { token, threshold, keep, to } of rules) {
    const prefix = `withdraw/${token}/`;
    if (sender.inFlight(prefix).length > 0) continue;
    const amount = (await market.claims(token, final)) - keep;
    if (amount <= 0n || amount < threshold) continue;
    await sender.forget(prefix);
    const key = `${prefix}${final}`;
    const status = await sender.submit(key, market.withdraw(token, amount, to));
    log.info({ token, amount: amount.toString(), to, status: status.kind }, "claims withdrawn");
  }
}
