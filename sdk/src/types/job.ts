import type { Hex } from "../../../tensor/src/index";
import type { Address } from "./address";
import type { TermsClass } from "./order";

/** Where a job stands that has not ended. */
export const JobStatus = { Open: 1n, Delivered: 2n } as const;
export type JobStatus = (typeof JobStatus)[keyof typeof JobStatus];

/** Which side called `fill`. */
export const Filler = { Matcher: 0n, Client: 1n, Provider: 2n } as const;
export type Filler = (typeof Filler)[keyof typeof Filler];

/** Where the price of a delivered job is. */
export const PriceState = { Escrowed: 0n, Paid: 1n, Refunded: 2n } as const;
export type PriceState = (typeof PriceState)[keyof typeof PriceState];

/** Who demands a piece of an output: the job's client, or anyone else. */
export const DemandKind = { Client: 0n, Challenger: 1n } as const;
export type DemandKind = (typeof DemandKind)[keyof typeof DemandKind];

/** A job's terms and state, as the escrow hashes them. */
export interface Job {
  readonly client: Address;
  readonly provider: Address;
  readonly gpuId: bigint;
  readonly modelId: Hex;
  readonly inputRoot: Hex;
  readonly token: Address;
  /** Payment-token units. */
  readonly unitPrice: bigint;
  /** Payment-token units. */
  readonly unitBond: bigint;
  /** Of a recorded ask; 0 = the ask left no record. */
  readonly askNonce: bigint;
  /** Who signed the ask for the provider; zero = the provider. */
  readonly askDelegate: Address;
  /** Zero = none. */
  readonly verifier: Address;
  /** Seconds, of the verifier in this class. */
  readonly longestGame: bigint;
  /** Seconds. */
  readonly turnaround: bigint;
  /** Seconds since 1970. */
  readonly openedAt: bigint;
  readonly feeBps: bigint;
  readonly cancelShareBps: bigint;
  readonly termsClass: TermsClass;
  readonly chained: boolean;
  /** Whether the bond came out of the provider's stake, and goes back there. */
  readonly staked: boolean;
  /** What the bond owes that stake, in basis points of it a year; 0 unless staked. */
  readonly rentBps: bigint;
  readonly filler: Filler;
  readonly worker: Address;
  /** Asked while open, delivered afterwards. */
  readonly units: bigint;
  /** The length of the list of inputs of a job that is not chained. */
  readonly unitsAsked: bigint;
  readonly status: JobStatus;
  readonly price: PriceState;
  /** Whether the verifier has a live game. */
  readonly frozen: boolean;
  /** Bit k = a demand of kind k is unanswered. */
  readonly demands: bigint;
  /** Seconds since 1970; 0 while open. */
  readonly deliveredAt: bigint;
  /** When the worker was last replaced, in seconds since 1970; 0 = never. */
  readonly replacedAt: bigint;
  readonly outputRoot: Hex;
}

/** A piece of one unit's output: `2 ** wordsLog2` words of its tensor, of 32 bytes each. */
export interface Piece {
  /** Counted from 0. */
  readonly unit: bigint;
  /** A multiple of `2 ** wordsLog2`. */
  readonly firstWord: bigint;
  /** At most 7, which is 4 KiB. */
  readonly wordsLog2: bigint;
}

/** Where an event stands in the chain. */
export interface EventPosition {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  readonly logIndex: number;
}

/** What happened to a job. Amounts are payment-token units, times are seconds since 1970. */
export type JobChange =
  | { readonly name: "JobOpened"; readonly job: Job }
  | {
      readonly name: "JobDelivered";
      readonly outputRoot: Hex;
      readonly units: bigint;
      readonly deliveredAt: bigint;
    }
  | { readonly name: "UnitsDropped"; readonly units: bigint; readonly share: bigint }
  | { readonly name: "JobApproved"; readonly paid: bigint; readonly fee: bigint }
  | {
      readonly name: "OutputDemanded";
      readonly kind: DemandKind;
      readonly demander: Address;
      readonly piece: Piece;
      readonly payment: bigint;
      readonly answerBy: bigint;
    }
  | {
      readonly name: "OutputShown";
      readonly kind: DemandKind;
      readonly header: bigint;
      readonly words: readonly Hex[];
    }
  | { readonly name: "OutputWithheld"; readonly kind: DemandKind; readonly refund: bigint }
  | { readonly name: "JobFrozen" }
  | { readonly name: "JobUnfrozen" }
  | { readonly name: "WorkerReplaced"; readonly worker: Address; readonly replacedAt: bigint }
  | JobEnd;

/** How a job ended. Amounts are payment-token units. */
export type JobEnd =
  | { readonly name: "JobSettled"; readonly paid: bigint; readonly fee: bigint }
  | { readonly name: "JobCancelled"; readonly share: bigint; readonly fee: bigint }
  | { readonly name: "JobHandedBack"; readonly share: bigint }
  | { readonly name: "JobExpired"; readonly penalty: bigint }
  | {
      readonly name: "JobSlashed";
      readonly refund: bigint;
      readonly reward: bigint;
      readonly held: bigint;
    };

/** An event of the escrow about one job. */
export type JobEvent = JobChange & { readonly id: bigint; readonly at: EventPosition };

/** What the events about a job add up to. */
export interface JobRecord {
  readonly id: bigint;
  /** Terms and state; of a job that ended, those it ended with. */
  readonly job: Job;
  /** How it ended, if it did. */
  readonly end?: JobEnd;
  readonly openedIn: EventPosition;
  /** The last event. */
  readonly updatedIn: EventPosition;
}
