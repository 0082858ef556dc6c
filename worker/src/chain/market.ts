import type { Call } from "./node";
import type { Hex } from "../../../tensor/src/index";

/** What a client wants, as it signs it. */
export interface Bid {
  readonly client: Hex;
  /** Zero for any. */
  readonly provider: Hex;
  /** Zero for any. */
  readonly gpuId: bigint;
  readonly modelId: Hex;
  readonly chained: boolean;
  readonly inputRoot: Hex;
  /** keccak256 of the UTF-8 bytes of the input URI. */
  readonly inputUriHash: Hex;
  readonly units: bigint;
  readonly token: Hex;
  /** Payment-token units per unit. */
  readonly maxUnitPrice: bigint;
  /** Payment-token units per unit. */
  readonly minUnitBond: bigint;
  /** Seconds. */
  readonly maxTurnaround: bigint;
  readonly verifier: Hex;
  readonly termsClass: bigint;
  readonly nonce: bigint;
  /** Seconds since 1970. */
  readonly expiry: bigint;
}

/** A signed bid and where its input lies. */
export interface Offer {
  readonly bid: Bid;
  readonly signature: Hex;
  readonly inputUri: string;
}

/** The worker's side of a job, chosen when it takes a bid. */
export interface AskTerms {
  /** Payment-token units per unit. */
  readonly unitPrice: bigint;
  /** Payment-token units per unit. */
  readonly unitBond: bigint;
  /** Seconds. */
  readonly turnaround: bigint;
}

/** A job as the escrow keeps it; opaque but for what the worker decides by. */
export interface Job {
  readonly id: Hex;
  readonly units: bigint;
  /** Last second in which it may be delivered. */
  readonly deadline: bigint;
  /** What the escrow's calls take along. */
  readonly raw: unknown;
}

/** What happened to one of the provider's jobs. */
export type JobEvent =
  | {
      readonly kind: "filled";
      readonly jobId: Hex;
      readonly client: Hex;
      readonly nonce: bigint;
      readonly job: Job;
    }
  | {
      readonly kind: "delivered";
      readonly jobId: Hex;
      readonly job: Job;
      /** Units delivered, from unit 0. */
      readonly units: bigint;
      /** Last second in which the result may be contested. */
      readonly contestableUntil: bigint;
    }
  | { readonly kind: "approved"; readonly jobId: Hex; readonly job: Job }
  | { readonly kind: "frozen" | "unfrozen"; readonly jobId: Hex }
  | { readonly kind: "settled" | "closed" | "slashed"; readonly jobId: Hex };

/** A confirmed event and its block. */
export interface BlockEvent {
  readonly block: number;
  readonly event: JobEvent;
}

/** The contracts, as one provider's worker uses them. Calls of the chain throw `ChainError`. */
export interface Market {
  /** EIP-712 digest of a bid. */
  bidDigest(bid: Bid): Hex;
  /** Whether the registry vouches for the model. */
  isRegistered(modelId: Hex): Promise<boolean>;
  /** Payment-token units that the provider can still bond. */
  bondable(token: Hex): Promise<bigint>;
  /** Least bond per unit, in payment-token units, for the bid at its highest price. */
  leastUnitBond(bid: Bid): Promise<bigint>;
  /** Claims of the worker's account as of a block, in payment-token units. */
  claims(token: Hex, block: number): Promise<bigint>;
  /** What happened to the provider's jobs in the blocks `from` to `to`, in order. */
  events(from: number, to: number): Promise<readonly BlockEvent[]>;
  fill(offer: Offer, ask: AskTerms): Call;
  /** Delivers the first `units` units. */
  deliver(job: Job, outputRoot: Hex, units: bigint): Call;
  handBack(job: Job): Call;
  expire(job: Job): Call;
  settle(job: Job): Call;
  withdraw(token: Hex, amount: bigint, to: Hex): Call;
}
