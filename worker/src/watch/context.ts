import type { CheckBook } from "./checkBook";
import type { Deliveries } from "./deliveries";
import type { WatchMetrics } from "./metrics";
import type { StepPolicy } from "./nextStep";
import type { ChoicePolicy } from "./policy";
import type { StepContext } from "./steps";
import type { Disputes } from "../chain/disputes";
import type { Market } from "../chain/market";
import type { ChainNode } from "../chain/node";
import type { TransactionSender } from "../chain/sender";
import type { Clock } from "../clock";
import type { PayoutRule } from "../engine/payouts";
import type { TraceOf } from "../games/knowledge";
import type { GamePlayer } from "../games/player";
import type { Logger } from "../log";
import type { Address, RandomBelow } from "../../../sdk/src/index";

/** Bonds that may be posted in one token, in payment-token units. */
export interface BondRule {
  readonly token: Address;
  /** Of one challenge. */
  readonly highest: bigint;
  /** Of all live challenges together. */
  readonly total: bigint;
}

/** Numbers and rules that steer a watcher. */
export interface WatchOptions extends StepPolicy {
  /** Blocks, its own included, after which a block counts as final. */
  readonly confirmations: number;
  readonly choice: ChoicePolicy;
  readonly bonds: readonly BondRule[];
  readonly withdraw: readonly PayoutRule[];
  /** Milliseconds that ended checks and unused blobs are kept. */
  readonly retentionMs: number;
}

/** All that a watcher is made of. */
export interface WatchContext extends StepContext {
  readonly options: WatchOptions;
  readonly node: Pick<ChainNode, "address" | "head" | "block">;
  readonly sender: TransactionSender;
  readonly market: Pick<Market, "claims" | "withdraw">;
  readonly disputes: Disputes;
  readonly deliveries: Deliveries;
  readonly player: Pick<GamePlayer, "turn">;
  readonly traceOf: TraceOf;
  readonly book: CheckBook;
  readonly random: RandomBelow;
  readonly clock: Clock;
  readonly metrics: WatchMetrics;
  readonly log: Logger;
}
