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
      /** Last second in which the result may be contested. */
      readonly contestableUntil: bigint;
    }
  | { readonly kind: "approved"; readonly jobId: Hex; readonly job: Job }
  | { readonly kind: "frozen" | "unfrozen"; readonly jobId: Hex }
  | { readonly kind: "settled" | "closed" | "slashed"; readonly jobId: Hex };
