import type { Hex } from "../../../tensor/src/index";
import type { Address } from "./address";

/** How long an output can be contested: 30 minutes, 6 hours or 24 hours. */
export const TermsClass = { Fast: 0n, Standard: 1n, High: 2n } as const;
export type TermsClass = (typeof TermsClass)[keyof typeof TermsClass];

/** An offer to run a model, filled in part until its units are used up. */
export interface Ask {
  /** Bonds and is paid. */
  readonly provider: Address;
  /** Delivers, hands back and plays disputes. */
  readonly worker: Address;
  /** A GPU that the provider operates; 0 = none named. */
  readonly gpuId: bigint;
  readonly modelId: Hex;
  readonly token: Address;
  /** Payment-token units per unit of work. */
  readonly unitPrice: bigint;
  /** Payment-token units per unit of work. */
  readonly unitBond: bigint;
  readonly maxUnits: bigint;
  /** Seconds from fill to deadline, above 0. */
  readonly turnaround: bigint;
  /** Least share of the price that a cancelling client pays, in basis points. */
  readonly cancelShareBps: bigint;
  /** Zero = none. */
  readonly verifier: Address;
  readonly termsClass: TermsClass;
  /** 0 when the maker itself calls. */
  readonly nonce: bigint;
  /** Last second at which the order can be filled. */
  readonly expiry: bigint;
  /** Whether a third party may fill it. */
  readonly open: boolean;
}

/** A request to run a model on given inputs, filled once. */
export interface Bid {
  readonly client: Address;
  /** Zero = any. */
  readonly provider: Address;
  /** 0 = any. */
  readonly gpuId: bigint;
  readonly modelId: Hex;
  /** Whether the output of a unit is the input of the next. */
  readonly chained: boolean;
  /** List root of the units' input ids; chained: the input id of unit 0. */
  readonly inputRoot: Hex;
  /** keccak256 of the URI where the inputs are found. */
  readonly inputUriHash: Hex;
  /** Above 0. */
  readonly units: bigint;
  readonly token: Address;
  /** Payment-token units per unit of work. */
  readonly maxUnitPrice: bigint;
  /** Payment-token units per unit of work. */
  readonly minUnitBond: bigint;
  /** Seconds. */
  readonly maxTurnaround: bigint;
  /** Zero = none; then the bid must name its provider. */
  readonly verifier: Address;
  readonly termsClass: TermsClass;
  /** 0 when the maker itself calls. */
  readonly nonce: bigint;
  /** Last second at which the order can be filled. */
  readonly expiry: bigint;
  /** Whether a third party may fill it. */
  readonly open: boolean;
}
