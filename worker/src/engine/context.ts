import type { PayoutRule } from "./payouts";
import type { Journal } from "../journal/journal";
import type { Blobs } from "../blobs/store";
import type { Market } from "../chain/market";
import type { ChainNode } from "../chain/node";
import type { TransactionSender } from "../chain/sender";
import type { Clock } from "../clock";
import type { Fetcher } from "../fetch/fetcher";
import type { Logger } from "../log";
import type { Metrics } from "../metrics";
import type { Runner } from "../run/runner";
import type { Header, Hex, Model } from "../../../tensor/src/index";

/** A model that the worker runs. */
export interface OfferedModel {
  readonly id: Hex;
  readonly input: Header;
  readonly model: Model;
}

/** Numbers that steer the engine. */
export interface EngineOptions {
  /** Blocks, its own included, after which a block counts as final. */
  readonly confirmations: number;
  /** Seconds before a deadline that are kept for delivering. */
  readonly deliverReserve: number;
  /** Units between two entries in the journal. */
  readonly unitsPerStep: number;
  /** Milliseconds that ended tasks and unused blobs are kept. */
  readonly retentionMs: number;
  /** Where earnings go, and from how much on. */
  readonly withdraw: readonly PayoutRule[];
}

/** All that a worker is made of. */
export interface Context {
  readonly options: EngineOptions;
  readonly models: ReadonlyMap<Hex, OfferedModel>;
  readonly node: ChainNode;
  readonly market: Market;
  readonly sender: TransactionSender;
  readonly journal: Journal;
  /** Tensor files by tensor id. */
  readonly tensors: Blobs;
  /** Ids of tensors, one after the other, by list root. */
  readonly lists: Blobs;
  readonly fetcher: Pick<Fetcher, "resolve" | "fetch">;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
}
