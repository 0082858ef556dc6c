import type { Call } from "./node";
import type {
  Address,
  Ask,
  Bid,
  DemandKind,
  JobEvent,
  JobRef,
  OutputOpening,
} from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** A signed bid and where its input lies. */
export interface Offer {
  readonly bid: Bid;
  readonly signature: Hex;
  readonly inputUri: string;
}

/** The contracts, as one provider's worker uses them. What reads the chain throws `ChainError`. */
export interface Market {
  /** EIP-712 digest of a bid. */
  bidDigest(bid: Bid): Hex;
  /** Whether the registry vouches for the model. */
  isRegistered(modelId: Hex): Promise<boolean>;
  /** Where the newest card of a registered model says that its file is. */
  weightsUri(modelId: Hex): Promise<string>;
  /** Payment-token units that the provider can still bond. */
  bondable(token: Address): Promise<bigint>;
  /** Least bond of a job at the bid's highest price, in payment-token units. */
  leastBond(bid: Bid): Promise<bigint>;
  /** Claims of the provider as of a block, in payment-token units. */
  claims(token: Address, block: number): Promise<bigint>;
  /**
   * What happened in the blocks `from` to `to`, in order, to jobs of the provider that opened in
   * these blocks or are among `jobs`.
   */
  events(from: number, to: number, jobs: readonly bigint[]): Promise<readonly JobEvent[]>;
  /** Opens a job from the caller's own ask and an offer. */
  fill(ask: Ask, offer: Offer): Call;
  /** Commits to the outputs of the first `units` units. */
  deliver(job: JobRef, outputRoot: Hex, units: bigint): Call;
  /** Shows a piece of an output that was demanded. */
  showOutput(job: JobRef, kind: DemandKind, opening: OutputOpening): Call;
  /** Ends a demand that was not answered in time. */
  lapseDemand(job: JobRef, kind: DemandKind): Call;
  handBack(job: JobRef): Call;
  expire(job: JobRef): Call;
  settle(job: JobRef): Call;
  withdraw(token: Address, amount: bigint, to: Address): Call;
}
